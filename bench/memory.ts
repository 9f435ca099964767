import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PainterClient } from '../src/pipeline/client.ts';

/*
 * Whether a painter gives memory back: paints jobs whose sizes and numbers of pictures change each time and prints its resident memory
 * along the way. `node bench/memory.ts [<jobs>] [<model folder>]`, on Linux. docs/speed.md holds a run.
 */
const jobs = Number(process.argv[2] ?? 50);
const modelFolder = resolve(process.argv[3] ?? 'models/demo');
const painter = await PainterClient.start({
	modelFolder,
	taggerFolder: resolve('models/demo/tagger'),
	device: 'cpu',
	log: () => {},
});
const sizes = [
	[64, 64, 1],
	[256, 192, 4],
	[128, 128, 2],
	[320, 256, 1],
	[96, 160, 4],
	[192, 320, 2],
	[64, 128, 3],
] as const;

/** Resident megabytes now, and the most so far. */
async function resident(): Promise<{ now: number; most: number }> {
	const status = await readFile(`/proc/${painter.pid}/status`, 'utf8');
	const megabytes = (key: string) =>
		Math.round(Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024);
	return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
}

try {
	const { now } = await resident();
	console.log(`at the start: ${now} MB`);
	for (let i = 0; i < jobs; i++) {
		const [width, height, count] = sizes[i % sizes.length]!;
		await painter.paint({
			id: String(i),
			recipe: {
				version: 1,
				prompt: `1girl, solo, ${i} hats`,
				negative: 'lowres',
				syntax: 'plain',
				width,
				height,
				steps: 2,
				guidanceScale: 2,
				sampler: 'euler-ancestral',
				seeds: Array.from({ length: count }, (_, k) => k),
				model: '',
			},
			maxFileBytes: 1e7,
			maxTotalBytes: 1e8,
		});
		if ((i + 1) % 10 === 0 || i + 1 === jobs) {
			const { now, most } = await resident();
			console.log(`after ${i + 1} jobs: ${now} MB, at most ${most} MB`);
		}
	}
} finally {
	await painter.close();
}
