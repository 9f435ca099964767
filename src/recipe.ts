import { createHash } from 'node:crypto';
import { z } from 'zod';
import { samplerNames } from './pipeline/samplers/index.ts';

/** A seed as torch takes it, kept to what a JavaScript number holds exactly: 0 to 2^53 − 1. Zero is a seed like any other. */
export const seedSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** The image that a child was made from: our id of it, and the SHA-256 of its stored file. */
const parentSchema = z.strictObject({ imageId: z.string(), sha256: z.string() });

/**
 * All that determines a picture. Parsing makes a recipe, the gate judges it, the queue prices and stores it, the painter
 * needs nothing else (but the bytes of the parent), and the finished file carries it.
 */
export const recipeSchema = z
	.strictObject({
		version: z.literal(1),
		/** What the text encoders read, tags already in the card's order. */
		prompt: z.string().min(1),
		/** `null`: none was given at all, which a model with `force_zeros_for_empty_prompt` treats unlike an empty text. */
		negative: z.string().nullable(),
		/** How the prompt's text is read. `plain`: brackets are characters, as in diffusers' own encoder. */
		syntax: z.literal('plain'),
		/** Pixels of the finished picture. */
		width: z.int().min(8).max(8192),
		height: z.int().min(8).max(8192),
		steps: z.int().min(1).max(100),
		/** Classifier-free guidance; 1 turns it off. */
		guidanceScale: z.number().min(1).max(30),
		sampler: z.enum(samplerNames),
		/** One for each image, in the order in which they are shown. */
		seeds: z.array(seedSchema).min(1).max(4),
		/** SHA-256 over the model's weights, as `model/folder.ts` takes it. */
		model: z.string(),
		/** Of a variation or an enlargement. */
		parent: parentSchema.optional(),
		/** Of a variation: how much of the noise schedule is walked anew, above 0 and up to 1. */
		strength: z.number().gt(0).max(1).optional(),
		/** Of an enlargement: the name of the upscaler. */
		upscaler: z.string().optional(),
	})
	.refine((r) => (r.parent !== undefined) === (r.strength !== undefined || r.upscaler !== undefined), {
		error: 'a recipe with a parent has either a `strength` or an `upscaler`, one without has neither',
	})
	.refine((r) => r.strength === undefined || r.upscaler === undefined, {
		error: 'a recipe has a `strength` or an `upscaler`, not both',
	});

export type Recipe = z.infer<typeof recipeSchema>;

/** Writes a recipe in its one canonical form: JSON with sorted keys and no blanks. */
export function canonicalRecipe(recipe: Recipe): string {
	return JSON.stringify(recipe, (_key, value: unknown) =>
		value !== null && typeof value === 'object' && !Array.isArray(value)
			? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
			: value,
	);
}

/** Takes the SHA-256 of the canonical form, in hex: equal recipes have equal hashes. */
export function recipeHash(recipe: Recipe): string {
	return createHash('sha256').update(canonicalRecipe(recipe)).digest('hex');
}
