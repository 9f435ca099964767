import { expect, test } from 'vitest';
import { fitCarried } from '../../src/commands/reproduce-fit.ts';
import { type Carried, readPasted } from '../../src/images/carried/index.ts';
import { canonicalRecipe, type Recipe } from '../../src/recipe.ts';
import { originOf } from '../images/support.ts';

const facts = {
	nativeSize: 128,
	sizeMultiple: 16,
	recommended: { steps: 20, guidanceScale: 2, sampler: 'euler-ancestral' },
} as const;
const ink = { name: 'ink v2', sha256: 'a'.repeat(64) };
const demo = {
	...facts,
	name: 'demo',
	hash: 'd'.repeat(64),
	upscaler: { name: 'x2', scale: 2 },
	loras: [ink],
	embeddings: [{ name: 'easy', sha256: 'b'.repeat(64) }],
	mostClipSkip: 3,
};
const animagine = { ...facts, name: 'animagine-xl-3.1', hash: `e3c47aedb0${'0'.repeat(54)}`, upscaler: undefined };
const models: [typeof demo, ...(typeof demo | typeof animagine)[]] = [demo, animagine];
const ours: Recipe = { ...originOf().recipe, model: demo.hash, width: 96, height: 160 };
const fitted = (carried: Carried) => fitCarried(carried, models);
const fitOurs = (changes: Partial<Recipe>) => fitted({ tool: 'atelier', recipe: { ...ours, ...changes }, unknown: {} });
const pasted = (text: string) => fitted(readPasted(text)!);

test('a recipe of ours that can be drawn here stays as it is, and says nothing', () => {
	const changes: Partial<Recipe> = {
		negative: null,
		clipSkip: 3,
		loras: [{ ...ink, weight: -0.5 }],
		embeddings: [{ name: 'easy', sha256: 'b'.repeat(64) }],
		sampler: 'dpmpp-2m',
		schedule: 'karras',
		random: 'philox',
		seeds: [0, 2 ** 53 - 1],
	};
	const { recipe, notes, request } = fitOurs(changes);
	expect(canonicalRecipe(recipe)).toBe(canonicalRecipe({ ...ours, ...changes }));
	expect(notes).toEqual([]);
	expect(request).toMatchObject({
		prompt: '1girl, solo, blue hair <lora:ink v2:-0.5>',
		preset: 'none',
		seed: 0,
		count: 2,
		steps: 20,
	});
});

test.for<[string, string]>([
	['the first digits of its hash', 'a cat\nSteps: 5, Seed: 1, CFG scale: 2, Size: 128x128, Model hash: E3C47AEDB0'],
	[
		'its name',
		'a cat\nSteps: 5, Seed: 1, CFG scale: 2, Size: 128x128, Model hash: 1111111111, Model: Animagine XL 3.1',
	],
])('a model is found by %s', ([, text]) => {
	const { recipe, notes } = pasted(text);
	expect(recipe.model).toBe(animagine.hash);
	expect(notes.join()).not.toContain('not installed');
});

test('what is not installed is named, with its hash, and replaced or left out', () => {
	const { recipe, notes } = pasted(
		'a cat <lora:ink_v2:0.5> <lora:gone:1>\nSteps: 5, Sampler: DPM fast, CFG scale: 2, Size: 100x128, Model hash: 1111111111, Model: other, TI hashes: "nobody: 123456", Clip skip: 9, VAE: x, Version: 1',
	);
	expect(recipe).toMatchObject({
		model: demo.hash,
		sampler: 'euler-ancestral',
		width: 96,
		height: 128,
		seeds: [0],
		loras: [{ ...ink, weight: 0.5 }],
	});
	expect(recipe.clipSkip).toBeUndefined();
	const text = notes.join('\n');
	expect(text).toContain('follows the recipe of WebUI');
	expect(text).toContain('Not taken over: “Sampler”, “VAE”.');
	expect(text).toContain('its own sampler, seed 0.');
	expect(text).toContain('the model “other” (1111111111), which is not installed here; this is drawn with demo.');
	expect(text).toContain('The LoRA “gone” is not installed here');
	expect(text).toContain('The embedding “nobody” is not installed here');
	expect(text).toContain('It has 100×128 pixels; this model draws 96×128.');
	expect(text).toContain('clip skip of 9');
});

test('of ours, other weights under the same name are another model', () => {
	const { recipe, notes } = fitOurs({ model: 'c'.repeat(64) });
	expect(recipe.model).toBe(demo.hash);
	expect(notes).toEqual([
		'It was drawn with the model (cccccccccc), which is not installed here; this is drawn with demo.',
	]);
});

test('numbers beyond what members may ask for are brought within, and it says so', () => {
	const { recipe, notes } = fitOurs({ steps: 100, guidanceScale: 30, seeds: [1, 2, 3, 4] });
	expect(recipe).toMatchObject({ steps: 50, guidanceScale: 12, seeds: [1, 2, 3, 4] });
	expect(notes).toEqual(['It asks for steps of 100; 50 is drawn.', 'It asks for guidance of 30; 12 is drawn.']);
});

test('a file that was drawn over a picture which nobody has here is drawn from noise', () => {
	const { recipe, notes } = pasted('a cat\nSteps: 5, Seed: 1, CFG scale: 2, Size: 128x128, Denoising strength: 0.4');
	expect(recipe.strength).toBeUndefined();
	expect(notes.join()).toContain('this is drawn from noise');
});

test.for<[string, () => unknown, string]>([
	['no prompt', () => pasted('\nSteps: 5, Seed: 1, CFG scale: 2'), 'no-prompt'],
	['a prompt of signs', () => fitOurs({ prompt: '!!! ,,,' }), 'no-prompt'],
	['a prompt that is too long', () => fitOurs({ prompt: 'a '.repeat(1500) }), 'prompt-too-long'],
	['a picture of 67 million pixels', () => fitOurs({ width: 8192, height: 8192 }), 'too-large'],
	['a long strip', () => fitOurs({ width: 16, height: 8192 }), 'too-large'],
	[
		'an enlargement by what is not here',
		() => fitOurs({ upscaler: 'x4', parent: { imageId: 'a', sha256: 'b' } }),
		'no-upscaler',
	],
	[
		'a weight that asks for what the negative hides',
		() => fitOurs({ negative: '(hat:-2)', syntax: 'webui' }),
		'bad-weight',
	],
])('is refused in a sentence: %s', ([, act, code]) => {
	expect(act).toThrow(
		expect.objectContaining({ name: 'UserError', code, message: expect.stringMatching(/^[A-Z].*\.$/) }),
	);
});

test('text out of a file is cleaned as a member’s is', () => {
	const { recipe } = fitOurs({ prompt: 'a\u200bb  c\nd\u202e, e' });
	expect(recipe.prompt).toBe('ab c d, e');
});
