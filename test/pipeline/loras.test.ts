import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { Session } from '../../src/pipeline/session.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest } from '../../src/prompt/request.ts';
import { recipeOf } from './recipes.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const golden = (file: string) => fileURLToPath(new URL(`../golden/tiny-random/${file}`, import.meta.url));

let root: string;
let sdxl: Sdxl;
let ink: { name: string; sha256: string };
let chalk: { name: string; sha256: string };

beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), 'atelier-loras-'));
	await cp(golden('model'), join(root, 'tiny'), { recursive: true });
	await mkdir(join(root, 'loras'));
	const add = async (name: string, from: string) => {
		await copyFile(golden(from), join(root, `loras/${name}.safetensors`));
		return {
			name,
			sha256: createHash('sha256')
				.update(await readFile(golden(from)))
				.digest('hex'),
		};
	};
	ink = await add('ink', 'kohya.lora.safetensors');
	chalk = await add('chalk', 'peft.lora.safetensors');
	sdxl = await Sdxl.load(join(root, 'tiny'), 'cpu');
});
afterAll(async () => {
	await sdxl.networks.release();
	await rm(root, { recursive: true, force: true });
});

const paint = async (loras?: { name: string; sha256: string; weight: number }[]) => {
	const [image] = await sdxl.paint(recipeOf({ width: 64, height: 96, ...(loras && { loras }) }));
	return createHash('sha256').update(new Uint8Array(image!.data.buffer)).digest('hex');
};

test('LoRAs, their weights and how many there are each change the picture, and without them it is as before', async () => {
	const plain = await paint();
	const full = await paint([{ ...ink, weight: 1 }]);
	const half = await paint([{ ...ink, weight: 0.5 }]);
	const both = await paint([
		{ ...ink, weight: 1 },
		{ ...chalk, weight: 0.7 },
	]);
	expect(new Set([plain, full, half, both]).size).toBe(4);
	expect(await paint()).toBe(plain);
	expect(await paint([{ ...ink, weight: 1 }])).toBe(full);
});

test('a LoRA for few steps is asked for by flags: LCM, four steps, guidance 1 are four runs without the negative', async () => {
	const { sizeMultiple, recommended } = sdxl.folder;
	const model = { hash: 'm'.repeat(64), nativeSize: 64, sizeMultiple, recommended, loras: [ink] };
	const draw = (flags: string) => {
		const request = parseRequest({ prompt: `1girl <lora:ink> --n 1 --seed 0 --ar 1:1 --preset none ${flags}` });
		return makeRecipe(request, { model, ceiling: 'explicit', randomSeed: () => 0 });
	};
	const { recipe } = draw('--sampler lcm --steps 4 --cfg 1');
	expect(recipe).toMatchObject({ sampler: 'lcm', steps: 4, guidanceScale: 1, loras: [{ ...ink, weight: 1 }] });
	const run = vi.spyOn(Session.prototype, 'run');
	const [few] = await sdxl.paint(recipe);
	const batches = run.mock.calls.flatMap(([{ sample }]) => (sample ? [sample.dims[0]] : []));
	run.mockRestore();
	expect(batches).toEqual([1, 1, 1, 1]);
	expect(few!.data.every(Number.isFinite)).toBe(true);
	const { recipe: against, notes } = draw('--sampler lcm --steps 4 --cfg 1 --no hat');
	expect((await sdxl.paint(against))[0]!.data).toEqual(few!.data);
	expect(notes).toContain('The negative has no effect: guidance of 1 is none.');
	expect((await sdxl.paint({ ...recipe, loras: undefined }))[0]!.data).not.toEqual(few!.data);
});

test('text encoders that no LoRA changes stay open as they are', async () => {
	const before = sdxl.networks.textEncoder2.runMs;
	await paint([{ ...ink, weight: 0.25 }]);
	// the prompts were encoded before, by these very sessions
	expect(sdxl.networks.textEncoder2.runMs).toBe(before);
});

test('a LoRA that is not there, or another of that name, is refused', async () => {
	await expect(paint([{ name: 'oil', sha256: ink.sha256, weight: 1 }])).rejects.toThrow(
		`Expected the LoRA \`oil\` (${ink.sha256.slice(0, 10)}) beside this model, there is none`,
	);
	await expect(paint([{ ...ink, sha256: chalk.sha256, weight: 1 }])).rejects.toThrow('it is another');
});

test('a file that was replaced is read anew', async () => {
	await copyFile(golden('peft.lora.safetensors'), join(root, 'loras/ink.safetensors'));
	await expect(paint([{ ...ink, weight: 1 }])).rejects.toThrow('it is another');
	expect(await paint([{ ...ink, sha256: chalk.sha256, weight: 1 }])).toMatch(/^[0-9a-f]{64}$/);
});
