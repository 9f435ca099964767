import type { RgbImage } from '../images/pixels.ts';
import { whiteSquare } from '../images/square.ts';
import { ModelError } from '../model/errors.ts';
import { ratingNames, readTagList, type Tag } from '../model/tag-list.ts';
import type { Device, Ratings } from './protocol.ts';
import { openSession, type Session } from './session.ts';

/** What a tagger sees in one picture. */
export interface Seen {
	ratings: Ratings;
	/** General and character tags with their probabilities, most probable first. */
	tags: { name: string; category: 'general' | 'character'; probability: number }[];
}

/**
 * A tagger with the interface of SmilingWolf's WD taggers, version 3: NHWC float32, blue before green before red, 0 to 255 as they
 * are; out comes one probability for each row of `selected_tags.csv`. RGB, or 0 to 1, would give plausible and wrong ratings.
 */
export class Tagger {
	readonly #session: Session;
	readonly #tags: Tag[];
	readonly #side: number;

	private constructor(session: Session, tags: Tag[], side: number) {
		this.#session = session;
		this.#tags = tags;
		this.#side = side;
	}

	/** @throws {SetupError} naming what is wrong with the tagger's files */
	static async load(files: { model: string; tags: string }, device: Device): Promise<Tagger> {
		const tags = await readTagList(files.tags);
		const session = await openSession({ name: 'tagger', path: files.model }, { device });
		const dims = session.inputDims(session.inputNames[0]!);
		const [, height, width, channels] = dims;
		if (dims.length !== 4 || typeof height !== 'number' || height !== width || channels !== 3)
			throw new ModelError(
				`\`tagger/model.onnx\`: expected an input of [batch, side, side, 3], got [${dims.join(', ')}]`,
			);
		return new Tagger(session, tags, height);
	}

	/** Looks at one picture. */
	async look(image: RgbImage): Promise<Seen> {
		const { data } = await whiteSquare(image, this.#side);
		const bgr = new Float32Array(data.length);
		for (let i = 0; i < data.length; i += 3) {
			bgr[i] = data[i + 2]!;
			bgr[i + 1] = data[i + 1]!;
			bgr[i + 2] = data[i]!;
		}
		const feed = { data: bgr, dims: [1, this.#side, this.#side, 3] };
		const results = await this.#session.run({ [this.#session.inputNames[0]!]: feed });
		const probabilities = results[this.#session.outputNames[0]!]!.data;
		if (probabilities.length !== this.#tags.length)
			throw new ModelError(
				`\`tagger/selected_tags.csv\`: expected ${probabilities.length} rows, one for each output of the tagger, got ${this.#tags.length}`,
			);
		if (!probabilities.every((p) => p >= 0 && p <= 1))
			throw new ModelError('`tagger/model.onnx`: expected probabilities from 0 to 1, got other numbers');
		const of = (name: string) =>
			probabilities[this.#tags.findIndex((tag) => tag.category === 'rating' && tag.name === name)]!;
		const tags = this.#tags
			.map(({ name, category }, i) => ({ name, category, probability: probabilities[i]! }))
			.filter((tag): tag is Seen['tags'][number] => tag.category !== 'rating')
			.sort((a, b) => b.probability - a.probability);
		const [general, sensitive, questionable, explicit] = ratingNames.map(of) as [number, number, number, number];
		return { ratings: { general, sensitive, questionable, explicit }, tags };
	}

	release(): Promise<void> {
		return this.#session.release();
	}
}
