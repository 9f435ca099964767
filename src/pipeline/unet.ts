import type { Device } from './protocol.ts';
import type { Feed, Output, Session } from './session.ts';

/** Arrays that go into a network, by the names of its inputs. */
export type Feeds<F extends Feed = Feed> = Readonly<Record<string, F>>;

/** SDXL's UNet, open: one session, or the one that takes its steps and the one that makes keys and values of the text for it. */
export class Unet {
	readonly #steps: Session;
	readonly #text: Session | undefined;

	constructor(steps: Session, text?: Session) {
		this.#steps = steps;
		this.#text = text;
	}

	/** Whether these are its sessions: either may have been released and opened anew. */
	isOf(steps: Session, text?: Session): boolean {
		return this.#steps === steps && this.#text === text;
	}

	get device(): Device {
		return this.#steps.device;
	}

	/** Does what must be done once for a text: what it gives stands for `encoder_hidden_states` in every `run` with that text. */
	async read(encoderHiddenStates: Feed & { data: Float32Array }): Promise<Feeds<Feed & { data: Float32Array }>> {
		const text = { encoder_hidden_states: encoderHiddenStates };
		return this.#text ? await this.#text.run(text) : text;
	}

	/**
	 * Predicts the noise once: `noise_pred` [n, 4, h, w].
	 *
	 * @param feeds The inputs of `unet`, with what `read` gave; `encoder_hidden_states` itself will do, and is read each time.
	 */
	async run(feeds: Feeds): Promise<Record<string, Output>> {
		const { encoder_hidden_states: text, ...others } = feeds;
		if (!text || !this.#text) return this.#steps.run(feeds);
		return this.#steps.run({ ...others, ...(await this.#text.run({ encoder_hidden_states: text })) });
	}
}
