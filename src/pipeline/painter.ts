import { constants, setPriority } from 'node:os';
import { openSigner, type SignerFiles } from '../images/c2pa.ts';
import { decodeImage } from '../images/decode.ts';
import { encodePreview, type Sign } from '../images/encode.ts';
import { type FloatImage, toFloat, toRgb } from '../images/pixels.ts';
import { openModelFolder } from '../model/folder.ts';
import { openTaggerFolder } from '../model/tagger-folder.ts';
import { finishPictures } from './finish.ts';
import { coarse } from './preview.ts';
import type { Device, FromPainter, PaintJob, SeenInPicture, ToPainter } from './protocol.ts';
import { Sdxl } from './sdxl.ts';
import { resolveDevice } from './session.ts';
import { Tagger } from './tagger.ts';
import { youthTagsIn } from './youth-tags.ts';

/*
 * The painter's process: `painter.ts <model folder> <device or auto> <tagger's folder> <VAE or nothing> [<certificate> <key>]`, forked by `PainterProcess`. States: loading
 * (left by `ready`, or by `broken` and the end), idle (left by `paint`), painting (left by `painted`, failed or cancelled), rating
 * (left by the last `rated`, or cancelled). It ends when the bot does, and tells before it ends for any reason of its own.
 * `session.run` blocks this thread, so messages are heard between runs.
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
			: { type: 'broken', part: 'model', message: `The painter failed: ${error.message}` },
	);
});
try {
	setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
	// the system forbids it: then it is merely less polite
}
const [modelFolder = '', device = 'auto', taggerFolder = '', vae = '', certificate, privateKey] = process.argv.slice(2);
const signer = certificate && privateKey ? { certificate, privateKey } : undefined;
await main({ modelFolder, vae: vae === '' ? undefined : vae }, device as Device | 'auto', taggerFolder, signer);

interface Loaded {
	sdxl: Sdxl;
	tagger: Tagger;
	sign: Sign | undefined;
}

async function main(
	{ modelFolder, vae }: { modelFolder: string; vae: string | undefined },
	wanted: Device | 'auto',
	taggerFolder: string,
	signer: SignerFiles | undefined,
): Promise<void> {
	let part: 'model' | 'tagger' | 'signer' = 'signer';
	try {
		const start = performance.now();
		const sign = signer && (await openSigner(signer));
		part = 'model';
		const { device, note } = await resolveDevice(wanted);
		const sdxl = await Sdxl.load(await openModelFolder(modelFolder, { vae }), device);
		part = 'tagger';
		const tagger = await loadTagger(taggerFolder, device);
		process.on('message', (message: ToPainter) => receive({ sdxl, tagger, sign }, message));
		send({ type: 'ready', device, note, loadMs: Math.round(performance.now() - start) });
	} catch (error) {
		tellAndExit({ type: 'broken', part, message: messageOf(error) });
	}
}

/** Looks at a black square once: a list that does not fit the network shows at the start, and a GPU prepares its kernels then. */
async function loadTagger(folder: string, device: Device): Promise<Tagger> {
	const tagger = await Tagger.load(await openTaggerFolder(folder), device);
	await tagger.look({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) });
	return tagger;
}

function receive(loaded: Loaded, message: ToPainter): void {
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
	void paint(loaded, job, abort.signal).then((outcome) => {
		current = undefined;
		send(outcome);
	});
}

/** Never rejects: every way it can go is a message, of which the last is returned. */
async function paint({ sdxl, tagger, sign }: Loaded, job: PaintJob, signal: AbortSignal): Promise<FromPainter> {
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
				encodePreview(coarse(preview())).then(
					(small) => current?.id === job.id && send({ type: 'progress', id: job.id, step, steps, preview: small }),
					(error) => console.error(`No preview of job ${job.id}: ${messageOf(error)}`),
				);
			},
		});
		const scale = sdxl.folder.upscaler?.scale;
		const about = { modelName: sdxl.folder.name, ...(scale !== undefined && { scale }) };
		const pictures = await finishPictures(images, job, about, sign);
		const stats = { paintMs: performance.now() - start, runMs: sdxl.networks.runMs() - runMsBefore };
		return await rate(tagger, images, { type: 'painted', id: job.id, pictures, stats }, signal);
	} catch (error) {
		return signal.aborted
			? { type: 'cancelled', id: job.id }
			: { type: 'failed', id: job.id, message: messageOf(error) };
	}
}

/**
 * Sends the finished pictures, then what the tagger sees in each. The pictures must have left before the tagger blocks this thread:
 * if it never comes back, the bot has them and knows that they are not rated.
 */
async function rate(
	tagger: Tagger,
	images: FloatImage[],
	painted: Extract<FromPainter, { type: 'painted' }>,
	signal: AbortSignal,
): Promise<FromPainter> {
	const { id } = painted;
	await sent(painted);
	let last: FromPainter = { type: 'failed', id, message: 'Expected at least one picture, got none' };
	for (const [position, image] of images.entries()) {
		signal.throwIfAborted();
		if (position > 0) await sent(last);
		const start = performance.now();
		const outcome = await lookAt(tagger, image);
		last = { type: 'rated', id, position, ms: performance.now() - start, ...outcome };
	}
	return last;
}

async function lookAt(tagger: Tagger, image: FloatImage): Promise<{ seen: SeenInPicture } | { problem: string }> {
	try {
		const { ratings, tags } = await tagger.look(toRgb(image));
		return { seen: { ratings, youthTags: youthTagsIn(tags) } };
	} catch (error) {
		return { problem: messageOf(error) };
	}
}

/** A variation is drawn at its recipe's size, whatever the parent's is; an enlargement starts from the parent as it is. */
function parentSize({ recipe }: PaintJob): { width: number; height: number } | undefined {
	return recipe.strength === undefined ? undefined : { width: recipe.width, height: recipe.height };
}

function send(message: FromPainter): void {
	if (process.connected) process.send?.(message);
}

/** Resolves when the message has left this process, or cannot. */
function sent(message: FromPainter): Promise<void> {
	return new Promise((resolve) => {
		if (process.connected && process.send) process.send(message, () => resolve());
		else resolve();
	});
}

function tellAndExit(message: FromPainter): void {
	if (process.connected && process.send) process.send(message, () => process.exit(1));
	else process.exit(1);
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
