import { z } from 'zod';
import { samplerNames } from '../pipeline/samplers/index.ts';

/** `recommended.json`, ours: what a request takes that does not say otherwise. */
export const recommendedSchema = z.strictObject({
	steps: z.int().min(1).max(100),
	guidanceScale: z.number().min(1).max(30),
	sampler: z.enum(samplerNames),
});

export type Recommended = z.output<typeof recommendedSchema>;

/** What the card of Animagine XL 3.1 recommends. */
export const usualSettings: Recommended = { steps: 28, guidanceScale: 7, sampler: 'euler-ancestral' };

const rgb = z.tuple([z.number(), z.number(), z.number()]);

/** `preview.json`, ours: a linear map from scaled latents to colours, rgb (0 to 1) = latents · factors + bias. */
export const previewSchema = z.object({ factors: z.array(rgb).min(1), bias: rgb });

/** `factors` has one row of red, green and blue for each latent channel. */
export type Preview = z.output<typeof previewSchema>;

/**
 * SDXL's, as ComfyUI publishes them (class `SDXL` in `comfy/latent_formats.py`) for colours from −1 to 1; halved and shifted here
 * to 0 to 1.
 */
export const publishedPreview: Preview = {
	factors: [
		[0.3651 / 2, 0.4232 / 2, 0.4341 / 2],
		[-0.2533 / 2, -0.0042 / 2, 0.1068 / 2],
		[0.1076 / 2, 0.1111 / 2, -0.0362 / 2],
		[-0.3165 / 2, -0.2492 / 2, -0.2188 / 2],
	],
	bias: [(0.1084 + 1) / 2, (-0.0175 + 1) / 2, (-0.0011 + 1) / 2],
};
