import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { hashModel, openModelFolder } from '../../src/model/folder.ts';
import { PainterClient } from '../../src/pipeline/client.ts';
import type { PaintJob, Picture } from '../../src/pipeline/protocol.ts';
import { samplerNames, samplers } from '../../src/pipeline/samplers/index.ts';
import { type Recipe, recipeSchema } from '../../src/recipe.ts';

const modelFolder = fileURLToPath(new URL('../../models/demo', import.meta.url));

export interface DeterminismOptions {
	/** How many are compared with their first painting. */
	pictures: number;
	/** After so many the painter is started anew: in turns asked to end, and killed in the middle of a job. */
	restartEvery: number;
	/** Takes only every fifth recipe where it is 5; 1. */
	recipeEvery?: number;
	/** Decides recipes, batches and orders: the same seed does the same. */
	seed: number;
	/** Called after each job. */
	onProgress?: (compared: number) => void;
}

export interface DeterminismResult {
	compared: number;
	/** Of pictures that came out otherwise than the first time. */
	different: { sampler: string; seed: number; slot: number; of: number }[];
	recipes: number;
	restarts: number;
	kills: number;
	cancelled: number;
	/** How many were painted in which place of a batch. */
	slots: Record<string, number>;
	device: string;
}

/**
 * Paints the same pictures again and again: alone and in every place of batches of up to four, between other pictures in any order, each
 * batch while the one before is finished, on painters that were started anew, killed or cancelled meanwhile. Compares the SHA-256 of the finished files, which hold nothing but
 * the pixels, the recipe and the device, with that of the first painting, which was made alone.
 */
export async function paintAgainAndAgain(options: DeterminismOptions): Promise<DeterminismResult> {
	const random = mulberry(options.seed);
	const below = (n: number) => Math.floor(random() * n);
	let painter = await startPainter();
	const { device } = await painter.whenReady();
	const recipes = (await makeRecipes(below)).filter((_, i) => i % (options.recipeEvery ?? 1) === 0);
	const subjects = await firstPaintings(painter, recipes);
	const result: DeterminismResult = {
		...{ compared: 0, different: [], recipes: subjects.length, restarts: 0, kills: 0, cancelled: 0, slots: {}, device },
	};
	const compare = ({ recipe, firsts }: Subject, pictures: Picture[]) => {
		for (const [slot, { seed, sha256 }] of pictures.entries()) {
			const key = `${slot + 1} of ${pictures.length}`;
			result.slots[key] = (result.slots[key] ?? 0) + 1;
			result.compared++;
			if (sha256 !== firsts.find((one) => one.seed === seed)!.sha256)
				result.different.push({ sampler: recipe.sampler, seed, slot, of: pictures.length });
		}
		options.onProgress?.(result.compared);
	};
	let comparing = Promise.resolve();
	try {
		for (let sinceStart = 0, begun = 0, job = 0; begun < options.pictures; job++) {
			const subject = subjects[below(subjects.length)]!;
			const seeds = subject.firsts
				.map(({ seed }) => ({ seed, at: random() }))
				.toSorted((a, b) => a.at - b.at)
				.slice(0, 1 + below(subject.recipe.upscaler === undefined ? 4 : 1))
				.map(({ seed }) => seed);
			if (job % 40 === 39 && (await cancelOne(painter, subjects[below(subjects.length)]!))) result.cancelled++;
			const drawn = Promise.withResolvers<void>();
			const before = comparing;
			comparing = painter.paint(jobOf(subject, seeds), { onDrawn: drawn.resolve }).then(async ({ pictures }) => {
				await before;
				compare(subject, pictures);
			});
			await Promise.race([drawn.promise, comparing]);
			sinceStart += seeds.length;
			begun += seeds.length;
			if (sinceStart < options.restartEvery || begun >= options.pictures) continue;
			sinceStart = 0;
			await comparing;
			result.restarts++;
			if (result.restarts % 2 === 0) {
				await painter.close();
				painter = await startPainter();
			} else {
				result.kills++;
				await killInTheMiddle(painter, subject);
			}
		}
		await comparing;
	} finally {
		await painter.close();
	}
	return result;
}

