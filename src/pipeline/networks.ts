import {
	compileTextEncoder,
	compileUnet,
	compileUpscaler,
	compileVaeDecoder,
	compileVaeEncoder,
} from '../model/compile.ts';
import type { ModelFolder } from '../model/folder.ts';
import type { CompiledGraph, Target } from '../model/graph.ts';
import type { Device } from './protocol.ts';
import { openSession, type Session } from './session.ts';

/**
 * The networks of a model, open on a device. A GPU computes text encoders and UNet in 16 bit; the VAE, which overflows there, and
 * the small upscaler stay in 32 bit everywhere.
 */
export interface Networks {
	textEncoder: Session;
	textEncoder2: Session;
	unet: Session;
	vaeDecoder: Session;
	/** Opened on first use, as only variations need it. */
	vaeEncoder: () => Promise<Session>;
	/** Opened on first use. @throws {ModelError} if the model has none. */
	upscaler: () => Promise<Session>;
	/** Milliseconds spent inside of all networks so far. */
	runMs: () => number;
	release: () => Promise<void>;
}

/** @throws {SetupError} if a network cannot be compiled or opened. */
export async function openNetworks(folder: ModelFolder, device: Device): Promise<Networks> {
	const opened: Session[] = [];
	const open = async (graph: CompiledGraph) => {
		const session = await openSession(graph, { device });
		opened.push(session);
		return session;
	};
	const full: Target = { compute: 'f32' };
	const fast: Target = { compute: device === 'cpu' ? 'f32' : 'f16' };
	return {
		textEncoder: await open(compileTextEncoder(folder, 1, fast)),
		textEncoder2: await open(compileTextEncoder(folder, 2, fast)),
		unet: await open(compileUnet(folder, fast)),
		vaeDecoder: await open(compileVaeDecoder(folder, full)),
		vaeEncoder: once(() => open(compileVaeEncoder(folder, full))),
		upscaler: once(() => open(compileUpscaler(folder, full))),
		runMs: () => opened.reduce((sum, session) => sum + session.runMs, 0),
		release: async () => {
			for (const session of opened) await session.release();
		},
	};
}

/** Makes a thing when it is first asked for; a failure is not kept. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return () => {
		made ??= make().catch((error: unknown) => {
			made = undefined;
			throw error;
		});
		return made;
	};
}
