import { type RgbImage, toFloat } from '../images/pixels.ts';
import { stretch } from '../images/stretch.ts';
import { type AestheticFolder, openAestheticFolder } from '../model/aesthetic-folder.ts';
import { compileAesthetic } from '../model/compile.ts';
import { ModelError } from '../model/errors.ts';
import { type AestheticBand, bandOf } from './aesthetic-bands.ts';
import type { Device } from './protocol.ts';
import { openSession, type Session } from './session.ts';

/** How pleasing a picture is: from 0 to 1, and the band of the card that this falls into. */
export interface AestheticScore {
	score: number;
	band: AestheticBand;
}

/** Scores pictures as `shadowlilac/aesthetic-shadow-v2` does: the share of `hq` after a softmax. */
export class AestheticScorer {
	readonly #session: Session;
	readonly #folder: AestheticFolder;

	private constructor(session: Session, folder: AestheticFolder) {
		this.#session = session;
		this.#folder = folder;
	}

	/**
	 * Opens a scorer's folder on a device. It computes in 32 bit everywhere: scores near the end of a band must not depend on it.
	 *
	 * @throws {SetupError} naming what is wrong with its files.
	 */
	static async load(path: string, device: Device): Promise<AestheticScorer> {
		const folder = await openAestheticFolder(path);
		const session = await openSession(compileAesthetic(folder, { compute: 'f32' }), { device });
		return new AestheticScorer(session, folder);
	}

	/**
	 * Scores one picture of any shape, which is stretched to the network's square as in training.
	 *
	 * @throws {ModelError} if the network gives no number.
	 */
	async score(image: RgbImage): Promise<AestheticScore> {
		const { config, mean, std, high, low } = this.#folder;
		const side = config.image_size;
		const { data } = toFloat(await stretch(image, { width: side, height: side }));
		const plane = side * side;
		const normal = data.map((value, i) => {
			const channel = Math.floor(i / plane);
			return (value - mean[channel]!) / std[channel]!;
		});
		const { logits } = await this.#session.run({ image: { data: normal, dims: [1, 3, side, side] } });
		// a softmax over two
		const score = 1 / (1 + Math.exp(logits!.data[low]! - logits!.data[high]!));
		if (Number.isNaN(score)) throw new ModelError('`aesthetic`: expected a score, got no number');
		return { score, band: bandOf(score) };
	}

	release(): Promise<void> {
		return this.#session.release();
	}
}
