import { resolve } from 'node:path';
import { PainterClient } from '../src/pipeline/client.ts';
import type { PaintJob } from '../src/pipeline/protocol.ts';

/*
 * What is gained by drawing the next job while one is finished: paints the same jobs back to back in both ways by turns, one after the
 * other and overlapping, and prints the seconds of each. Exits with 1 if one picture
 * differs. `node bench/overlap.ts [<pairs>] [<jobs>] [<steps>]`, 6 pairs of 20 jobs of 12 steps unless given.
 */
const [pairs = 6, jobs = 20, steps = 12] = process.argv.slice(2).map(Number);
const demo = resolve('models/demo');
const painter = await PainterClient.start({
	modelFolder: demo,
	taggerFolder: `${demo}/tagger`,
	scorerFolder: `${demo}/aesthetic`,
	device: 'auto',
	log: () => {},
});
const counts = [1, 4, 2, 4];
const sizes = [
	[128, 128],
	[160, 96],
	[96, 160],
] as const;
let count = 0;
const jobOf = (i: number): PaintJob => {
	const [width, height] = sizes[i % sizes.length]!;
	return {
		id: `${i}-${count++}`,
		recipe: {
			version: 1,
			prompt: '1girl, solo, blue hair, smile',
			negative: 'lowres',
			syntax: 'plain',
			width,
			height,
			steps,
			guidanceScale: 2,
			sampler: 'euler-ancestral',
			seeds: Array.from({ length: counts[i % counts.length]! }, (_, k) => 100 * i + k),
			model: '',
		},
		maxFileBytes: 1e7,
		maxTotalBytes: 1e8,
	};
};

/** @returns milliseconds, and the hashes of all pictures */
async function paintAll(overlaps: boolean): Promise<{ ms: number; hashes: string[] }> {
	const start = performance.now();
	const painted: Promise<string[]>[] = [];
	for (let i = 0; i < jobs; i++) {
		const drawn = Promise.withResolvers<void>();
		const done = painter.paint(jobOf(i), { onDrawn: drawn.resolve });
		painted.push(done.then(({ pictures }) => pictures.map(({ sha256 }) => sha256)));
		await (overlaps ? Promise.race([drawn.promise, done]) : done);
	}
	const hashes = (await Promise.all(painted)).flat();
	return { ms: performance.now() - start, hashes };
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
try {
	const { hashes: expected } = await paintAll(false); // prepares the kernels
	const took = { after: [] as number[], beside: [] as number[] };
	for (let pair = 0; pair < pairs; pair++)
		for (const overlaps of pair % 2 === 0 ? [false, true] : [true, false]) {
			const { ms, hashes } = await paintAll(overlaps);
			took[overlaps ? 'beside' : 'after'].push(ms);
			const different = hashes.filter((hash, i) => hash !== expected[i]).length;
			if (different > 0) process.exitCode = 1;
			console.log(
				`pair ${pair + 1}, ${overlaps ? 'overlapping   ' : 'one by another'}: ${Math.round(ms)} ms, ${different} different`,
			);
		}
	const shares = took.beside.map((ms, i) => ms / took.after[i]!);
	const percent = (share: number) => `${Math.round(100 * share)} %`;
	console.log(
		`${jobs} jobs, ${expected.length} pictures: ${Math.round(median(took.after))} ms one by another, ${Math.round(median(took.beside))} ms overlapping; ` +
			`of each pair ${percent(median(shares))}, ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}`,
	);
} finally {
	await painter.close();
}
