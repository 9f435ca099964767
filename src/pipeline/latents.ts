import type { FloatImage } from '../images/pixels.ts';
import type { NormalGenerator } from './random.ts';
import type { Session } from './session.ts';

/**
 * Between pictures and latents, by the VAE. Source: diffusers v0.35.1, `AutoencoderKL`, `DiagonalGaussianDistribution.sample`
 * and `VaeImageProcessor` (pictures −1 to 1 inside, 0 to 1 outside). Left out: tiling, slicing, latents with mean and deviation.
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
	const scale = Math.fround(scalingFactor);
	const feed = { data: latents.map((x) => x / scale), dims: [1, ...dims] };
	const { data, dims: size } = (await decoder.run({ latents: feed })).image!;
	const [height, width] = [size[2]!, size[3]!];
	return { height, width, data: data.map((x) => Math.min(1, Math.max(0, Math.fround(x / 2) + 0.5))) };
}

/** Where the VAE sees a picture: a normal distribution of latents, not yet scaled; both [4, height/8, width/8]. */
export interface Posterior {
	mean: Float32Array;
	logvar: Float32Array;
}

/** Encodes a picture, 0 to 1, whose sides are multiples of 8 pixels. */
export async function encodePicture(encoder: Session, { width, height, data }: FloatImage): Promise<Posterior> {
	const feed = { data: data.map((x) => Math.fround(2 * x) - 1), dims: [1, 3, height, width] };
	const { mean, logvar } = await encoder.run({ image: feed });
	return { mean: mean!.data, logvar: logvar!.data };
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
