import { assertNever } from '../errors.ts';
import type { ImageFormat } from '../pipeline/protocol.ts';
import { samplers } from '../pipeline/samplers/index.ts';
import { schedules } from '../pipeline/schedule/names.ts';
import { loraTag } from '../prompt/loras.ts';
import { canonicalRecipe, type Recipe, recipeSchema } from '../recipe.ts';
import { addBlocksToJpeg, addBlocksToWebp, buildExif, findExif, readExif } from './exif.ts';
import { addPngTexts, isPng, readPngText } from './png.ts';
import { buildXmp, creatorTool } from './xmp.ts';

/** What a finished file says about how it was made. */
export interface Origin {
	/** Of this one picture: `seeds` holds its seed alone. */
	recipe: Recipe;
	/** For people; the recipe holds the hash. */
	modelName: string;
	/** Of an enlargement: how many times larger each side became. */
	enlargedBy?: number;
}

/** Narrows a recipe to one of its pictures: the recipe that gives that picture alone. */
export function recipeOfOne(recipe: Recipe, seed: number): Recipe {
	return { ...recipe, seeds: [seed] };
}

/** Writes the text that Stable Diffusion WebUI puts under `parameters` and that other tools read. */
export function parametersText({ recipe, modelName, enlargedBy }: Origin): string {
	const settings: [name: string, value: string | number][] = [
		['Steps', recipe.steps],
		['Sampler', samplers[recipe.sampler].label],
		...(recipe.schedule === undefined ? [] : [['Schedule type', schedules[recipe.schedule].webui] as [string, string]]),
		['CFG scale', recipe.guidanceScale],
		['Seed', recipe.seeds[0]!],
		['Size', `${recipe.width}x${recipe.height}`],
		['Model hash', recipe.model.slice(0, 10)],
		['Model', modelName],
	];
	if (recipe.strength !== undefined) settings.push(['Denoising strength', recipe.strength]);
	if (recipe.upscaler !== undefined) {
		if (enlargedBy !== undefined) settings.push(['Postprocess upscale by', enlargedBy]);
		settings.push(['Postprocess upscaler', recipe.upscaler]);
	}
	settings.push(['RNG', recipe.random === 'philox' ? 'NV' : 'CPU']);
	settings.push(['Version', creatorTool]);
	const negative = recipe.negative === null ? '' : `\nNegative prompt: ${recipe.negative}`;
	const loras = (recipe.loras ?? [])
		.map(loraTag)
		.map((tag) => ` ${tag}`)
		.join('');
	return `${recipe.prompt}${loras}${negative}\n${settings.map(([name, value]) => `${name}: ${quote(value)}`).join(', ')}`;
}

/**
 * Puts the recipe into a finished file, as `parameters` for people and other tools and as canonical JSON for us, and the mark
 * that it was made by AI, as XMP. Equal recipes give equal bytes: nothing here knows the time. PNG: texts `parameters`, `recipe`
 * and `XML:com.adobe.xmp`; WebP and JPEG: EXIF UserComment and ImageDescription, and their own places for XMP.
 *
 * @param size pixels of the file.
 */
export function embedRecipe(
	bytes: Uint8Array,
	format: ImageFormat,
	size: { width: number; height: number },
	origin: Origin,
): Uint8Array {
	const parameters = parametersText(origin);
	const json = canonicalRecipe(origin.recipe);
	const xmp = buildXmp(origin.modelName);
	const blocks = () => ({ exif: buildExif({ description: escapeToAscii(json), comment: parameters }), xmp });
	switch (format) {
		case 'png':
			return addPngTexts(bytes, [
				{ keyword: 'parameters', text: parameters },
				{ keyword: 'recipe', text: json, utf8: true },
				{ keyword: 'XML:com.adobe.xmp', text: xmp.toString('utf8'), utf8: true },
			]);
		case 'webp':
			return addBlocksToWebp(bytes, blocks(), size);
		case 'jpeg':
			return addBlocksToJpeg(bytes, blocks());
		default:
			return assertNever(format);
	}
}

/** Marks a WebP that carries no recipe, a preview, as made by AI. */
export function markPreview(webp: Uint8Array, size: { width: number; height: number }): Uint8Array {
	return addBlocksToWebp(webp, { xmp: buildXmp(undefined) }, size);
}

/** Reads the recipe out of a PNG, WebP or JPEG; `undefined` if there is none or it is none of ours. Never throws on bad files. */
export function readRecipe(bytes: Uint8Array): Recipe | undefined {
	const json = isPng(bytes) ? readPngText(bytes, 'recipe') : exifOf(bytes).description;
	if (json === undefined) return undefined;
	try {
		return recipeSchema.safeParse(JSON.parse(json)).data;
	} catch {
		return undefined; // not JSON: somebody else's description
	}
}

/** Reads the `parameters` text out of a PNG, WebP or JPEG, by whatever tool it was written. */
export function readParameters(bytes: Uint8Array): string | undefined {
	return isPng(bytes) ? readPngText(bytes, 'parameters') : exifOf(bytes).comment;
}

function exifOf(bytes: Uint8Array): ReturnType<typeof readExif> {
	const exif = findExif(bytes);
	return exif ? readExif(exif) : {};
}

/** WebUI's rule: what holds a comma, a colon or a line break is written as a JSON string. */
function quote(value: string | number): string {
	return typeof value === 'string' && /[,:\n]/.test(value) ? JSON.stringify(value) : String(value);
}

/** JSON in ASCII, which is all that EXIF's description may hold; it reads back as the same. */
function escapeToAscii(json: string): string {
	return json.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
