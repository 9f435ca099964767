/**
 * Times the same work here and in diffusers on this machine's processor, alternating, and prints how many times faster we are than
 * the faster of diffusers' two ways. Python with `torch`, `diffusers`, `transformers` and `accelerate` is found by --python.
 *
 *     python -m venv bench-env && bench-env/bin/pip install torch diffusers transformers accelerate
 *     bench-env/bin/python bench/diffusers/make_model.py models/demo mid-model
 *     npm run bench:diffusers -- --python bench-env/bin/python --model mid-model --size 512
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Answer, Ask } from './ask.ts';

const { values } = parseArgs({
	options: {
		python: { type: 'string', default: 'python3' },
		model: { type: 'string', default: 'models/demo' },
		/** Pixels of the whole picture's side. */
		size: { type: 'string', default: '128' },
		steps: { type: 'string', default: '20' },
		pairs: { type: 'string', default: '7' },
		/** Ways of diffusers, with a comma between. */
		modes: { type: 'string', default: 'eager,compiled' },
	},
});
const [size, steps, pairs] = [values.size, values.steps, values.pairs].map(Number) as [number, number, number];

// Compiled kernels too: what a killed run left half-written would break this one.
const folder = await mkdtemp(join(tmpdir(), 'atelier-compare-'));

/** A process that answers a line with a line. */
class Side {
	readonly name: string;
	readonly #child: ChildProcessWithoutNullStreams;
	readonly #lines: AsyncIterator<string>;
	#complaints = '';
	peakMiB = 0;

	constructor(name: string, command: string, args: string[]) {
		this.name = name;
		this.#child = spawn(command, args, {
			stdio: 'pipe',
			env: { ...process.env, TORCHINDUCTOR_CACHE_DIR: process.env.TORCHINDUCTOR_CACHE_DIR ?? join(folder, 'kernels') },
		});
		this.#child.stderr.on('data', (part) => (this.#complaints = (this.#complaints + part).slice(-2000)));
		this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
	}

	async ready(): Promise<void> {
		console.log(((await this.#line()) as { ready: string }).ready);
	}

	async ms(ask: Ask): Promise<number> {
		this.#child.stdin.write(`${JSON.stringify(ask)}\n`);
		const { ms, peakMiB } = (await this.#line()) as Answer;
		this.peakMiB = peakMiB;
		return ms;
	}

	async #line(): Promise<unknown> {
		const { value, done } = await this.#lines.next();
		if (done) throw new Error(`${this.name} ended without an answer: ${this.#complaints}`);
		return JSON.parse(value);
	}

	async end(): Promise<void> {
		this.#child.stdin.end();
		if (this.#child.exitCode === null) await once(this.#child, 'exit');
	}
}

const sides = [
	new Side('atelier', process.execPath, [join(import.meta.dirname, 'side.ts'), values.model]),
	...values.modes
		.split(',')
		.map((mode) => new Side(mode, values.python, [join(import.meta.dirname, 'side.py'), values.model, mode])),
] as [Side, ...Side[]];
let asked = 0;
const negative = 'lowres, worst quality';
const picture = { row: 'picture', negative, height: size, width: size, steps, guidanceScale: 7 } as const;
const cells = size / 8;
const sizes: [number, number][] = [
	[cells / 2, cells / 2],
	[(cells * 3) / 4, cells],
	[cells, cells],
];
const rows: [string, () => Ask][] = [
	// another prompt each time, so that nobody's cache answers
	[
		'text encoding, prompt and negative',
		() => ({ row: 'text', prompt: `1girl, solo, ${asked}`, negative: `lowres, ${asked}` }),
	],
	...sizes.map(([h, w]): [string, () => Ask] => [
		`UNet, one step, ${w * 8} × ${h * 8}`,
		() => ({ row: 'unet', cells: [h, w] }),
	]),
	[`VAE decode, ${size} × ${size}`, () => ({ row: 'vae', cells: [cells, cells] })],
	[`one picture, ${steps} steps`, () => ({ ...picture, prompt: `1girl, ${asked}`, seeds: [asked] })],
	[`four pictures, ${steps} steps`, () => ({ ...picture, prompt: `1girl, ${asked}`, seeds: [0, 1, 2, 3] })],
];

const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;
try {
	for (const side of sides) await side.ready();
	const files = sides.map(({ name }) => join(folder, name));
	for (const [i, side] of sides.entries())
		await side.ms({ ...picture, prompt: '1girl, solo', seeds: [1, 2], out: files[i]! });
	const [ours, ...theirs] = await Promise.all(files.map((file) => floats(file)));
	for (const [i, their] of theirs.entries())
		console.log(
			`largest difference of a pixel to ${sides[i + 1]!.name}: ${(255 * difference(ours!, their)).toFixed(3)} of 255`,
		);

	// Each side prepares itself for each shape once, which takes a compiler minutes; from here on the machine should be quiet.
	for (const [, ask] of rows) for (const side of sides) await side.ms(ask());
	console.log('every side is warm');

	console.log(
		`\n${''.padEnd(40)}${sides.map(({ name }) => name.padStart(10)).join('')}   ms, medians of ${pairs}; times faster than the faster (worst to best round)`,
	);
	for (const [name, ask] of rows) {
		const ms = sides.map((): number[] => []);
		for (let pair = 0; pair < pairs; pair++) {
			asked++;
			const order = pair % 2 === 0 ? [...sides.keys()] : [...sides.keys()].reverse();
			for (const i of order) ms[i]!.push(await sides[i]!.ms(ask()));
		}
		const [own, ...others] = ms as [number[], ...number[][]];
		const ratios = own.map((ours, i) => Math.min(...others.map((list) => list[i]!)) / ours).sort((a, b) => a - b);
		const ratio = Math.min(...others.map(median)) / median(own);
		console.log(
			`${name.padEnd(40)}${ms.map((list) => median(list).toFixed(1).padStart(10)).join('')}   ${ratio.toFixed(2)} × (${ratios[0]!.toFixed(2)} to ${ratios.at(-1)!.toFixed(2)})`,
		);
	}
	console.log(
		`${'most memory, MiB'.padEnd(40)}${sides.map(({ peakMiB }) => peakMiB.toFixed(0).padStart(10)).join('')}`,
	);
} finally {
	for (const side of sides) await side.end();
	await rm(folder, { recursive: true, force: true });
}

async function floats(file: string): Promise<Float32Array> {
	const bytes = await readFile(file);
	return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function difference(a: Float32Array, b: Float32Array): number {
	return a.reduce(
		(most, value, i) => Math.max(most, Math.abs(value - b[i]!)),
		a.length === b.length ? 0 : Number.POSITIVE_INFINITY,
	);
}
