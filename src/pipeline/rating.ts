import type { RgbImage } from '../images/pixels.ts';
import { openTaggerFolder } from '../model/tagger-folder.ts';
import { AestheticScorer } from './aesthetic.ts';
import type { Device, FromPainter, SeenInPicture } from './protocol.ts';
import { Tagger } from './tagger.ts';
import { youthTagsIn } from './youth-tags.ts';

/** What looks at finished pictures: without a tagger nothing is painted, without a scorer nothing is scored. */
export interface Critics {
	tagger: Tagger;
	scorer: AestheticScorer | undefined;
}

/**
 * How long a scorer may take for one picture before it is left alone: the published one, of a billion parameters, takes a minute on
 * two processor cores, and everybody behind would wait for it.
 */
const slowestScoreMs = 10_000;

const blackSquare = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) };

/** Looks at a black square once: a list that does not fit the network shows at the start, and a GPU prepares its kernels then. */
export async function loadTagger(folder: string, device: Device): Promise<Tagger> {
	const tagger = await Tagger.load(await openTaggerFolder(folder), device);
	await tagger.look(blackSquare);
	return tagger;
}

/** Opens the scorer, if there is one that works, and fast enough. It is not needed, so why it is missing is only said. */
export async function loadScorer(folder: string, device: Device): Promise<AestheticScorer | undefined> {
	if (folder === '') return undefined;
	let scorer: AestheticScorer | undefined;
	try {
		scorer = await AestheticScorer.load(folder, device);
		await scorer.score(blackSquare); // prepares the kernels
		const start = performance.now();
		await scorer.score(blackSquare);
		const ms = performance.now() - start;
		if (ms <= slowestScoreMs) return scorer;
		console.error(`The aesthetic scorer takes ${Math.round(ms / 1000)} s for a picture here, so it is not used`);
	} catch (error) {
		console.error(`The aesthetic scorer cannot be used: ${messageOf(error)}`);
	}
	await scorer?.release();
	return undefined;
}

/**
 * Tells of the finished pictures, then what the tagger sees in each, then their scores. Another thread sends it on, so that the pictures
 * have left when the tagger blocks this one: if it never comes back, the bot has them and knows that they are not rated.
 *
 * @returns the last message, which ends the job and is not told yet.
 */
export async function rate(
	{ tagger, scorer }: Critics,
	images: readonly RgbImage[],
	painted: Extract<FromPainter, { type: 'painted' }>,
	{ tell, signal }: { tell: (message: FromPainter) => void; signal: AbortSignal },
): Promise<FromPainter> {
	const { id } = painted;
	let last: FromPainter = { ...painted, isScored: scorer !== undefined };
	const next = async (look: () => Promise<FromPainter>) => {
		signal.throwIfAborted();
		tell(last);
		last = await look();
	};
	for (const [position, image] of images.entries())
		await next(async () => {
			const start = performance.now();
			const outcome = await lookAt(tagger, image);
			return { type: 'rated', id, position, ms: performance.now() - start, ...outcome };
		});
	if (scorer)
		for (const [position, image] of images.entries())
			await next(async () => {
				const start = performance.now();
				const score = await scoreOf(scorer, image);
				return { type: 'scored', id, position, ms: performance.now() - start, ...(score !== undefined && { score }) };
			});
	return last;
}

/** Says what the tagger sees in a picture, or why it sees nothing. Never rejects. */
export async function lookAt(tagger: Tagger, image: RgbImage): Promise<{ seen: SeenInPicture } | { problem: string }> {
	try {
		const { ratings, tags } = await tagger.look(image);
		return { seen: { ratings, youthTags: youthTagsIn(tags) } };
	} catch (error) {
		return { problem: messageOf(error) };
	}
}

async function scoreOf(scorer: AestheticScorer, image: RgbImage): Promise<number | undefined> {
	try {
		return (await scorer.score(image)).score;
	} catch (error) {
		console.error(`The aesthetic scorer failed: ${messageOf(error)}`);
		return undefined;
	}
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
