import { feather, type Mask } from '../images/mask.ts';
import type { FloatImage, RgbImage } from '../images/pixels.ts';
import { type ModelFolder, openModelFolder } from '../model/folder.ts';
import type { Recipe } from '../recipe.ts';
import type { Latents } from './decoder.ts';
import { diffuse } from './diffuse.ts';
import { guidedTimesteps } from './guidance.ts';
import { baseSize, nearestExact } from './hires.ts';
import { cellsOf, type Kept, keeping, overlapOf, seamOf } from './inpaint.ts';
import { encodePicture, encodePictureTiled, samplePosterior } from './latents.ts';
import { Loras } from './loras.ts';
import { type Networks, openNetworks, type TunedNetworks } from './networks.ts';
import { makeNoise, type NoiseSource } from './noise.ts';
import { decodedPreview, previewImage } from './preview.ts';
import type { Device } from './protocol.ts';
import { samplers } from './samplers/index.ts';
import { lastPart, makeSchedule, type Schedule, startLevel } from './schedule/index.ts';
import type { NoiseLevel } from './schedule/levels.ts';
import type { Session } from './session.ts';
import type { SessionCache } from './session-cache.ts';
import { type Conditioning, PromptEncoder } from './text.ts';
import type { Unet } from './unet.ts';
import { upscale } from './upscale.ts';

export interface PaintOptions {
	/** Checked between steps; painting then rejects with its reason. */
	signal?: AbortSignal;
	/** Called after each model call, with the whole steps done and a way to see how far the pictures are (a coarse grid, one pixel a latent cell). */
	onStep?: (progress: { step: number; steps: number; preview?: () => Promise<RgbImage> }) => void;
	/** The picture that `recipe.parent` names, 0 to 1, at the size at which it is drawn over; with `extend`, on its canvas. */
	parentImage?: FloatImage;
	/** What of it is drawn anew, where the recipe has a `mask` or an `extend`: whole cells of the latents. */
	mask?: Mask;
}

/**
 * Stable Diffusion XL: a recipe in, pictures out, after diffusers v0.42.1 `StableDiffusionXLPipeline` and (variations)
 * `StableDiffusionXLImg2ImgPipeline`, with one generator for each image. A generator is drawn from in their order: for a
 * variation the parent's latents first, then the initial noise, then each step's. Inpainting is after `StableDiffusionXLInpaintPipeline`
 * for UNets of four channels, with the parent's own pixels put back at the end; `hires` after Animagine's Space: the pipeline to
 * latents, `interpolate(mode="nearest-exact")`, and `StableDiffusionXLImg2ImgPipeline` on them with the same generators.
 *
 * Left out: refiner and aesthetic score, IP-adapters, guidance rescale, `denoising_start` and `_end`, a second prompt, crops.
 */
export class Sdxl {
	readonly folder: ModelFolder;
	readonly networks: Networks;
	/** Of the model without LoRAs. */
	readonly prompts: PromptEncoder;
	readonly #loras: Loras;
	/** By their second text encoder, and the first with it. */
	readonly #encoders = new WeakMap<Session, { first: Session; prompts: PromptEncoder }>();

	private constructor(folder: ModelFolder, networks: Networks) {
		this.folder = folder;
		this.networks = networks;
		this.#loras = new Loras(folder);
		this.prompts = this.#promptsFor(networks);
	}

	/**
	 * Opens a model folder on a device. Models that share a cache keep to its bound together.
	 *
	 * @throws {SetupError} naming what is wrong with it.
	 */
	static async load(folder: string | ModelFolder, device: Device, cache?: SessionCache): Promise<Sdxl> {
		const opened = typeof folder === 'string' ? await openModelFolder(folder) : folder;
		return new Sdxl(opened, await openNetworks(opened, device, cache));
	}

	/**
	 * Opens the networks that a recipe needs, if they are not open, as `paint` would.
	 *
	 * @param onOpening Called before any is opened, which takes seconds to minutes.
	 */
	async prepare(recipe: Recipe, onOpening: () => void): Promise<void> {
		if (recipe.upscaler !== undefined) return;
		const loras = await this.#loras.named(recipe.loras);
		if (this.networks.isOpen(loras)) return;
		onOpening();
		await this.networks.tuned(loras);
	}

	/**
	 * Paints the pictures of a recipe, in the order of its seeds; an enlargement is one picture.
	 *
	 * @throws {RangeError} if the recipe asks for what this model cannot do.
	 */
	async paint(recipe: Recipe, options: PaintOptions = {}): Promise<FloatImage[]> {
		const drawn = await this.draw(recipe, options);
		return 'pictures' in drawn ? drawn.pictures : Array.fromAsync(this.networks.decoder.decode(drawn, options.signal));
	}

