import { createHash } from 'node:crypto';
import { z } from 'zod';
import { lcmSteps, samplerNames, takesSchedule } from './pipeline/samplers/index.ts';
import { scheduleNames } from './pipeline/schedule/names.ts';
import { syntaxNames } from './prompt/syntax/index.ts';

/** A seed as torch takes it, kept to what a JavaScript number holds exactly: 0 to 2^53 − 1. Zero is a seed like any other. */
export const seedSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** The picture that a child was made from: the SHA-256 of its stored file, and our id of it; a member's upload has none. */
const parentSchema = z.strictObject({ imageId: z.string().optional(), sha256: z.string() });

/** Pixels that are added on one side. */
const addedSchema = z.int().min(0).max(4096);

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
		/** How the texts are read. `plain`: brackets are characters, as in diffusers' own encoder. */
		syntax: z.enum(syntaxNames),
		/**
		 * Which hidden state of the text encoders is taken of the positive prompt, counted from the last layer's, 1; absent: the second,
		 * as SDXL was trained. diffusers' `clip_skip` and 2, WebUI's `Clip skip`.
		 */
		clipSkip: z.int().min(1).max(12).optional(),
		/** The embeddings that the texts may name, by the SHA-256 of their files. */
		embeddings: z.array(z.strictObject({ name: z.string(), sha256: z.string() })).optional(),
		/** What is merged into the networks, by the SHA-256 of the files; a weight of 1 is as it was trained. */
		loras: z
			.array(z.strictObject({ name: z.string(), sha256: z.string(), weight: z.number().min(-4).max(4) }))
			.min(1)
			.max(8)
			.optional(),
		/** Pixels of the finished picture. */
		width: z.int().min(8).max(8192),
		height: z.int().min(8).max(8192),
		steps: z.int().min(1).max(100),
		/** Classifier-free guidance; 1 turns it off. */
		guidanceScale: z.number().min(1).max(30),
		/**
		 * The part of the schedule that is guided, in shares of its steps (`pipeline/guidance.ts`); absent: all of it. Outside of it the
		 * negative is not looked at, which takes half the time.
		 */
		guidanceInterval: z
			.tuple([z.number().min(0).lt(1), z.number().gt(0).max(1)])
			.refine(([from, to]) => from < to)
			.optional(),
		sampler: z.enum(samplerNames),
		/** How the noise levels are spaced; absent: as the model's own `scheduler_config.json` says. */
		schedule: z.enum(scheduleNames).optional(),
		/** Where noise comes from; absent: torch's generator on a CPU. `philox`: its generator on an NVIDIA GPU. */
		random: z.literal('philox').optional(),
		/** One for each image, in the order in which they are shown; with `keep`, one for each candidate. */
		seeds: z.array(seedSchema).min(1).max(16),
		/** How many of the pictures are kept, the most pleasing ones; absent: all, and then there are four at most. */
		keep: z.int().min(1).max(4).optional(),
		/** SHA-256 over the model's weights, as `model/folder.ts` takes it. */
		model: z.string(),
		/** Of a picture made from another one. It is brought to the size of this one, an upload's overhang cut off on both sides. */
		parent: parentSchema.optional(),
		/** Image to image: how much of the noise schedule is walked anew, above 0 and up to 1. */
		strength: z.number().gt(0).max(1).optional(),
		/** Inpainting: the file, a member's upload, that says which part of the parent is drawn anew; `images/mask.ts` reads it. */
		mask: z.strictObject({ sha256: z.string() }).optional(),
		/** Outpainting: by how many pixels of the finished picture it is larger than its parent; only these are drawn. */
		extend: z
			.strictObject({ left: addedSchema, top: addedSchema, right: addedSchema, bottom: addedSchema })
			.refine(({ left, top, right, bottom }) => left + top + right + bottom > 0)
			.optional(),
		/**
		 * Drawn at `width` and `height` over `scale` (`pipeline/hires.ts`), then its latents are scaled up, nearest-exact, and `strength`
		 * of the schedule is walked once more, as Animagine's Space does: WebUI's `Hires upscale` and `Denoising strength`.
		 */
		hires: z.strictObject({ scale: z.number().gt(1).max(2), strength: z.number().gt(0).max(1) }).optional(),
		/** Of an enlargement: the name of the upscaler. */
		upscaler: z.string().optional(),
		/** Of its file; absent: the model's own. */
		upscalerSha256: z.string().optional(),
	})
	.refine((r) => (r.parent !== undefined) === (r.strength !== undefined || r.upscaler !== undefined), {
		error: 'a recipe with a parent has either a `strength` or an `upscaler`, one without has neither',
	})
	.refine((r) => takesSchedule(r.sampler, r.schedule), {
		path: ['schedule'],
		error: 'this `sampler` does not take this `schedule`',
	})
	.refine((r) => (r.keep === undefined ? r.seeds.length <= 4 : r.keep < r.seeds.length), {
		path: ['seeds'],
		error: 'expected at most four `seeds`, or more than `keep`',
	})
	.refine((r) => r.sampler !== 'lcm' || r.steps <= lcmSteps, {
		path: ['steps'],
		error: `the sampler \`lcm\` takes at most ${lcmSteps} \`steps\``,
	})
	.refine((r) => r.strength === undefined || r.upscaler === undefined, {
		error: 'a recipe has a `strength` or an `upscaler`, not both',
	})
	.refine((r) => r.strength !== undefined || (r.mask === undefined && r.extend === undefined), {
		error: 'a recipe with a `mask` or an `extend` has a `strength`',
	})
	.refine((r) => [r.mask, r.extend, r.hires, r.upscaler].filter((way) => way !== undefined).length <= 1, {
		error: 'a recipe has one of `mask`, `extend`, `hires` and `upscaler` at most',
	})
	.refine((r) => r.upscaler === undefined || r.parent?.imageId !== undefined, {
		error: 'an `upscaler` enlarges a picture of ours',
	});

export type Recipe = z.infer<typeof recipeSchema>;

/** The SHA-256 of the uploads that a recipe is made from: its parent, its mask. */
export function uploadedFiles({ parent, mask }: Recipe): string[] {
	return [...(parent && parent.imageId === undefined ? [parent.sha256] : []), ...(mask ? [mask.sha256] : [])];
}

/** Narrows a recipe to one of its pictures: the recipe that gives that picture alone. */
export function recipeOfOne({ keep: _, ...recipe }: Recipe, seed: number): Recipe {
	return { ...recipe, seeds: [seed] };
}

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
