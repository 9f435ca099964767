/** Speaks the painter's protocol, but never finishes a job and does not listen to `cancel`. */
import type { FromPainter, ToPainter } from '../../../src/pipeline/protocol.ts';

const send = (message: FromPainter) => process.send?.(message);
process.once('disconnect', () => process.exit(0));
process.on('message', (message: ToPainter) => {
	if (message.type === 'paint') send({ type: 'progress', id: message.job.id, step: 1, steps: 2 });
});
send({ type: 'ready', device: 'cpu', note: 'stubborn', loadMs: 0 });
