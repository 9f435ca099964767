import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../errors.ts';
import { encodePreview } from '../images/encode.ts';
import type { RgbImage } from '../images/pixels.ts';
import { ModelShelf } from './model-shelf.ts';
import { saysOutOfMemory } from './out-of-memory.ts';
import { coarse } from './preview.ts';
import { PreviewPace } from './preview-pace.ts';
import type { DeviceChoice, FromPainter, PaintJob } from './protocol.ts';
import { drawInRounds } from './rounds.ts';
import type { PaintOptions, Sdxl } from './sdxl.ts';
import { resolveDevice } from './session.ts';
import { readSources, readUpload } from './sources.ts';
import { buffersOf, type FromDrawing, messageOf, type ThreadSettings, type ToDrawing } from './threads.ts';
import { Upscalers } from './upscalers.ts';

/*
 * The painter's thread that draws: text encoders, UNet and upscalers, one job at a time. `session.run` blocks it, so messages are heard
 * between runs.
 */

const port = parentPort!;
const settings = workerData as ThreadSettings;

/** What the last preview took: the next job's first one is due accordingly. */
let previewMs = 0;

let current: { id: string; abort: AbortController; proceed: PromiseWithResolvers<void> } | undefined;

port.once('message', (message: ToDrawing) => message.type === 'load' && load(message.device));

async function load(wanted: DeviceChoice): Promise<void> {
	let part: 'device' | 'model' = 'device';
	try {
		const { device, note } = await resolveDevice(wanted, settings.sharers);
		say({ type: 'device', device, note });
		part = 'model';
		const shelf = new ModelShelf({ device, ...settings });
		await shelf.take(settings.modelFolder);
		const upscalers = await Upscalers.load(settings.upscalerFolder, device);
		port.on('message', (message: ToDrawing) => receive({ shelf, upscalers }, message));
		say({ type: 'ready', upscalers: upscalers.facts });
	} catch (error) {
		say({ type: 'broken', part, message: messageOf(error) });
	}
}

interface Loaded {
	shelf: ModelShelf;
	upscalers: Upscalers;
}

function receive(loaded: Loaded, message: ToDrawing): void {
	if (message.type === 'paint') {
		const { job } = message;
		const abort = new AbortController();
		current = { id: job.id, abort, proceed: Promise.withResolvers() };
		void draw(loaded, job, abort.signal).then((outcome) => {
			current = undefined;
			say(outcome);
		});
	} else if (message.type !== 'load' && current?.id === message.id) {
		if (message.type === 'cancel') current.abort.abort();
		else current.proceed.resolve();
	}
}

/** Never rejects: every way it can go is a message. */
async function draw({ shelf, upscalers }: Loaded, job: PaintJob, signal: AbortSignal): Promise<FromDrawing> {
	const { id, recipe } = job;
	const ended = (message: FromPainter): FromDrawing => ({ type: 'ended', message });
	const failed = (error: unknown) =>
		signal.aborted
			? ended({ type: 'cancelled', id })
			: ended({ type: 'failed', id, message: messageOf(error), isRefusal: error instanceof UserError });
	let upload: RgbImage | undefined;
	try {
		upload = await readUpload(job);
		if (upload) await askToUse(upload, id, signal);
	} catch (error) {
		return failed(error);
	}
	const asked = performance.now();
	let isOpening = false;
	const onOpening = () => {
		if (!isOpening) tell({ type: 'loading', id });
		isOpening = true;
	};
	let sdxl: Sdxl;
	try {
		sdxl = await shelf.take(job.modelPath ?? settings.modelFolder, onOpening);
	} catch (error) {
		return ended({ type: 'failed', id, message: messageOf(error), isModel: true });
	}
	const runMs = () => sdxl.networks.runMs() + upscalers.runMs;
	const runMsBefore = runMs();
	try {
		await sdxl.prepare(recipe, onOpening);
		const start = performance.now();
		if (isOpening) tell({ type: 'models', id, loaded: shelf.loaded, ms: start - asked });
		const pace = new PreviewPace(previewMs);
		const sources = await readSources(job, upload, sdxl.folder);
		const options = { signal, ...sources, onStep: reporter(id, pace) };
		const chosen = upscalers.find(recipe);
		const rounds = chosen
			? [{ pictures: [await upscalers.enlarge(chosen, recipe, options)] }]
			: await drawInRounds(sdxl, recipe, options, job.atOnce);
		const enlargedBy = chosen?.scale ?? sdxl.folder.upscaler?.scale;
		previewMs = pace.oneMs;
		const stats = { paintMs: performance.now() - start, runMs: runMs() - runMsBefore, previewMs: pace.spentMs };
		return { type: 'drawn', id, drawing: { rounds, stats, ...(enlargedBy !== undefined && { enlargedBy }) } };
	} catch (error) {
		if (!signal.aborted && saysOutOfMemory(error))
			return { type: 'memory', message: memoryMessage(job, messageOf(error)) };
		return failed(error);
	}
}

/** Says what is in a member's upload and waits until the bot lets it be used: nothing is drawn from it before. */
async function askToUse(image: RgbImage, id: string, signal: AbortSignal): Promise<void> {
	const { proceed } = current!;
	signal.addEventListener('abort', () => proceed.reject(signal.reason), { once: true });
	say({ type: 'look', id, image });
	await proceed.promise;
}

/** Tells of each step, and now and then shows how far the pictures are. */
function reporter(id: string, pace: PreviewPace): NonNullable<PaintOptions['onStep']> {
	return ({ step, steps, preview }) => {
		tell({ type: 'progress', id, step, steps });
		if (!preview || step === steps || !pace.isDue) return;
		pace
			.make(async () => coarse(await preview()))
			.then((image) => encodePreview(image))
			.then(
				(small) => current?.id === id && tell({ type: 'progress', id, step, steps, preview: small }),
				(error) => console.error(`No preview of job ${id}: ${messageOf(error)}`),
			);
	};
}

function memoryMessage({ recipe, atOnce = recipe.seeds.length }: PaintJob, message: string): string {
	const { width, height, seeds } = recipe;
	return `Memory ran out over ${Math.min(atOnce, seeds.length)} × ${width} × ${height} pixels: ${message.trim()}`;
}

function tell(message: FromPainter): void {
	say({ type: 'tell', message });
}

function say(message: FromDrawing): void {
	port.postMessage(message, message.type === 'drawn' ? buffersOf(message.drawing) : []);
}
