import { totalmem } from 'node:os';
import {
	compilePreviewDecoder,
	compileTextEncoder,
	compileUnet,
	compileUnetPart,
	compileUpscaler,
	compileVaeEncoder,
} from '../model/compile.ts';
import type { ModelFolder } from '../model/folder.ts';
import type { CompiledGraph, Target } from '../model/graph.ts';
import { type AppliedLora, type LoraPart, loraParts } from '../model/lora.ts';
import { Decoder, vaePartsOf } from './decoder.ts';
import { once } from './once.ts';
import type { Device } from './protocol.ts';
import { openSession, type Session } from './session.ts';
import { SessionCache } from './session-cache.ts';
import { Unet } from './unet.ts';
import { mostPixelsWhole, type VaeParts } from './vae-tiles.ts';

/** The networks that LoRAs change. */
export interface TunedNetworks {
	textEncoder: Session;
	textEncoder2: Session;
	unet: Unet;
}

/**
 * The networks of a model, open on a device. A GPU computes text encoders and UNet in 16 bit; the VAE, which overflows there, and
 * the small upscaler stay in 32 bit everywhere. Those of the model without LoRAs are open after loading.
 */
export interface Networks extends TunedNetworks {
	/**
	 * Gives the networks with LoRAs merged into them. What is not needed may be released for it, if memory is short: also those of the
	 * model without LoRAs, which an empty list opens again.
	 */
	tuned: (loras: readonly AppliedLora[]) => Promise<TunedNetworks>;
	/** Opened on first use: where a painter overlaps jobs, another thread has one of its own. */
	decoder: Decoder;
	/** Opened on first use, as only variations need it. */
	vaeEncoder: () => Promise<Session>;
	/** The same in parts, for pictures of more than `mostPixelsWhole` pixels. */
	vaeEncoderParts: () => VaeParts;
	mostPixelsWhole: number;
	/** Opened on first use. @throws {ModelError} if the model has none. */
	upscaler: () => Promise<Session>;
	/** `undefined` if the model has none. */
	previewDecoder: Session | undefined;
	/** Milliseconds spent inside of all networks so far, those of other models that share the cache among them. */
	runMs: () => number;
	/** Whether the networks with these LoRAs are open now; without a list, whether the UNet is with any. */
	isOpen: (loras?: readonly AppliedLora[]) => boolean;
	release: () => Promise<void>;
}

/** One set of SDXL's text encoders and UNet in 16 bit takes 6.8 GB, which must fit into a GPU's memory only once. */
const mostBytesOnGpu = 8e9;
/** Small models have small networks, but each session costs something. */
const mostSessions = 16;

/**
 * Makes the cache of the networks that LoRAs change. Models that are open together share one, so that together they keep to its bound.
 *
 * @param mostBytes What these networks may take; by default half of the memory, on a GPU 8 GB.
 * @param sharers How many processes share the memory, if it is the CPU's.
 */
export function networkCache(device: Device, mostBytes?: number, sharers = 1): SessionCache {
	return new SessionCache({
		open: (graph) => openSession(graph, { device }),
		bytesOf: ({ parameters }) => parameters * (device === 'cpu' ? 4 : 2),
		mostBytes: mostBytes ?? (device === 'cpu' ? memoryHere() / 2 / sharers : mostBytesOnGpu),
		mostSessions,
	});
}

/** @throws {SetupError} if a network cannot be compiled or opened. */
export async function openNetworks(
	folder: ModelFolder,
	device: Device,
	cache: SessionCache = networkCache(device),
): Promise<Networks> {
	const { previewDecoder } = folder;
	const opened: Session[] = [];
	const open = async (graph: CompiledGraph) => {
		const session = await openSession(graph, { device });
		opened.push(session);
		return session;
	};
	const full: Target = { compute: 'f32' };
	const fast: Target = { compute: device === 'cpu' ? 'f32' : 'f16' };
	const keyOf = (part: LoraPart, loras: readonly AppliedLora[]) => `${folder.path} ${partKey(part, loras)}`;
	// A GPU would be sent the keys and values anew for each step, which takes longer than making them there.
	const isUnetInParts = device === 'cpu';
	/** By their session, as what was seen of a UNet is kept with it. */
	const unets = new WeakMap<Session, Unet>();
	const tuned = async (loras: readonly AppliedLora[]): Promise<TunedNetworks> => {
		const part = (which: 'text' | 'steps') => () => compileUnetPart(folder, which, fast, loras);
		const [textEncoder, textEncoder2, steps, text] = await cache.take([
			{ key: keyOf('textEncoder', loras), compile: () => compileTextEncoder(folder, 1, fast, true, loras) },
			{ key: keyOf('textEncoder2', loras), compile: () => compileTextEncoder(folder, 2, fast, true, loras) },
			{ key: keyOf('unet', loras), compile: isUnetInParts ? part('steps') : () => compileUnet(folder, fast, loras) },
			...(isUnetInParts ? [{ key: `${folder.path} text of ${partKey('unet', loras)}`, compile: part('text') }] : []),
		]);
		const known = unets.get(steps!);
		const unet = known?.isOf(steps!, text) ? known : new Unet(steps!, text);
		unets.set(steps!, unet);
		return { textEncoder: textEncoder!, textEncoder2: textEncoder2!, unet };
	};
	const decoder = new Decoder(folder, device);
	return {
		...(await tuned([])),
		tuned,
		decoder,
		vaeEncoder: once(() => open(compileVaeEncoder(folder, full))),
		vaeEncoderParts: () => vaePartsOf(folder, 'encoder', open),
		mostPixelsWhole: mostPixelsWhole[device],
		upscaler: once(() => open(compileUpscaler(folder, full))),
		previewDecoder: previewDecoder && (await open(compilePreviewDecoder(previewDecoder, full))),
		isOpen: (loras) =>
			loras ? loraParts.every((part) => cache.has(keyOf(part, loras))) : cache.has(`${folder.path} ["unet"`),
		runMs: () => opened.reduce((sum, session) => sum + session.runMs, cache.runMs + decoder.runMs),
		release: async () => {
			await cache.release(`${folder.path} `);
			for (const session of opened) await session.release();
			await decoder.release();
		},
	};
}

/** Names a network by the LoRAs that change it: others leave it as it is. */
function partKey(part: LoraPart, loras: readonly AppliedLora[]): string {
	const own = loras.filter(({ lora, weight }) => weight !== 0 && lora.changes[part].size > 0);
	return JSON.stringify([part, ...own.map(({ lora, weight }) => [lora.sha256, weight])]);
}

/** Bytes that this process may use at most: those of its container, where there is one. */
function memoryHere(): number {
	const limit = process.constrainedMemory();
	return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
