import { resolve } from 'node:path';
import { PainterClient } from '../src/pipeline/client.ts';
import type { PaintJob } from '../src/pipeline/protocol.ts';

/*
 * What previews cost: paints jobs of some length with a model and prints the milliseconds that went into previews beside those of the
 * job. `node bench/previews.ts [<model folder>]`, the demo model unless given. A decoder of previews in its folder is used.
 */
const modelFolder = resolve(process.argv[2] ?? 'models/demo');
const painter = await PainterClient.start({
	modelFolder,
	taggerFolder: resolve('models/demo/tagger'),
	device: 'cpu',
	log: () => {},
});
const jobOf = (id: string, steps: number, count: number): PaintJob => ({
	id,
	recipe: {
		version: 1,
		prompt: '1girl, solo, blue hair',
		negative: 'lowres',
		syntax: 'plain',
		width: 160,
		height: 96,
		steps,
		guidanceScale: 2,
		sampler: 'euler-ancestral',
		seeds: Array.from({ length: count }, (_, i) => i),
		model: '',
	},
	maxFileBytes: 1e7,
	maxTotalBytes: 1e8,
});
try {
	await painter.paint(jobOf('warm', 4, 1));
	for (const [steps, count] of [
		[50, 1],
		[50, 4],
		[100, 4],
		[100, 4],
	] as const) {
		let previews = 0;
		const job = jobOf(`${steps}x${count}`, steps, count);
		const { stats } = await painter.paint(job, { onProgress: ({ preview }) => void (preview && previews++) });
		const { previewMs = 0, paintMs } = stats;
		const share = ((100 * previewMs) / paintMs).toFixed(2);
		console.log(
			`${count} pictures of ${steps} steps: ${previews} previews in ${previewMs.toFixed(1)} ms of ${Math.round(paintMs)} ms, ${share} %`,
		);
	}
} finally {
	await painter.close();
}
