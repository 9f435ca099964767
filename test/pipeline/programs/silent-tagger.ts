/** Speaks the painter's protocol: every job is drawn and painted at once, one picture of it is rated, a last word of progress said, and then its thread is stuck. */
import type { FromPainter, Picture, ToPainter } from '../../../src/pipeline/protocol.ts';

const send = (message: FromPainter) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));
process.once('disconnect', () => process.exit(0));
process.on('message', async (message: ToPainter) => {
	if (message.type !== 'paint') return;
	const { id, recipe } = message.job;
	const pictures = recipe.seeds.map((seed): Picture => {
		return { seed, width: recipe.width, height: recipe.height, bytes: new Uint8Array([seed]), sha256: `${seed}` };
	});
	await send({ type: 'drawn', id });
	await send({ type: 'painted', id, pictures, stats: { paintMs: 1, runMs: 1 } });
	const ratings = { general: 1, sensitive: 0, questionable: 0, explicit: 0 };
	await send({ type: 'rated', id, position: 0, ms: 1, seen: { ratings, youthTags: {} } });
	await send({ type: 'progress', id, step: 1, steps: 1 });
	for (;;);
});
void send({ type: 'ready', device: 'cpu', note: 'silent', loadMs: 0 });
