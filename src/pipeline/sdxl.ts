import type { FloatImage, RgbImage } from '../images/pixels.ts';
import { type ModelFolder, openModelFolder } from '../model/folder.ts';
import type { Recipe } from '../recipe.ts';
import { diffuse } from './diffuse.ts';
import { decodeLatents, encodePicture, samplePosterior } from './latents.ts';
import { Loras } from './loras.ts';
import { type Networks, openNetworks, type TunedNetworks } from './networks.ts';
import { makeNoise, type NoiseSource } from './noise.ts';
import { previewImage } from './preview.ts';
import type { Device } from './protocol.ts';
import { samplers } from './samplers/index.ts';
import { lastPart, makeSchedule, type Schedule, startLevel } from './schedule/index.ts';
import type { Session } from './session.ts';
import { PromptEncoder } from './text.ts';
import { upscale } from './upscale.ts';

export interface PaintOptions {
	/** Checked between steps; painting then rejects with its reason. */
	signal?: AbortSignal;
	/** Called after each model call, with the whole steps done and a way to see how far the pictures are (a coarse grid, one pixel a latent cell). */
	onStep?: (progress: { step: number; steps: number; preview?: () => RgbImage }) => void;
	/** The picture that `recipe.parent` names, 0 to 1. */
	parentImage?: FloatImage;
}

/**
 * Stable Diffusion XL: a recipe in, pictures out, after diffusers v0.42.1 `StableDiffusionXLPipeline` and (variations)
 * `StableDiffusionXLImg2ImgPipeline`, with one generator for each image. A generator is drawn from in their order: for a
 * variation the parent's latents first, then the initial noise, then each step's.
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

	/** Opens a model folder on a device. @throws {SetupError} naming what is wrong with it. */
	static async load(folder: string | ModelFolder, device: Device): Promise<Sdxl> {
		const opened = typeof folder === 'string' ? await openModelFolder(folder) : folder;
		return new Sdxl(opened, await openNetworks(opened, device));
	}

	/**
	 * Paints the pictures of a recipe, in the order of its seeds; an enlargement is one picture.
	 *
	 * @throws {RangeError} if the recipe asks for what this model cannot do.
	 */
	async paint(recipe: Recipe, options: PaintOptions = {}): Promise<FloatImage[]> {
		options.signal?.throwIfAborted();
		if (recipe.upscaler !== undefined) return [await this.#enlarge(recipe, options)];
		const { folder, networks } = this;
		this.#checkSize(recipe);
		const images = recipe.seeds.length;
		const cells = [recipe.height / folder.vaeScaleFactor, recipe.width / folder.vaeScaleFactor] as const;
		const latentDims = [images, folder.vaeConfig.latent_channels, ...cells] as const;
		const size = latentDims[1] * cells[0] * cells[1];
		const { sample, rules, noise: kind } = samplers[recipe.sampler];
		const whole = makeSchedule(folder.scheduler, recipe.steps, { rules, schedule: recipe.schedule });
		const schedule = recipe.strength === undefined ? whole : lastPart(whole, recipe.strength);
		const noise = makeNoise(recipe, size, { kind, range: whole.range });
		const latents =
			recipe.strength === undefined
				? scaled(noise.draw(), schedule.initNoiseSigma)
				: await this.#noisyParent(recipe, requireParent(options), noise, schedule);
		const tuned = await networks.tuned(await this.#loras.named(recipe.loras));
		const conditioning = await this.#promptsFor(tuned).condition(recipe, folder.forceZerosForEmptyPrompt);
		const steps = schedule.timesteps.length;
		const walk = diffuse(tuned.unet, {
			sampler: sample,
			height: recipe.height,
			width: recipe.width,
			latents,
			latentDims,
			schedule,
			drawNoise: noise.between,
			conditioning,
			guidanceScale: recipe.guidanceScale,
			predictionType: folder.scheduler.predictionType,
		});
		for await (const { done, denoised } of walk) {
			options.signal?.throwIfAborted();
			options.onStep?.({ step: done, steps, preview: () => previewImage(denoised, latentDims, folder.preview) });
		}

		const pictures: FloatImage[] = [];
		for (let i = 0; i < images; i++) {
			options.signal?.throwIfAborted();
			const own = latents.subarray(i * size, (i + 1) * size);
			pictures.push(await decodeLatents(networks.vaeDecoder, own, latentDims.slice(1), folder.scalingFactor));
		}
		return pictures;
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

	/** Latents of the parent, drawn for each image anew as diffusers does, with noise up to the schedule's first level. */
	async #noisyParent(
		recipe: Recipe,
		parent: FloatImage,
		noise: NoiseSource,
		schedule: Schedule,
	): Promise<Float32Array> {
		if (parent.width !== recipe.width || parent.height !== recipe.height)
			throw new RangeError(
				`Expected a parent of ${recipe.width} × ${recipe.height}, got ${parent.width} × ${parent.height}`,
			);
		const posterior = await encodePicture(await this.networks.vaeEncoder(), parent);
		const clean = noise.generators.map((one) => samplePosterior(posterior, one, this.folder.scalingFactor));
		const { alpha, sigma } = startLevel(schedule);
		const latents = scaled(noise.draw(), sigma);
		for (const [i, own] of clean.entries())
			for (let j = 0; j < own.length; j++) latents[i * own.length + j]! += Math.fround(alpha * own[j]!);
		return latents;
	}

	async #enlarge(recipe: Recipe, options: PaintOptions): Promise<FloatImage> {
		const parent = requireParent(options);
		const { upscaler } = this.folder;
		if (!upscaler || upscaler.name !== recipe.upscaler)
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

function requireParent({ parentImage }: PaintOptions): FloatImage {
	if (!parentImage) throw new RangeError('Expected the picture of `recipe.parent`, got none');
	return parentImage;
}

/** A copy: what draws noise writes into the same array again. */
function scaled(noise: Float32Array, sigma: number): Float32Array {
	return noise.map((x) => x * sigma);
}
