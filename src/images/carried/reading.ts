import { z } from 'zod';
import { type Recipe, recipeSchema } from '../../recipe.ts';

/** The programs whose recipes are understood. */
export const tools = ['atelier', 'webui', 'comfyui', 'novelai', 'invokeai', 'space', 'fooocus', 'swarmui'] as const;
export type Tool = (typeof tools)[number];

const ours = recipeSchema.shape;
const name = z.string().min(1).max(300);
const hash = z.string().regex(/^[0-9a-z:_]{4,140}$/i);

/**
 * A recipe as far as a file tells it, in our own names. Of another tool's file every key may be missing, `model` is what it says of
 * the checkpoint's hash (WebUI: the first ten digits of its SHA-256), and LoRAs and embeddings may lack their hash.
 */
export const carriedSchema = z
	.strictObject({
		prompt: z.string().min(1).max(20_000),
		negative: z.string().max(20_000).nullable(),
		syntax: ours.syntax,
		clipSkip: ours.clipSkip,
		width: ours.width,
		height: ours.height,
		steps: ours.steps,
		guidanceScale: ours.guidanceScale,
		guidanceInterval: ours.guidanceInterval,
		sampler: ours.sampler,
		schedule: ours.schedule,
		random: ours.random,
		seeds: ours.seeds,
		strength: ours.strength,
		upscaler: ours.upscaler,
		model: hash,
		modelName: name,
		loras: z.array(z.strictObject({ name, hash: hash.optional(), weight: z.number().min(-20).max(20) })).max(50),
		embeddings: z.array(z.strictObject({ name, hash: hash.optional() })).max(50),
		hires: ours.hires,
	})
	.partial();
export type CarriedRecipe = z.infer<typeof carriedSchema>;

/**
 * What a picture's file says of how it was made. `unknown` holds, under the file's own names, all that has no place in `recipe` or
 * that our networks cannot do: nothing is dropped in silence.
 */
export type Carried =
	| { tool: 'atelier'; recipe: Recipe; unknown: Record<string, unknown> }
	| { tool: Tool; recipe: CarriedRecipe; unknown: Record<string, unknown> };

const mostUnknown = 100;
const longestUnknown = 500;

/** A recipe that is being read: what does not fit the schema is kept as unknown, under the name that the file has for it. */
export class Reading {
	readonly recipe: CarriedRecipe = {};
	readonly unknown: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
	#count = 0;

	/** Takes a value over if it can be; `from` is the file's own name for it. Nothing happens where there is none. */
	set<K extends keyof CarriedRecipe>(key: K, value: unknown, from: string): void {
		if (value === undefined) return;
		const read = carriedSchema.shape[key].safeParse(value);
		if (read.success) this.recipe[key] = read.data as CarriedRecipe[K];
		else this.leave(from, value);
	}

	/** Keeps what has no place in a recipe: short, and not too much of it. */
	leave(from: string, value: unknown): void {
		if (value === undefined || this.#count >= mostUnknown) return;
		this.#count++;
		const written = typeof value === 'string' ? value : JSON.stringify(value);
		this.unknown[from.slice(0, 100)] =
			written.length <= longestUnknown ? value : `${written.slice(0, longestUnknown).toWellFormed()}…`;
	}

	as(tool: Tool): Carried {
		return { tool, recipe: this.recipe, unknown: { ...this.unknown } };
	}
}

/** A second pass over the enlarged picture, as another tool names its parts. */
export interface SecondPass {
	scale: number | undefined;
	strength: number | undefined;
	/** What enlarges: only nearest-exact latents are ours. */
	upscaler: string | undefined;
	/** Absent: as many as the first. */
	steps?: number | undefined;
}

/** Takes a second pass over if we do it the same way; else all of it is unknown. The size must have been read before. */
export function setSecondPass(
	reading: Reading,
	pass: SecondPass,
	from: Readonly<Record<keyof SecondPass, string>>,
): void {
	const { scale, strength, upscaler, steps } = pass;
	const { width, height } = reading.recipe;
	const isOurs =
		/nearest-exact/i.test(upscaler ?? '') && (steps === undefined || steps === 0 || steps === reading.recipe.steps);
	const read = carriedSchema.shape.hires.safeParse({ scale, strength });
	if (isOurs && read.success && read.data && width !== undefined && height !== undefined) {
		const enlarged = (side: number) => Math.floor((side * read.data!.scale) / 8) * 8;
		reading.recipe.hires = read.data;
		reading.set('width', enlarged(width), from.scale);
		reading.set('height', enlarged(height), from.scale);
		return;
	}
	for (const part of ['scale', 'strength', 'upscaler', 'steps'] as const) reading.leave(from[part], pass[part]);
}

/** Reads a number out of JSON or text; `undefined` if it is none. */
export function numberIn(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' && value.length < 40 ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Reads `832x1216`, `832 x 1216`, `832 × 1216` or `(832, 1216)`: width first. */
export function sizeIn(value: unknown): { width: number; height: number } | undefined {
	const [, width, height] =
		(typeof value === 'string' && /^\(?\s*(\d{1,5})\s*[x×,]\s*(\d{1,5})\s*\)?$/i.exec(value)) || [];
	return width === undefined ? undefined : { width: Number(width), height: Number(height) };
}
