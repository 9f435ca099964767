import { constants, setPriority } from 'node:os';
import { decodeImage } from '../images/decode.ts';
import { encodePreview } from '../images/encode.ts';
import { toFloat } from '../images/pixels.ts';
import { finishPictures } from './finish.ts';
import type { Device, FromPainter, PaintJob, ToPainter } from './protocol.ts';
import { Sdxl } from './sdxl.ts';
import { resolveDevice } from './session.ts';

/*
 * The painter's process: `painter.ts <model folder> <device or auto>`, forked by `PainterProcess`. States: loading (left by `ready`,
 * or by `broken` and the end), idle (left by `paint`), painting (left by painted, failed or cancelled). It ends when the bot does,
 * and tells before it ends for any reason of its own. `session.run` blocks this thread, so messages are heard between runs.
 */

/** How often the bot hears of a preview at most. */
const previewEveryMs = 700;

let current: { id: string; abort: AbortController } | undefined;

process.once('disconnect', () => process.exit(0));
// Ctrl-C, and some supervisors' SIGTERM, reach the whole group of processes; the bot says when it is time to go.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('uncaughtException', (error) => {
	console.error(error);
	tellAndExit(
		current
			? { type: 'failed', id: current.id, message: error.message }
			: { type: 'broken', message: `The painter failed: ${error.message}` },
	);
});
try {
	setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
	// the system forbids it: then it is merely less polite
}
await main(process.argv[2] ?? '', (process.argv[3] ?? 'auto') as Device | 'auto');

async function main(modelFolder: string, wanted: Device | 'auto'): Promise<void> {
	try {
		const start = performance.now();
		const { device, note } = await resolveDevice(wanted);
		const sdxl = await Sdxl.load(modelFolder, device);
		process.on('message', (message: ToPainter) => receive(sdxl, message));
		send({ type: 'ready', device, note, loadMs: Math.round(performance.now() - start) });
	} catch (error) {
		tellAndExit({ type: 'broken', message: messageOf(error) });
	}
}

function receive(sdxl: Sdxl, message: ToPainter): void {
	if (message.type === 'cancel') {
		if (current?.id === message.id) current.abort.abort();
		return;
	}
	const { job } = message;
	if (current) {
		send({ type: 'failed', id: job.id, message: `The painter is busy with job ${current.id}` });
		return;
	}
	const abort = new AbortController();
	current = { id: job.id, abort };
	void paint(sdxl, job, abort.signal).then((outcome) => {
		current = undefined;
		send(outcome);
	});
}

/** Never rejects: every way it can go is a message. */
async function paint(sdxl: Sdxl, job: PaintJob, signal: AbortSignal): Promise<FromPainter> {
	const start = performance.now();
	const runMsBefore = sdxl.networks.runMs();
	let previewAt = start;
	try {
		const parentImage = job.parentImage && toFloat(await decodeImage(job.parentImage, parentSize(job)));
		const images = await sdxl.paint(job.recipe, {
			signal,
			...(parentImage && { parentImage }),
			onStep: ({ step, steps, preview }) => {
				send({ type: 'progress', id: job.id, step, steps });
				if (!preview || step === steps || performance.now() - previewAt < previewEveryMs) return;
				previewAt = performance.now();
				encodePreview(preview()).then(
					(small) => current?.id === job.id && send({ type: 'progress', id: job.id, step, steps, preview: small }),
					(error) => console.error(`No preview of job ${job.id}: ${messageOf(error)}`),
				);
			},
		});
		const scale = sdxl.folder.upscaler?.scale;
		const about = { modelName: sdxl.folder.name, ...(scale !== undefined && { scale }) };
		const pictures = await finishPictures(images, job, about);
		const stats = { paintMs: performance.now() - start, runMs: sdxl.networks.runMs() - runMsBefore };
		return { type: 'painted', id: job.id, pictures, stats };
	} catch (error) {
		return signal.aborted
			? { type: 'cancelled', id: job.id }
			: { type: 'failed', id: job.id, message: messageOf(error) };
	}
}

/** A variation is drawn at its recipe's size, whatever the parent's is; an enlargement starts from the parent as it is. */
function parentSize({ recipe }: PaintJob): { width: number; height: number } | undefined {
	return recipe.strength === undefined ? undefined : { width: recipe.width, height: recipe.height };
}

function send(message: FromPainter): void {
	if (process.connected) process.send?.(message);
}

function tellAndExit(message: FromPainter): void {
	if (process.connected && process.send) process.send(message, () => process.exit(1));
	else process.exit(1);
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
