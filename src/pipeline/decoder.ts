import { paste } from '../images/mask.ts';
import type { FloatImage } from '../images/pixels.ts';
import { compileVaeDecoder, compileVaeParts } from '../model/compile.ts';
import type { ModelFolder } from '../model/folder.ts';
import type { CompiledGraph } from '../model/graph.ts';
import { BriefSession } from './brief-session.ts';
import { decodeLatents, decodeLatentsTiled } from './latents.ts';
import { once } from './once.ts';
import type { Device } from './protocol.ts';
import { openSession, type Session } from './session.ts';
import { mostPixelsWhole, type VaeParts } from './vae-tiles.ts';

/** What a walk ends with: clean latents of pictures that were drawn side by side. */
export interface Latents {
	/** [n, channels, height, width], scaled as the UNet sees them. */
	latents: Float32Array;
	dims: readonly [images: number, channels: number, height: number, width: number];
	/** Of what was drawn anew in part: the picture that stays around it, and how much of each pixel is new. */
	over?: { picture: FloatImage; opacity: Float32Array };
}

/** A model's VAE decoder, in one piece and in parts, each opened on first use. It computes in 32 bit everywhere. */
export class Decoder {
	readonly folder: ModelFolder;
	readonly whole: () => Promise<Session>;
	/** For pictures of more than `mostPixelsWhole` pixels. */
	readonly parts: () => VaeParts;
	mostPixelsWhole: number;
	readonly #opened: Session[] = [];

	constructor(folder: ModelFolder, device: Device) {
		const open = async (graph: CompiledGraph) => {
			const session = await openSession(graph, { device });
			this.#opened.push(session);
			return session;
		};
		this.folder = folder;
		this.mostPixelsWhole = mostPixelsWhole[device];
		this.whole = once(() => open(compileVaeDecoder(folder, { compute: 'f32' })));
		this.parts = () => vaePartsOf(folder, 'decoder', open);
	}

	/** Milliseconds spent in all runs so far. */
	get runMs(): number {
		return this.#opened.reduce((sum, session) => sum + session.runMs, 0);
	}

	/**
	 * Decodes pictures one by one, 0 to 1; around a part that was drawn anew the other picture is as it was.
	 *
	 * @param signal checked between runs; rejects with its reason
	 */
	async *decode({ latents, dims, over }: Latents, signal?: AbortSignal): AsyncGenerator<FloatImage, void, void> {
		const { scalingFactor, vaeScaleFactor } = this.folder;
		const [images, ...own] = dims;
		const isLarge = own[1] * own[2] * vaeScaleFactor ** 2 > this.mostPixelsWhole;
		const size = latents.length / images;
		const onRun = () => signal?.throwIfAborted();
		for (let i = 0; i < images; i++) {
			onRun();
			const one = latents.subarray(i * size, (i + 1) * size);
			const picture = isLarge
				? await decodeLatentsTiled(this.parts(), one, own, { scalingFactor, onRun })
				: await decodeLatents(await this.whole(), one, own, scalingFactor);
			yield over ? paste(picture, over.picture, over.opacity) : picture;
		}
	}

	/** Frees the weights of all that is open. */
	async release(): Promise<void> {
		for (const session of this.#opened) await session.release();
	}
}

/** A VAE's decoder or encoder in the parts that tiles go through. */
export function vaePartsOf(
	folder: ModelFolder,
	direction: 'decoder' | 'encoder',
	open: (graph: CompiledGraph) => Promise<Session>,
): VaeParts {
	const { low, own, given } = compileVaeParts(folder, direction, { compute: 'f32' });
	const part = (graph: CompiledGraph) => new BriefSession(() => open(graph));
	return { config: folder.vaeConfig, low: part(low), own: part(own), given: part(given) };
}