	/**
	 * Does of `paint` what comes before the VAE's decoder: what is left is `Decoder.decode`.
	 *
	 * @throws {RangeError} if the recipe asks for what this model cannot do.
	 */
	async draw(recipe: Recipe, options: PaintOptions = {}): Promise<Drawn> {
		options.signal?.throwIfAborted();
		if (recipe.upscaler !== undefined) return { pictures: [await this.#enlarge(recipe, options)] };
		const { folder, networks } = this;
		this.#checkSize(recipe);
		const { rules } = samplers[recipe.sampler];
		const whole = makeSchedule(folder.scheduler, recipe.steps, { rules, schedule: recipe.schedule });
		const base = this.#canvas(recipe, baseSize(recipe, folder.sizeMultiple));
		const noise = this.#noise(recipe, base, whole);
		const start =
			recipe.strength === undefined
				? { latents: scaled(noise.draw(), whole.initNoiseSigma), schedule: whole }
				: await this.#noisyParent(recipe, options, base, noise, whole);
		const again = recipe.hires && lastPart(whole, recipe.hires.strength);
		const tuned = await networks.tuned(await this.#loras.named(recipe.loras));
		const conditioning = await this.#promptsFor(tuned).condition(recipe, folder.forceZerosForEmptyPrompt);
		const steps = start.schedule.timesteps.length + (again?.timesteps.length ?? 0);
		const isGuided = guidedTimesteps(whole.timesteps, recipe.guidanceInterval);
		const walk = { recipe, options, conditioning, isGuided, unet: tuned.unet, steps };
		await this.#walk({ ...walk, ...start, canvas: base, noise, before: 0 });
		if (!again) return drawnOn(base, start.latents, recipe, options);

		// The same generators go on, as in the Space; the parent's part in it is over.
		const large = this.#canvas(recipe, recipe);
		const more = this.#noise(recipe, large, whole, noise.generators);
		const clean = nearestExact(start.latents, base.grid, large.grid);
		const latents = noisy(clean, more.draw(), startLevel(again));
		const before = start.schedule.timesteps.length;
		await this.#walk({ ...walk, latents, schedule: again, canvas: large, noise: more, before });
		return drawnOn(large, latents, recipe, options);
	}

	/** What a size in pixels means for the latents of a recipe's images. */
	#canvas({ seeds }: Recipe, { width, height }: { width: number; height: number }): Canvas {
		const { vaeScaleFactor, vaeConfig } = this.folder;
		const grid = { width: width / vaeScaleFactor, height: height / vaeScaleFactor };
		const dims = [seeds.length, vaeConfig.latent_channels, grid.height, grid.width] as const;
		return { width, height, grid, dims, size: dims[1] * dims[2] * dims[3] };
	}

	#noise(recipe: Recipe, { size }: Canvas, { range }: Schedule, generators?: NoiseSource['generators']): NoiseSource {
		return makeNoise(recipe, size, { kind: samplers[recipe.sampler].noise, range, generators });
	}

	/** Walks latents down a schedule in place. */
	async #walk({ recipe, options, canvas, latents, schedule, noise, unet, kept, before, steps, ...guiding }: Stage) {
		const { folder } = this;
		const { sample } = samplers[recipe.sampler];
		const walk = diffuse(unet, {
			sampler: kept ? keeping(sample, kept) : sample,
			height: canvas.height,
			width: canvas.width,
			latents,
			latentDims: canvas.dims,
			schedule,
			drawNoise: noise.between,
			...guiding,
			guidanceScale: recipe.guidanceScale,
			predictionType: folder.scheduler.predictionType,
		});
		for await (const { done, denoised } of walk) {
			options.signal?.throwIfAborted();
			const preview = () => this.#preview(denoised, canvas.dims);
			options.onStep?.({ step: before + done, steps, preview });
		}
	}

