import { constants, setPriority } from 'node:os';
import { UserError } from '../errors.ts';
import { openSigner, type SignerFiles } from '../images/c2pa.ts';
import { encodePreview, type Sign } from '../images/encode.ts';
import type { RgbImage } from '../images/pixels.ts';
import { describePicture } from './describe.ts';
import { finishPictures } from './finish.ts';
import { ModelShelf } from './model-shelf.ts';
import { saysOutOfMemory } from './out-of-memory.ts';
import { coarse } from './preview.ts';
import { PreviewPace } from './preview-pace.ts';
import type { Device, DeviceChoice, FromPainter, PaintJob, ToPainter } from './protocol.ts';
import { type Critics, loadScorer, loadTagger, lookAt, rate } from './rating.ts';
import { paintInRounds } from './rounds.ts';
import type { PaintOptions, Sdxl } from './sdxl.ts';
import { resolveDevice } from './session.ts';
import { readSources, readUpload } from './sources.ts';
import { Upscalers } from './upscalers.ts';

/*
 * The painter's process: `painter.ts <model folder> <device or auto> <tagger's folder> <VAE or nothing> <scorer's folder or nothing>
 * <bytes for models or nothing> <upscalers' folder or nothing> <painters that share the CPU> [<certificate> <key>]`, forked by `PainterProcess`. States: loading (left by `ready`, or by `broken` and the end), idle (left by
 * `paint`), painting (left by `painted`, failed or cancelled), rating (left by the last `rated` or `scored`, or cancelled). It ends when the bot does, and tells before it ends for any reason of its own.
 * `session.run` blocks this thread, so messages are heard between runs.
 */

/** What the last preview took: the next job's first one is due accordingly. */
let previewMs = 0;

let current: { id: string; abort: AbortController; proceed: PromiseWithResolvers<void> } | undefined;

/** What is asked besides the job, one after the other. */
let describing = Promise.resolve();

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
const [modelFolder = '', device = 'auto', taggerFolder = '', vae = '', scorerFolder = '', modelBytes = '', ...rest] =
	process.argv.slice(2);
const [upscalerFolder = '', sharers = '1', certificate, privateKey] = rest;
const signer = certificate && privateKey ? { certificate, privateKey } : undefined;
const beside = { taggerFolder, scorerFolder, upscalerFolder };
const models = { modelFolder, vae: vae || undefined, mostBytes: Number(modelBytes) || undefined };
await main(models, { wanted: device as DeviceChoice, sharers: Number(sharers) }, beside, signer);

interface Loaded extends Critics {
	device: Device;
	shelf: ModelShelf;
	/** The path of the model that a job means which names none. */
	modelFolder: string;
	upscalers: Upscalers;
	sign: Sign | undefined;
}

async function main(
	{ modelFolder, ...shared }: { modelFolder: string; vae: string | undefined; mostBytes: number | undefined },
	{ wanted, sharers }: { wanted: DeviceChoice; sharers: number },
	{ taggerFolder, scorerFolder, upscalerFolder }: Record<'taggerFolder' | 'scorerFolder' | 'upscalerFolder', string>,
	signer: SignerFiles | undefined,
): Promise<void> {
	let part: 'device' | 'model' | 'tagger' | 'signer' = 'signer';
	try {
		const start = performance.now();
		const sign = signer && (await openSigner(signer));
		part = 'device';
		const { device, note } = await resolveDevice(wanted, sharers);
		part = 'model';
		const shelf = new ModelShelf({ device, sharers, ...shared });
		await shelf.take(modelFolder);
		part = 'tagger';
		const tagger = await loadTagger(taggerFolder, device);
		const scorer = await loadScorer(scorerFolder, device);
		const upscalers = await Upscalers.load(upscalerFolder, device);
		process.on('message', (message: ToPainter) =>
			receive({ device, shelf, modelFolder, tagger, scorer, upscalers, sign }, message),
		);
		const loadMs = Math.round(performance.now() - start);
		send({ type: 'ready', device, note, loadMs, isScoring: scorer !== undefined, upscalers: upscalers.facts });
	} catch (error) {
		tellAndExit({ type: 'broken', part, message: messageOf(error) });
	}
}

