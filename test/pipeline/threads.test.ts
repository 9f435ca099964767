import { afterAll, expect, test, vi } from 'vitest';
import { compileUnet } from '../../src/model/compile.ts';
import { openModelFolder } from '../../src/model/folder.ts';
import { PainterClient } from '../../src/pipeline/client.ts';
import { openSession } from '../../src/pipeline/session.ts';
import { modelOf } from './golden.ts';
import { jobOf } from './recipes.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/*
 * Painters that share a processor have fewer threads each. Nothing in ONNX Runtime promises that its sums do not depend on their
 * number, so it is asked here: a recipe means the same picture with one painter and with several.
 */

const painters: PainterClient[] = [];
afterAll(() => Promise.all(painters.map((painter) => painter.close())));

test('files are the same from a painter with all threads of the processor and from one of four that share them', async () => {
	const paint = async (sharers: number) => {
		const options = { modelFolder: modelOf('demo'), taggerFolder: `${modelOf('demo')}/tagger`, log: () => {} };
		const painter = await PainterClient.start({ ...options, device: 'cpu', sharers });
		painters.push(painter);
		const { pictures } = await painter.paint(jobOf('one', { seeds: [0, 1], width: 160, height: 96 }));
		return pictures.map(({ sha256 }) => sha256);
	};
	expect(await paint(4)).toEqual(await paint(1));
});

test('the UNet gives the same numbers with any number of threads', async () => {
	const graph = compileUnet(await openModelFolder(modelOf('tiny-random')), { compute: 'f32' });
	const wave = (...dims: number[]) => {
		const length = dims.reduce((a, b) => a * b, 1);
		return { data: Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 2), dims };
	};
	const outputs: Float32Array[] = [];
	for (const threads of [1, 2, 3]) {
		const unet = await openSession(graph, { device: 'cpu', threads });
		const width = (name: string) => unet.inputDims(name).at(-1) as number;
		const output = await unet.run({
			sample: wave(2, 4, 12, 20),
			timestep: wave(2),
			encoder_hidden_states: wave(2, 77, width('encoder_hidden_states')),
			text_embeds: wave(2, width('text_embeds')),
			time_ids: wave(2, 6),
		});
		outputs.push(output.noise_pred!.data);
		await unet.release();
	}
	for (const one of outputs.slice(1)) expect(one).toEqual(outputs[0]);
});
