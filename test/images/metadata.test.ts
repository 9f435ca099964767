import { expect, test } from 'vitest';
import { encodeImage } from '../../src/images/encode.ts';
import { parametersText, readParameters, readRecipe } from '../../src/images/metadata.ts';
import { readPngText } from '../../src/images/png.ts';
import { gradient, originOf } from './support.ts';

const formats = ['png', 'webp', 'jpeg'] as const;
const prompts = ['1girl, solo, blue hair', 'café ½', '初音ミク, "vocaloid", 👩‍👩‍👧‍👦\nzwei Zeilen', 'x'.repeat(3000)];

test.for(formats.flatMap((format) => prompts.map((prompt) => ({ format, prompt }))))(
	'a $format carries its recipe and parameters: $prompt',
	async ({ format, prompt }) => {
		const origin = originOf({ prompt, negative: null, seeds: [2 ** 53 - 1] });
		const file = await encodeImage(gradient(72, 40), format, origin);
		expect(readRecipe(file)).toEqual(origin.recipe);
		expect(readParameters(file)).toBe(parametersText(origin));
	},
);

test('writes the parameters as other tools read them', () => {
	expect(parametersText(originOf())).toBe(
		[
			'1girl, solo, blue hair',
			'Negative prompt: lowres, (bad)',
			'Steps: 20, Sampler: Euler a, CFG scale: 2, Seed: 0, Size: 72x40, Model hash: 0123456789, Model: demo, Clip skip: 2, Emphasis: None, RNG: CPU, Version: Atelier 0.1.0',
		].join('\n'),
	);
});

test('names the schedule and the source of noise as WebUI does, where the recipe does', () => {
	const text = parametersText(originOf({ sampler: 'dpmpp-2m', schedule: 'karras', random: 'philox' }));
	expect(text).toContain('Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 2');
	expect(text).toContain(', RNG: NV, Version');
	expect(parametersText(originOf({ sampler: 'dpmpp-2m' }))).not.toContain('Schedule type');
});

test('names the strength of a variation and the upscaler of an enlargement', () => {
	const parent = { imageId: 'a', sha256: 'b' };
	expect(parametersText(originOf({ parent, strength: 0.55 }))).toContain(', Denoising strength: 0.55, Clip skip: 2, ');
	expect(parametersText({ ...originOf({ parent, upscaler: 'demo: ×4' }), enlargedBy: 4 })).toContain(
		', Postprocess upscale by: 4, Postprocess upscaler: "demo: ×4", Emphasis',
	);
});

test('names clip skip, how emphasis is read, and the hashes by which LoRAs and embeddings are found', () => {
	const text = parametersText(
		originOf({
			syntax: 'webui',
			clipSkip: 3,
			loras: [{ name: 'ink', sha256: 'a'.repeat(64), weight: 0.8 }],
			embeddings: [{ name: 'easy', sha256: 'b'.repeat(64) }],
		}),
	);
	expect(text).toContain('hair <lora:ink:0.8>\nNegative');
	expect(text).toContain(
		', Clip skip: 3, Lora hashes: "ink: aaaaaaaaaa", TI hashes: "easy: bbbbbbbbbb", RNG: CPU, Version',
	);
	expect(parametersText(originOf({ syntax: 'compel' }))).toContain(', Parser: compel, RNG');
});

test('uses the Latin-1 text chunk where the text allows, as PIL does', async () => {
	const chunkOf = async (prompt: string) => {
		const png = Buffer.from(await encodeImage(gradient(8, 9), 'png', originOf({ prompt })));
		return png.toString('latin1', png.indexOf('parameters') - 4, png.indexOf('parameters'));
	};
	expect(await chunkOf('café')).toBe('tEXt');
	expect(await chunkOf('初音ミク')).toBe('iTXt');
});

test.for(formats)('equal pixels and recipe give equal bytes: %s', async (format) => {
	const write = () => encodeImage(gradient(72, 40), format, originOf());
	expect(Buffer.compare(await write(), await write())).toBe(0);
});

test.for(formats)('reads nothing, and does not throw, from a %s cut anywhere', async (format) => {
	const file = await encodeImage(gradient(16, 8), format, originOf());
	for (let length = 0; length < file.length; length += 7) {
		const recipe = readRecipe(file.subarray(0, length));
		if (recipe) expect(recipe).toEqual(originOf().recipe);
		readParameters(file.subarray(0, length));
	}
});

test('takes no recipe from a description that is not ours', async () => {
	const png = await encodeImage(gradient(8, 8), 'png', originOf());
	const at = Buffer.from(png).indexOf('"version":1');
	png[at + 10] = '7'.charCodeAt(0);
	expect(readPngText(png, 'recipe')).toContain('"version":7');
	expect(readRecipe(png)).toBeUndefined();
});
