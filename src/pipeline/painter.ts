import { constants, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import 'sharp'; // as its authors ask of a program that uses it in threads
import { Desk } from './desk.ts';
import type { DeviceChoice, FromPainter, ToPainter } from './protocol.ts';
import {
	type FromDrawing,
	type FromFinishing,
	messageOf,
	type ThreadSettings,
	type ToDrawing,
	type ToFinishing,
} from './threads.ts';

/*
 * The painter's process: `painter.ts <model folder> <device or auto> <tagger's folder> <VAE or nothing> <scorer's folder or nothing>
 * <bytes for models or nothing> <upscalers' folder or nothing> <painters that share the CPU> [<certificate> <key>]`, forked by `PainterProcess`.
 *
 * States: *loading* (left by `ready`, or by `broken` and the end), then of each of two places its own: the *easel* is empty (left by
 * `paint`), drawing (left when it is drawn, failed or cancelled), or waiting (left when the job before it is finished, or cancelled);
 * the *finishing* side is empty (left by what was drawn: the bot hears `drawn`), finishing (left by `painted`, failed or cancelled) or
 * rating (left by the last `rated` or `scored`, or cancelled). `Desk` keeps them.
 *
 * `session.run` blocks a thread, so two others draw and finish, and this one hears the bot at any time. A run cannot be stopped, and
 * onnxruntime-node 1.30.0 aborts the process when a thread ends in the middle of one: so the process ends by a kill, which nothing in
 * it minds. It ends when the bot does, and tells before it ends for any reason of its own.
 */

process.once('disconnect', end);
// Ctrl-C, and some supervisors' SIGTERM, reach the whole group of processes; the bot says when it is time to go.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
try {
	// before there are threads: they inherit it
	setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
	// the system forbids it: then it is merely less polite
}
const [modelFolder = '', wanted = 'auto', taggerFolder = '', vae = '', scorerFolder = '', modelBytes = '', ...rest] =
	process.argv.slice(2);
const [upscalerFolder = '', sharers = '1', certificate, privateKey] = rest;
const settings: ThreadSettings = {
	modelFolder,
	vae: vae || undefined,
	mostBytes: Number(modelBytes) || undefined,
	sharers: Number(sharers),
	taggerFolder,
	scorerFolder,
	upscalerFolder,
	signer: certificate && privateKey ? { certificate, privateKey } : undefined,
};
const started = performance.now();
const threads = {
	drawing: new Worker(new URL('./drawing-thread.ts', import.meta.url), { workerData: settings }),
	finishing: new Worker(new URL('./finishing-thread.ts', import.meta.url), { workerData: settings }),
};
type Side = keyof typeof threads;

const found = Promise.withResolvers<Extract<FromDrawing, { type: 'device' }>>();
const drawingReady = Promise.withResolvers<Extract<FromDrawing, { type: 'ready' }>>();
const finishingReady = Promise.withResolvers<Extract<FromFinishing, { type: 'ready' }>>();
let desk: Desk | undefined;

for (const side of ['drawing', 'finishing'] as const) threads[side].on('error', (error) => endOver(side, error));
threads.drawing.on('message', (message: FromDrawing) => {
	if (message.type === 'device') found.resolve(message);
	else if (message.type === 'ready') drawingReady.resolve(message);
	else if (message.type === 'broken') tellAndEnd(message);
	else if (message.type === 'memory') endForWantOfMemory('drawing', message.message);
	else desk?.fromDrawing(message);
});
threads.finishing.on('message', (message: FromFinishing) => {
	if (message.type === 'ready') finishingReady.resolve(message);
	else if (message.type === 'broken') tellAndEnd(message);
	else if (message.type === 'memory') endForWantOfMemory('finishing', message.message);
	else desk?.fromFinishing(message);
});

threads.drawing.postMessage({ type: 'load', device: wanted as DeviceChoice } satisfies ToDrawing);
const { device, note } = await found.promise;
// Both on the same device, also where it was chosen just now.
const same = wanted === 'auto' ? device : (wanted as DeviceChoice);
threads.finishing.postMessage({ type: 'load', device: same } satisfies ToFinishing);
const [{ upscalers }, { isScoring }] = await Promise.all([drawingReady.promise, finishingReady.promise]);
const outlets = {
	bot: send,
	drawing: (message: ToDrawing) => threads.drawing.postMessage(message),
	finishing: (message: ToFinishing, handedOver: ArrayBuffer[] = []) =>
		threads.finishing.postMessage(message, handedOver),
};
desk = new Desk(outlets);
process.on('message', (message: ToPainter) => desk?.fromBot(message));
send({ type: 'ready', device, note, loadMs: Math.round(performance.now() - started), isScoring, upscalers });

/** A mistake of ours in a thread, which has ended with it. */
function endOver(side: Side, error: unknown): void {
	console.error(error);
	const id = desk?.jobOf(side);
	const message = messageOf(error);
	if (id === undefined) tellAndEnd({ type: 'broken', part: 'model', message: `The painter failed: ${message}` });
	else {
		send({ type: 'failed', id, message });
		tellAndEnd({ type: 'ending', id });
	}
}

/** Ends the process, which gives all memory back: the bot starts another one and hands it the job in smaller parts. */
function endForWantOfMemory(side: Side, message: string): void {
	console.error(message);
	tellAndEnd({ type: 'ending', id: desk?.jobOf(side) ?? '' });
}

function send(message: FromPainter): void {
	if (process.connected) process.send?.(message);
}

function tellAndEnd(message: FromPainter): void {
	if (process.connected && process.send) process.send(message, end);
	else end();
}

function end(): void {
	process.kill(process.pid, 'SIGKILL');
}
