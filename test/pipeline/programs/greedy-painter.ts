/** Speaks the painter's protocol, and ends as a process without memory does when it has to paint more pictures side by side than its model's path says. */
import type { FromPainter, Picture, ToPainter } from '../../../src/pipeline/protocol.ts';

const most = Number(process.argv[2]);
const send = (message: FromPainter) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));
process.once('disconnect', () => process.exit(0));
process.on('message', async (message: ToPainter) => {
	if (message.type !== 'paint') return;
	const { id, recipe, atOnce = recipe.seeds.length } = message.job;
	if (Math.min(atOnce, recipe.seeds.length) > most) process.kill(process.pid, 'SIGKILL');
	const pictures = recipe.seeds.map((seed): Picture => {
		return { seed, width: recipe.width, height: recipe.height, bytes: new Uint8Array([seed]), sha256: `${seed}` };
	});
	await send({ type: 'painted', id, pictures, stats: { paintMs: 1, runMs: 1 } });
	const seen = { ratings: { general: 1, sensitive: 0, questionable: 0, explicit: 0 }, youthTags: {} };
	for (const position of pictures.keys()) await send({ type: 'rated', id, position, ms: 1, seen });
});
void send({ type: 'ready', device: 'cpu', note: 'greedy', loadMs: 0 });
