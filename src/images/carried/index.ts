import { recipeSchema } from '../../recipe.ts';
import { isPng, pngSize } from '../png.ts';
import { type PictureSize, readComfyui } from './comfyui.ts';
import { readFooocus, readSwarm } from './fooocus.ts';
import { readInvokeai } from './invokeai.ts';
import { readOnce } from './json.ts';
import { readNovelai } from './novelai.ts';
import type { Carried } from './reading.ts';
import { readSpace } from './space.ts';
import { readTexts, type Texts, textLimits } from './texts.ts';
import { readWebui } from './webui.ts';

export { type Carried, type CarriedRecipe, carriedSchema, type Tool, tools } from './reading.ts';

/** Our own comes first; then those that nobody else's text looks like; ComfyUI last, as others write its graph beside their own. */
const readers: ((texts: Texts, picture?: PictureSize) => Carried | undefined)[] = [
	readOurs,
	readInvokeai,
	readSwarm,
	readFooocus,
	readSpace,
	readNovelai,
	readWebui,
	readComfyui,
];

/**
 * Reads how a picture was made out of its file: PNG (`tEXt`, `zTXt`, `iTXt`, EXIF), JPEG and WebP (EXIF, comment), as we or another
 * tool wrote it. The file may be anybody's: nothing throws, and time and memory are bounded.
 *
 * @returns nothing where the file says nothing that is understood
 */
export function readCarried(file: Uint8Array): Carried | undefined {
	return readFrom(readTexts(file), isPng(file) ? pngSize(file) : undefined);
}

/** Reads a recipe that somebody pasted: our JSON, another tool's, or WebUI's text. */
export function readPasted(text: string): Carried | undefined {
	if (text.length > textLimits.one) return undefined;
	const keywords = ['recipe', 'invokeai_metadata', 'parameters', 'metadata', 'Comment', 'prompt'];
	return readFrom(new Map(keywords.map((keyword) => [keyword, text])));
}

function readFrom(texts: Texts, picture?: PictureSize): Carried | undefined {
	for (const read of readers) {
		const carried = read(texts, picture);
		if (carried) return carried;
	}
	return undefined;
}

/** Our JSON. Where it is of a version that we do not know, the text for other tools is read. */
function readOurs(texts: Texts): Carried | undefined {
	const recipe = recipeSchema.safeParse(readOnce(texts, 'recipe') ?? readOnce(texts, 'ImageDescription'));
	return recipe.success ? { tool: 'atelier', recipe: recipe.data, unknown: {} } : undefined;
}