function receive(loaded: Loaded, message: ToPainter): void {
	if (message.type === 'cancel') {
		if (current?.id === message.id) current.abort.abort();
		return;
	}
	if (message.type === 'proceed') {
		if (current?.id === message.id) current.proceed.resolve();
		return;
	}
	if (message.type === 'describe') {
		describing = describing.then(async () => send(await describePicture(loaded, message)));
		return;
	}
	const { job } = message;
	if (current) {
		send({ type: 'failed', id: job.id, message: `The painter is busy with job ${current.id}` });
		return;
	}
	const abort = new AbortController();
	current = { id: job.id, abort, proceed: Promise.withResolvers() };
	void paint(loaded, job, abort.signal).then((outcome) => {
		current = undefined;
		send(outcome);
	});
}

/** Never rejects: every way it can go is a message, of which the last is returned. */
async function paint(loaded: Loaded, job: PaintJob, signal: AbortSignal): Promise<FromPainter> {
	const { device, shelf, sign, upscalers, ...critics } = loaded;
	let upload: RgbImage | undefined;
	try {
		upload = await readUpload(job);
		if (upload) await askToUse(upload, job, critics, signal);
	} catch (error) {
		if (signal.aborted) return { type: 'cancelled', id: job.id };
		return { type: 'failed', id: job.id, message: messageOf(error), isRefusal: error instanceof UserError };
	}
	const asked = performance.now();
	let isOpening = false;
	const onOpening = () => {
		if (!isOpening) send({ type: 'loading', id: job.id });
		isOpening = true;
	};
	let sdxl: Sdxl;
	try {
		sdxl = await shelf.take(job.modelPath ?? loaded.modelFolder, onOpening);
	} catch (error) {
		return { type: 'failed', id: job.id, message: messageOf(error), isModel: true };
	}
	let start = performance.now();
	const runMsBefore = sdxl.networks.runMs() + upscalers.runMs;
	try {
		await sdxl.prepare(job.recipe, onOpening);
		start = performance.now();
		const pace = new PreviewPace(previewMs);
		if (isOpening) send({ type: 'models', id: job.id, loaded: shelf.loaded, ms: start - asked });
		const options: PaintOptions = {
			signal,
			...(await readSources(job, upload, sdxl.folder)),
			onStep: ({ step, steps, preview }) => {
				send({ type: 'progress', id: job.id, step, steps });
				if (!preview || step === steps || !pace.isDue) return;
				pace
					.make(async () => coarse(await preview()))
					.then((image) => encodePreview(image))
					.then(
						(small) => current?.id === job.id && send({ type: 'progress', id: job.id, step, steps, preview: small }),
						(error) => console.error(`No preview of job ${job.id}: ${messageOf(error)}`),
					);
			},
		};
		const chosen = upscalers.find(job.recipe);
		const images = chosen
			? [await upscalers.enlarge(chosen, job.recipe, options)]
			: await paintInRounds(sdxl, job.recipe, options, job.atOnce);
		const scale = chosen?.scale ?? sdxl.folder.upscaler?.scale;
		const about = { modelName: sdxl.folder.name, device, ...(scale !== undefined && { scale }) };
		const pictures = await finishPictures(images, job, about, sign);
		const runMs = sdxl.networks.runMs() + upscalers.runMs - runMsBefore;
		const stats = { paintMs: performance.now() - start, runMs, previewMs: pace.spentMs };
		previewMs = pace.oneMs;
		return await rate(critics, images, { type: 'painted', id: job.id, pictures, stats }, { sent, signal });
	} catch (error) {
		if (!signal.aborted && saysOutOfMemory(error)) endForWantOfMemory(job, error);
		return signal.aborted
			? { type: 'cancelled', id: job.id }
			: { type: 'failed', id: job.id, message: messageOf(error), isRefusal: error instanceof UserError };
	}
}

/** Says what is in a member's upload and waits until the bot lets it be used: nothing is drawn from it before. */
async function askToUse(upload: RgbImage, job: PaintJob, { tagger }: Critics, signal: AbortSignal): Promise<void> {
	const { proceed } = current!;
	signal.addEventListener('abort', () => proceed.reject(signal.reason), { once: true });
	await sent({ type: 'looked', id: job.id, ...(await lookAt(tagger, upload)) });
	await proceed.promise;
}

/** Ends the process, which gives all memory back: the bot starts another one and hands it the job in smaller parts. */
function endForWantOfMemory({ recipe, atOnce = recipe.seeds.length }: PaintJob, error: unknown): never {
	const { width, height, seeds } = recipe;
	const many = Math.min(atOnce, seeds.length);
	console.error(`Memory ran out over ${many} × ${width} × ${height} pixels: ${messageOf(error).trim()}`);
	process.exit(1);
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
