import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FloatImage } from '../images/pixels.ts';
import { ModelError } from '../model/errors.ts';
import { compileUpscalerFile, findUpscalers, readUpscalerFile, type UpscalerFile } from '../model/upscaler-files.ts';
import type { Recipe } from '../recipe.ts';
import { probeUpscaler } from './probe-upscaler.ts';
import type { Device, UpscalerFacts } from './protocol.ts';
import type { PaintOptions } from './sdxl.ts';
import { openSession, type Session } from './session.ts';
import { type UpscaleOptions, upscale } from './upscale.ts';

/** One that works here: what it does, and how its tiles are laid. */
interface Ready extends UpscalerFacts {
	open: () => Promise<Session>;
	tiling: UpscaleOptions;
}

/**
 * Of networks that see further than a tile could: what each sees around itself, and over how much of it tiles fade into each other.
 * Measured with random weights, which look further than trained ones: see the test of `upscale`.
 */
const faded = { reach: 32, feather: 16, tile: 192 };

/** The same for a network that packs pixels together first, and so sees as many times further. */
function fadedTimes(factor: number): typeof faded {
	return { reach: faded.reach * factor, feather: faded.feather * factor, tile: faded.tile * factor };
}

/** The upscalers of a folder, for pictures of any model. One is open at a time: the larger ones take a quarter of a gigabyte. */
export class Upscalers {
	readonly #ready: Ready[];
	#open: { name: string; session: Session } | undefined;
	#runMsOfReleased = 0;

	private constructor(ready: Ready[]) {
		this.#ready = ready;
	}

	/** Looks at all files of a folder, '' for none. What cannot be used is said and left out: nobody needs it to paint. */
	static async load(folder: string, device: Device): Promise<Upscalers> {
		const ready: Ready[] = [];
		const files = folder === '' ? [] : await findUpscalers(folder).catch(said);
		for (const file of files ?? []) {
			const one = await open(file, device).catch(said);
			if (one) ready.push(one);
		}
		return new Upscalers(ready);
	}

	/** Milliseconds spent in all runs so far. */
	get runMs(): number {
		return this.#runMsOfReleased + (this.#open?.session.runMs ?? 0);
	}

	get facts(): UpscalerFacts[] {
		return this.#ready.map(({ name, scale, sha256 }) => ({ name, scale, sha256 }));
	}

	/** Finds the one that a recipe asks for; those of the folder are named with their hash. */
	find({ upscaler, upscalerSha256 }: Recipe): UpscalerFacts | undefined {
		if (upscaler === undefined || upscalerSha256 === undefined) return undefined;
		return this.#ready.find(({ sha256 }) => sha256 === upscalerSha256);
	}

	/**
	 * Enlarges the parent of a recipe.
	 *
	 * @throws {RangeError} if there is no parent, or the recipe's size is not the enlarged one's.
	 */
	async enlarge({ sha256 }: UpscalerFacts, recipe: Recipe, options: PaintOptions): Promise<FloatImage> {
		const { open, tiling, scale, name } = this.#ready.find((it) => it.sha256 === sha256)!;
		const parent = options.parentImage;
		if (!parent) throw new RangeError('Expected the picture of `recipe.parent`, got none');
		if (recipe.width !== parent.width * scale || recipe.height !== parent.height * scale)
			throw new RangeError(
				`Expected ${parent.width * scale} × ${parent.height * scale}, ${scale} times the parent, got ${recipe.width} × ${recipe.height}`,
			);
		if (this.#open?.name !== name) {
			await this.release();
			this.#open = { name, session: await open() };
		}
		let steps = 1;
		const onTile = (tile: number, tiles: number) => {
			options.signal?.throwIfAborted();
			steps = tiles;
			if (tile > 0) options.onStep?.({ step: tile, steps });
		};
		const large = await upscale(this.#open.session, parent, { ...tiling, onTile });
		options.onStep?.({ step: steps, steps });
		return large;
	}

	async release(): Promise<void> {
		const last = this.#open;
		this.#open = undefined;
		this.#runMsOfReleased += last?.session.runMs ?? 0;
		await last?.session.release();
	}
}

async function open(file: UpscalerFile, device: Device): Promise<Ready> {
	const sha256 = await hashOf(file.path);
	const { name } = file;
	if (file.path.endsWith('.onnx')) {
		const open = () => openSession({ name, path: file.path }, { device });
		const session = await open();
		try {
			const { scale, window } = await probeUpscaler(name, session);
			// Some networks halve their picture, or part it into squares, up to four times.
			return { name, scale, sha256, open, tiling: { ...faded, scale, multiple: 16, window } };
		} finally {
			await session.release();
		}
	}
	const known = await readUpscalerFile(file.path);
	const graph = compileUpscalerFile(name, known, { compute: 'f32' });
	const tiling =
		known.architecture === 'srvgg'
			? { scale: known.scale, reach: known.config.num_conv + 2 }
			: { ...fadedTimes(known.config.unshuffle), scale: known.scale, multiple: known.config.unshuffle };
	return { name, scale: known.scale, sha256, open: () => openSession(graph, { device }), tiling };
}

async function hashOf(path: string): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
	return hash.digest('hex');
}

function said(error: unknown): undefined {
	const known = error instanceof ModelError || error instanceof Error;
	console.error(`An upscaler is left out: ${known ? error.message : error}`);
}
