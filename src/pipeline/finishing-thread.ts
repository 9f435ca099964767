import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../errors.ts';
import { openSigner } from '../images/c2pa.ts';
import type { Sign } from '../images/encode.ts';
import type { FloatImage } from '../images/pixels.ts';
import { openModelFolder } from '../model/folder.ts';
import { Decoder } from './decoder.ts';
import { describePicture } from './describe.ts';
import { finishPictures } from './finish.ts';
import { saysOutOfMemory } from './out-of-memory.ts';
import type { Device, DeviceChoice, FromPainter } from './protocol.ts';
import { type Critics, loadScorer, loadTagger, lookAt, rate } from './rating.ts';
import { resolveDevice } from './session.ts';
import {
	type Drawing,
	type FinishingJob,
	type FromFinishing,
	messageOf,
	type ThreadSettings,
	type ToFinishing,
} from './threads.ts';

/*
 * The painter's thread that finishes what was drawn, one job at a time: VAE decoder, files with marks and signature, tagger and scorer.
 * Between its runs it looks at what members send.
 */

const port = parentPort!;
const settings = workerData as ThreadSettings;

/** Of more models than this the decoder is not kept: that which was used longest ago is closed. */
const mostDecoders = 4;

let current: { id: string; abort: AbortController } | undefined;

/** What is asked besides the job, one after the other. */
let describing = Promise.resolve();

port.once('message', (message: ToFinishing) => message.type === 'load' && load(message.device));

interface Loaded extends Critics {
	device: Device;
	sign: Sign | undefined;
	/** By the paths of their models; used longest ago first. */
	decoders: Map<string, Decoder>;
}

async function load(wanted: DeviceChoice): Promise<void> {
	let part: 'device' | 'model' | 'tagger' | 'signer' = 'signer';
	try {
		const sign = settings.signer && (await openSigner(settings.signer));
		part = 'device';
		const { device } = await resolveDevice(wanted, settings.sharers);
		part = 'tagger';
		const tagger = await loadTagger(settings.taggerFolder, device);
		const scorer = await loadScorer(settings.scorerFolder, device);
		const loaded = { device, sign, tagger, scorer, decoders: new Map() };
		part = 'model';
		await takeDecoder(loaded, settings.modelFolder);
		port.on('message', (message: ToFinishing) => receive(loaded, message));
		say({ type: 'ready', isScoring: scorer !== undefined });
	} catch (error) {
		say({ type: 'broken', part, message: messageOf(error) });
	}
}

function receive(loaded: Loaded, message: ToFinishing): void {
	if (message.type === 'finish') {
		const { job, drawing } = message;
		const abort = new AbortController();
		current = { id: job.id, abort };
		void finish(loaded, job, drawing, abort.signal).then((outcome) => {
			current = undefined;
			say(outcome);
		});
	} else if (message.type === 'look') {
		const { id, image } = message;
		void lookAt(loaded.tagger, image).then((seen) => tell({ type: 'looked', id, ...seen }));
	} else if (message.type === 'describe')
		describing = describing.then(async () => tell(await describePicture(loaded, message)));
	else if (message.type === 'cancel' && current?.id === message.id) current.abort.abort();
}

/** Never rejects: every way it can go is a message. */
async function finish(
	loaded: Loaded,
	job: FinishingJob,
	{ rounds, enlargedBy, stats }: Drawing,
	signal: AbortSignal,
): Promise<FromFinishing> {
	const { id } = job;
	const ended = (message: FromPainter): FromFinishing => ({ type: 'ended', message });
	let decoder: Decoder;
	try {
		decoder = await takeDecoder(loaded, job.modelPath ?? settings.modelFolder);
	} catch (error) {
		return ended({ type: 'failed', id, message: messageOf(error), isModel: true });
	}
	try {
		const start = performance.now();
		const runMsBefore = decoder.runMs;
		async function* images(): AsyncGenerator<FloatImage> {
			for (const drawn of rounds)
				if ('pictures' in drawn) yield* drawn.pictures;
				else yield* decoder.decode(drawn, signal);
		}
		const { device, sign } = loaded;
		const about = { modelName: decoder.folder.name, device, ...(enlargedBy !== undefined && { scale: enlargedBy }) };
		const finished = await finishPictures(images(), job, about, sign);
		const paintMs = stats.paintMs + performance.now() - start;
		const runMs = stats.runMs + decoder.runMs - runMsBefore;
		const painted = { type: 'painted' as const, id, pictures: finished.pictures, stats: { ...stats, paintMs, runMs } };
		return ended(await rate(loaded, finished.images, painted, { tell, signal }));
	} catch (error) {
		if (signal.aborted) return ended({ type: 'cancelled', id });
		if (saysOutOfMemory(error)) {
			const { width, height } = job.recipe;
			return {
				type: 'memory',
				message: `Memory ran out over decoding ${width} × ${height} pixels: ${messageOf(error).trim()}`,
			};
		}
		return ended({ type: 'failed', id, message: messageOf(error), isRefusal: error instanceof UserError });
	}
}

/** Gives a model's decoder, open: opening is no part of painting. */
async function takeDecoder({ decoders, device }: Loaded, path: string): Promise<Decoder> {
	const known = decoders.get(path);
	const decoder = known ?? new Decoder(await openModelFolder(path, { vae: settings.vae }), device);
	await decoder.whole();
	decoders.delete(path);
	decoders.set(path, decoder);
	for (const [other, unused] of [...decoders].slice(0, Math.max(0, decoders.size - mostDecoders))) {
		decoders.delete(other);
		await unused.release();
	}
	return decoder;
}

function tell(message: FromPainter): void {
	say({ type: 'tell', message });
}

function say(message: FromFinishing): void {
	port.postMessage(message);
}
