import type { FloatImage } from '../images/pixels.ts';
import type { NormalGenerator } from './random.ts';
import type { Output, Session } from './session.ts';
import { decodeTiled, encodeTiled, type VaeParts } from './vae-tiles.ts';

/**
 * Between pictures and latents, by the VAE. Source: diffusers v0.35.1, `AutoencoderKL`, `DiagonalGaussianDistribution.sample`
 * and `VaeImageProcessor` (pictures −1 to 1 inside, 0 to 1 outside). Left out: slicing, latents with mean and deviation.
 */

/**
 * Decodes the latents of one image to a picture, 0 to 1.
 *
 * @param latents [4, height/8, width/8], scaled as the UNet sees them; `dims` is that shape.
 */
export async function decodeLatents(
	decoder: Session,
	latents: Float32Array,
	dims: readonly number[],
	scalingFactor: number,
): Promise<FloatImage> {
	return pictureOf((await decoder.run({ latents: unscaled(latents, dims, scalingFactor) })).image!);
}

/** Does the same in tiles, for large pictures. @param onRun called before each of many runs; throws to stop. */
export async function decodeLatentsTiled(
	decoder: VaeParts,
	latents: Float32Array,
	dims: readonly number[],
	{ scalingFactor, onRun }: { scalingFactor: number; onRun: () => void },
): Promise<FloatImage> {
	return pictureOf(await decodeTiled(decoder, unscaled(latents, dims, scalingFactor), { onRun }));
}

function unscaled(latents: Float32Array, dims: readonly number[], scalingFactor: number): Output {
	const scale = Math.fround(scalingFactor);
	return { data: latents.map((x) => x / scale), dims: [1, ...dims] };
}

function pictureOf({ data, dims }: Output): FloatImage {
	const [, , height = 0, width = 0] = dims;
	return { height, width, data: data.map((x) => Math.min(1, Math.max(0, Math.fround(x / 2) + 0.5))) };
}

/** Where the VAE sees a picture: a normal distribution of latents, not yet scaled; both [4, height/8, width/8]. */
export interface Posterior {
	mean: Float32Array;
	logvar: Float32Array;
}

/** Encodes a picture, 0 to 1, whose sides are multiples of 8 pixels. */
export async function encodePicture(encoder: Session, picture: FloatImage): Promise<Posterior> {
	const { mean, logvar } = await encoder.run({ image: feedOf(picture) });
	return { mean: mean!.data, logvar: logvar!.data };
}

/** Does the same in tiles, for large pictures. @param onRun called before each of many runs; throws to stop. */
export async function encodePictureTiled(
	encoder: VaeParts,
	picture: FloatImage,
	onRun: () => void,
): Promise<Posterior> {
	const { mean, logvar } = await encodeTiled(encoder, feedOf(picture), { onRun });
	return { mean: mean.data, logvar: logvar.data };
}

function feedOf({ width, height, data }: FloatImage): Output {
	return { data: data.map((x) => Math.fround(2 * x) - 1), dims: [1, 3, height, width] };
}

/** Draws latents of a picture and scales them for the UNet. */
export function samplePosterior(
	{ mean, logvar }: Posterior,
	generator: NormalGenerator,
	scalingFactor: number,
): Float32Array {
	const scale = Math.fround(scalingFactor);
	const noise = generator.randn(mean.length);
	return mean.map((m, i) => {
		const deviation = Math.fround(Math.exp(Math.fround(0.5 * logvar[i]!)));
		return Math.fround(m + Math.fround(deviation * noise[i]!)) * scale;
	});
}