	/** Shows how far clean latents are, by the model's decoder of previews or by its factors. */
	async #preview(denoised: Float32Array, dims: Canvas['dims']): Promise<RgbImage> {
		const { preview, previewDecoder } = this.folder;
		const decoder = this.networks.previewDecoder;
		if (!decoder || !previewDecoder) return previewImage(denoised, dims, preview);
		return decodedPreview(decoder, denoised, dims, previewDecoder.config.scaling_factor);
	}

	/** The encoder of prompts that runs these networks: the same as long as they are open, since it keeps what it encoded. */
	#promptsFor({ textEncoder, textEncoder2 }: TunedNetworks): PromptEncoder {
		const known = this.#encoders.get(textEncoder2);
		if (known?.first === textEncoder) return known.prompts;
		const { tokenizer, tokenizer2, embeddings } = this.folder;
		const prompts = new PromptEncoder({ tokenizer, tokenizer2, textEncoder, textEncoder2, embeddings });
		this.#encoders.set(textEncoder2, { first: textEncoder, prompts });
		return prompts;
	}

	/** Latents of the parent, drawn for each image anew as diffusers does, with noise up to the first level of what is walked. */
	async #noisyParent(recipe: Recipe, options: PaintOptions, canvas: Canvas, noise: NoiseSource, whole: Schedule) {
		const parent = requireParent(options);
		const { mask } = options;
		if ((mask !== undefined) !== (recipe.mask !== undefined || recipe.extend !== undefined))
			throw new RangeError('Expected a mask exactly where the recipe has a `mask` or an `extend`');
		for (const { width, height } of [parent, ...(mask ? [mask] : [])])
			if (width !== canvas.width || height !== canvas.height)
				throw new RangeError(`Expected a parent of ${canvas.width} × ${canvas.height}, got ${width} × ${height}`);
		const schedule = lastPart(whole, recipe.strength!);
		const { vaeEncoder, vaeEncoderParts, mostPixelsWhole } = this.networks;
		const onRun = () => options.signal?.throwIfAborted();
		const posterior =
			canvas.width * canvas.height > mostPixelsWhole
				? await encodePictureTiled(vaeEncoderParts(), parent, onRun)
				: await encodePicture(await vaeEncoder(), parent);
		const clean = new Float32Array(canvas.dims[0] * canvas.size);
		for (const [i, one] of noise.generators.entries())
			clean.set(samplePosterior(posterior, one, this.folder.scalingFactor), i * canvas.size);
		const drawn = noise.draw().slice();
		if (!mask) return { latents: noisy(clean, drawn, startLevel(schedule)), schedule };
		// diffusers encodes the masked picture as well, which only UNets of nine channels look at, and that moves its generator on.
		for (const one of noise.generators) one.randn(canvas.size);
		const latents =
			recipe.strength === 1 ? scaled(drawn, whole.initNoiseSigma) : noisy(clean, drawn, startLevel(schedule));
		return { latents, schedule, kept: { clean, noise: drawn, cells: cellsOf(mask, this.folder.vaeScaleFactor) } };
	}

	async #enlarge(recipe: Recipe, options: PaintOptions): Promise<FloatImage> {
		const parent = requireParent(options);
		const { upscaler } = this.folder;
		if (!upscaler || upscaler.name !== recipe.upscaler || recipe.upscalerSha256 !== undefined)
			throw new RangeError(
				`Expected the upscaler \`${upscaler?.name ?? 'none'}\` of this model, got \`${recipe.upscaler}\``,
			);
		const { scale, config } = upscaler;
		if (recipe.width !== parent.width * scale || recipe.height !== parent.height * scale)
			throw new RangeError(
				`Expected ${parent.width * scale} × ${parent.height * scale}, ${scale} times the parent, got ${recipe.width} × ${recipe.height}`,
			);
		let steps = 1;
		const onTile = (tile: number, tiles: number) => {
			options.signal?.throwIfAborted();
			steps = tiles;
			if (tile > 0) options.onStep?.({ step: tile, steps });
		};
		const large = await upscale(await this.networks.upscaler(), parent, { scale, reach: config.num_conv + 2, onTile });
		options.onStep?.({ step: steps, steps });
		return large;
	}

	#checkSize({ width, height }: Recipe): void {
		const { sizeMultiple } = this.folder;
		if (width % sizeMultiple !== 0 || height % sizeMultiple !== 0)
			throw new RangeError(`Expected width and height to be multiples of ${sizeMultiple}, got ${width} × ${height}`);
	}
}

/** What a recipe came to before the decoder: latents, or, of an enlargement, the picture. */
export type Drawn = Latents | { pictures: FloatImage[] };

function drawnOn(
	canvas: Canvas,
	latents: Float32Array,
	{ extend }: Recipe,
	{ mask, parentImage }: PaintOptions,
): Latents {
	if (!mask || !parentImage) return { latents, dims: canvas.dims };
	const opacity = feather(mask, extend ? Math.ceil(overlapOf(canvas) / 2) : seamOf(canvas));
	return { latents, dims: canvas.dims, over: { picture: parentImage, opacity } };
}

function requireParent({ parentImage }: PaintOptions): FloatImage {
	if (!parentImage) throw new RangeError('Expected the picture of `recipe.parent`, got none');
	return parentImage;
}

/** Clean latents with noise of a level on them: diffusers' `add_noise`. */
function noisy(clean: Float32Array, noise: Float32Array, { alpha, sigma }: NoiseLevel): Float32Array {
	return clean.map((x, i) => Math.fround(alpha * x) + Math.fround(sigma * noise[i]!));
}

/** A copy: what draws noise writes into the same array again. */
function scaled(noise: Float32Array, sigma: number): Float32Array {
	return noise.map((x) => x * sigma);
}

/** A size, in pixels and as latents of all images of a recipe. */
interface Canvas {
	width: number;
	height: number;
	grid: { width: number; height: number };
	dims: readonly [images: number, channels: number, height: number, width: number];
	/** Numbers in the latents of one image. */
	size: number;
}

/** One walk: from which latents down which schedule, and how many steps of all were done before it. */
interface Stage {
	recipe: Recipe;
	options: PaintOptions;
	canvas: Canvas;
	latents: Float32Array;
	schedule: Schedule;
	noise: NoiseSource;
	unet: Unet;
	conditioning: Conditioning;
	isGuided: (timestep: number) => boolean;
	kept?: Kept;
	before: number;
	steps: number;
}
