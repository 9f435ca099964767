/** Speaks the painter's protocol: what a job's id begins with says how far it gets, and whether the process ends over it. */
import type { FromPainter, ToPainter } from '../../../src/pipeline/protocol.ts';

const send = (message: FromPainter) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));
process.once('disconnect', () => process.exit(0));
process.on('message', async (message: ToPainter) => {
	if (message.type !== 'paint') return;
	const { id } = message.job;
	if (/^(drawn|silent)/.test(id)) await send({ type: 'drawn', id });
	else await send({ type: 'progress', id, step: 1, steps: 2 });
	if (id.startsWith('silent'))
		await send({
			type: 'painted',
			id,
			pictures: [{ seed: 1, width: 1, height: 1, bytes: new Uint8Array([1]), sha256: '' }],
			stats: { paintMs: 1, runMs: 1 },
		});
	if (!id.startsWith('memory')) return;
	await send({ type: 'ending', id });
	process.kill(process.pid, 'SIGKILL');
});
void send({ type: 'ready', device: 'cpu', note: 'overlapping', loadMs: 0 });