interface Subject {
	recipe: Recipe;
	parentImage?: Uint8Array;
	/** Each seed's picture as it was painted alone. */
	firsts: { seed: number; sha256: string }[];
}

function startPainter(): Promise<PainterClient> {
	return PainterClient.start({
		modelFolder,
		taggerFolder: `${modelFolder}/tagger`,
		device: 'auto',
		restartDelayMs: 1,
		log: () => {},
	});
}

/** A recipe for each sampler, with everything else mixed; one drawn over a picture, one in two passes. */
async function makeRecipes(below: (n: number) => number): Promise<Recipe[]> {
	const model = await hashModel(await openModelFolder(modelFolder));
	const sides = [64, 96, 128];
	const prompts = ['1girl, solo, blue hair', '1girl, (red hair:1.3), [hat]', 'a very long list, '.repeat(30)];
	const recipes = samplerNames.map((sampler, i): Recipe => {
		const { schedules } = samplers[sampler];
		const schedule = schedules[below(schedules.length + 1)];
		return recipeSchema.parse({
			version: 1,
			prompt: prompts[i % 3],
			negative: i % 4 === 0 ? null : 'lowres',
			syntax: i % 3 === 1 ? 'webui' : 'plain',
			...(i % 5 === 4 && { clipSkip: 1 }),
			width: sides[below(3)],
			height: sides[below(3)],
			steps: 2 + below(4),
			guidanceScale: i % 4 === 3 ? 1 : 2.5,
			sampler,
			...(schedule && { schedule }),
			...(i % 3 === 2 && { random: 'philox' }),
			seeds: [below(2 ** 32)],
			model,
		});
	});
	const [first] = recipes;
	const hires = { ...first!, width: 96, height: 192, hires: { scale: 1.5, strength: 0.6 } };
	const variation = { ...first!, strength: 0.5, steps: 6, parent: { imageId: 'a', sha256: 'b' } };
	return [...recipes, hires, variation].map((recipe) => recipeSchema.parse(recipe));
}

async function firstPaintings(painter: PainterClient, recipes: Recipe[]): Promise<Subject[]> {
	const subjects: Subject[] = [];
	let parentImage: Uint8Array | undefined;
	for (const recipe of recipes) {
		const subject: Subject = { recipe, firsts: [], ...(recipe.parent && parentImage && { parentImage }) };
		for (let i = 0; i < 4; i++) {
			const [picture] = await paint(painter, subject, [recipe.seeds[0]! + i]);
			subject.firsts.push({ seed: picture!.seed, sha256: picture!.sha256 });
			parentImage ??= picture!.bytes;
		}
		subjects.push(subject);
	}
	return subjects;
}

async function paint(painter: PainterClient, subject: Subject, seeds: number[]): Promise<Picture[]> {
	return (await painter.paint(jobOf(subject, seeds))).pictures;
}

function jobOf({ recipe, parentImage }: Subject, seeds: number[]): PaintJob {
	const id = crypto.randomUUID();
	const limits = { maxFileBytes: 1e9, maxTotalBytes: 1e9 };
	return { id, recipe: { ...recipe, seeds }, ...limits, ...(parentImage && { parentImage }) };
}

/** Begins a job and takes it back after its first step; answers whether it was in time. */
async function cancelOne(painter: PainterClient, subject: Subject): Promise<boolean> {
	const stop = new AbortController();
	const job = painter.paint(jobOf(subject, [1, 2]), { signal: stop.signal, onProgress: () => stop.abort() });
	return job.then(
		() => false,
		(error: unknown) => {
			if (error !== stop.signal.reason) throw error;
			return true;
		},
	);
}

async function killInTheMiddle(painter: PainterClient, subject: Subject): Promise<void> {
	const died = once(painter, 'died');
	await painter.paint(jobOf(subject, [3]), { onProgress: () => painter.kill() }).catch(() => {});
	await died; // a short job may be done before it
}

/** Tommy Ettinger's Mulberry32: numbers from 0 to 1. */
function mulberry(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}
