import { availableParallelism, cpus } from 'node:os';
import { toRgb } from '../src/images/pixels.ts';
import { isGuidedStep } from '../src/pipeline/guidance.ts';
import { Sdxl } from '../src/pipeline/sdxl.ts';
import { resolveDevice } from '../src/pipeline/session.ts';
import { Tagger } from '../src/pipeline/tagger.ts';
import { makeRecipe } from '../src/prompt/recipe.ts';
import { parseRequest } from '../src/prompt/request.ts';

/*
 * What guidance in an interval costs and gives: paints the same 32 pictures of the demo model with guidance up to several shares of the
 * schedule, in turns, and prints for each the time, PSNR to full guidance, how often the tagger finds the hair that was asked for, and
 * how often it agrees with the full picture about all of its tags. `node bench/guidance-interval.ts [<pictures>] [<guidance>]`.
 * docs/speed.md holds a run.
 */
const count = Number(process.argv[2] ?? 32);
const guidance = Number(process.argv[3] ?? 2);
const intervals: [number, number][] = [
	[0, 1],
	[0, 0.8],
	[0, 0.6],
	[0, 0.4],
	[0.1, 0.8],
];
const prompts = [
	['1girl, solo, blue hair, smile, outdoors, day', 'blue_hair'],
	['1girl, solo, blue hair, twintails, green eyes, smile, outdoors, day', 'blue_hair'],
	['1boy, solo, blue hair, glasses, night', 'blue_hair'],
	['1girl, solo, blue hair, long hair, red shirt, upper body, sunset', 'blue_hair'],
	['1girl, solo, pink hair, ponytail, blush, outdoors, day', 'pink_hair'],
	['1girl, solo, red hair, blue eyes, upper body, night', 'red_hair'],
	['1boy, solo, black hair, brown eyes, open mouth, sunset', 'black_hair'],
	['1girl, solo, blue hair, bob cut, portrait, simple background', 'blue_hair'],
] as const;
const found = 0.35;

// One thread: idle ones of several spin, and their time would count.
await resolveDevice('cpu', availableParallelism());
const sdxl = await Sdxl.load('models/demo', 'cpu');
const tagger = await Tagger.load(sdxl.folder.tagger!, 'cpu');
const { nativeSize, sizeMultiple, recommended } = sdxl.folder;
const model = { hash: 'm'.repeat(64), nativeSize, sizeMultiple, recommended };

interface Painted {
	ms: number;
	data: Float32Array;
	tags: Set<string>;
	isFound: boolean;
}

async function paint(
	[prompt, hair]: (typeof prompts)[number],
	seed: number,
	interval: [number, number],
): Promise<Painted> {
	const request = parseRequest({ prompt, seed, count: 1, guidance, 'cfg-from': interval[0], 'cfg-until': interval[1] });
	const { recipe } = makeRecipe(request, { model, ceiling: 'explicit', randomSeed: () => 0 });
	// not the clock's: others want the cores too
	const before = process.cpuUsage();
	const [image] = await sdxl.paint(recipe);
	const { user, system } = process.cpuUsage(before);
	const { tags } = await tagger.look(toRgb(image!));
	const sure = new Set(tags.filter(({ probability }) => probability >= found).map(({ name }) => name));
	return { ms: (user + system) / 1000, data: image!.data, tags: sure, isFound: sure.has(hair) };
}

function psnr(a: Float32Array, b: Float32Array): number {
	const square = a.reduce((sum, x, i) => sum + (Math.min(1, Math.max(0, x)) - Math.min(1, Math.max(0, b[i]!))) ** 2, 0);
	return -10 * Math.log10(square / a.length);
}

/** Of the UNet on one latent, for a picture. */
function runsOf(interval: [number, number]): number {
	const { steps } = recommended;
	return Array.from({ length: steps }, (_, i) => (isGuidedStep(i, steps, interval) ? 2 : 1)).reduce((a, b) => a + b, 0);
}

const rows: Painted[][] = intervals.map(() => []);
await paint(prompts[0], 0, [0, 1]); // prepares the kernels
for (let i = 0; i < count; i++)
	for (const k of intervals.keys()) {
		// in turns, so that what else the machine does falls on all of them
		const at = (k + i) % intervals.length;
		rows[at]!.push(await paint(prompts[i % prompts.length]!, 1000 + i, intervals[at]!));
	}

const mean = (numbers: number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const [full] = rows;
const fullMs = median(full!.map(({ ms }) => ms));
console.log(
	`${count} pictures, ${nativeSize} × ${nativeSize}, ${recommended.steps} steps, guidance ${guidance}, ${cpus()[0]?.model}`,
);
for (const [k, row] of rows.entries()) {
	const likeness = row.map(({ data }, i) => psnr(data, full![i]!.data)).filter(Number.isFinite);
	const agreement = row.map(({ tags }, i) => {
		const other = full![i]!.tags;
		return tags.intersection(other).size / Math.max(1, tags.union(other).size);
	});
	const ms = median(row.map((one) => one.ms));
	console.log(
		[
			`guided ${intervals[k]!.join('–')} (${runsOf(intervals[k]!)} runs)`,
			`CPU time ${Math.round(ms)} ms (${((100 * ms) / fullMs).toFixed(0)} %)`,
			likeness.length === 0
				? 'PSNR ∞'
				: `PSNR median ${median(likeness).toFixed(1)} dB, worst ${Math.min(...likeness).toFixed(1)} dB`,
			`hair as asked ${row.filter(({ isFound }) => isFound).length} of ${count}`,
			`tags in common ${(100 * mean(agreement)).toFixed(1)} %`,
		].join(' · '),
	);
}
await tagger.release();
await sdxl.networks.release();
