import { assertNever } from '../errors.ts';
import type { Device, ImageFormat } from '../pipeline/protocol.ts';
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
	/** What the networks ran on: another one rounds otherwise. */
	device?: Device;
}

/**
 * Writes the text that Stable Diffusion WebUI puts under `parameters` and that other tools read, in its own words: `Emphasis: None`
 * where brackets are characters (`Parser` is SD.Next's), the first ten digits of a hash, as Civitai looks them up.
 */
export function parametersText({ recipe, modelName, enlargedBy, device }: Origin): string {
	const settings: [name: string, value: string | number | undefined][] = [
		['Steps', recipe.steps],
		['Sampler', samplers[recipe.sampler].label],
		['Schedule type', recipe.schedule && schedules[recipe.schedule].webui],
		['CFG scale', recipe.guidanceScale],
		['Skip Early CFG', orNothing(recipe.guidanceInterval?.[0], 0)],
		// Nobody else's name: WebUI stops below a noise level, if at all.
		['CFG until', orNothing(recipe.guidanceInterval?.[1], 1)],
		['Seed', recipe.seeds[0]!],
		['Size', sizeBefore(recipe)],
		['Model hash', recipe.model.slice(0, 10)],
		['Model', modelName],
		['Denoising strength', recipe.strength ?? recipe.hires?.strength],
		['Hires upscale', recipe.hires?.scale],
		['Hires upscaler', recipe.hires && 'Latent (nearest-exact)'],
		// The second is what SDXL is trained on; without a word WebUI takes it for the first.
		['Clip skip', recipe.clipSkip ?? 2],
		['Postprocess upscale by', recipe.upscaler === undefined ? undefined : enlargedBy],
		['Postprocess upscaler', recipe.upscaler],
		['Lora hashes', hashesOf(recipe.loras)],
		['TI hashes', hashesOf(recipe.embeddings)],
		['Emphasis', recipe.syntax === 'plain' ? 'None' : undefined],
		['Parser', recipe.syntax === 'compel' ? 'compel' : undefined],
		['RNG', recipe.random === 'philox' ? 'NV' : 'CPU'],
		['Device', device],
		['Version', creatorTool],
	];
	const negative = recipe.negative === null ? '' : `\nNegative prompt: ${recipe.negative}`;
	const loras = (recipe.loras ?? [])
		.map(loraTag)
		.map((tag) => ` ${tag}`)
		.join('');
	const written = settings.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${quote(value)}`]));
	return `${recipe.prompt}${loras}${negative}\n${written.join(', ')}`;
}

/** Nothing for what is usual. */
function orNothing(value: number | undefined, usual: number): number | undefined {
	return value === usual ? undefined : value;
}

/** WebUI names the size of the first pass. */
function sizeBefore({ width, height, hires }: Recipe): string {
	const side = (pixels: number) => (hires ? Math.round(pixels / hires.scale / 8) * 8 : pixels);
	return `${side(width)}x${side(height)}`;
}

function hashesOf(files: readonly { name: string; sha256: string }[] = []): string | undefined {
	if (files.length === 0) return undefined;
	return files.map(({ name, sha256 }) => `${name}: ${sha256.slice(0, 10)}`).join(', ');
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

/** Names what drew a picture: program, version and device. */
export function drawnBy(device: Device): string {
	return `${creatorTool} on ${device}`;
}

/** Reads out of a file of ours what drew it, as far as it says so. */
export function readDrawnBy(bytes: Uint8Array): string | undefined {
	const line = readParameters(bytes)?.slice(-300);
	const version = /, Version: (Atelier [\w.-]{1,30})$/.exec(line ?? '')?.[1];
	const device = /, Device: (\w{1,10}), Version/.exec(line ?? '')?.[1];
	return version !== undefined && device !== undefined ? `${version} on ${device}` : version;
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
