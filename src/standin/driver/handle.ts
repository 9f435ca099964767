import type { APIMessage, APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import { notResponding } from '../deadlines.ts';
import type { HubEvent } from '../hub.ts';
import type { StoredInteraction } from '../state.ts';
import { waitFor } from './waits.ts';

const defaultTimeoutMs = 10_000;

/** An interaction that a test made, and what the bot does with it. */
export class InteractionHandle {
	readonly #core: Core;
	readonly interaction: StoredInteraction;
	/** Every version of the original message so far, oldest first. */
	readonly history: APIMessage[] = [];

	constructor(core: Core, interaction: StoredInteraction) {
		this.#core = core;
		this.interaction = interaction;
		core.hub.listen((event) => {
			if (event.type === 'message' && event.stored.id === interaction.originalId) this.history.push(event.message);
		});
	}

	get id(): string {
		return this.interaction.id;
	}

	/** The follow-ups that are still there, oldest first. */
	get followups(): APIMessage[] {
		return this.interaction.followupIds.flatMap((id) => this.#core.state.messages.get(id)?.message ?? []);
	}

	/** The original message as it is now; undefined before the first answer and after its deletion. */
	get original(): APIMessage | undefined {
		return this.#core.state.messages.get(this.interaction.originalId ?? '')?.message;
	}

	/**
	 * Waits for the bot's first answer and returns its type (4 reply, 5 deferred, 6 deferred update, 7 update, 8 choices,
	 * 9 modal).
	 * @throws when Discord would show that the application did not respond.
	 */
	acked(timeoutMs = defaultTimeoutMs): Promise<number> {
		return this.#wait('the first answer', timeoutMs, () => {
			if (this.interaction.state === 'expired') throw new Error(notResponding);
			return this.interaction.answerType ?? undefined;
		});
	}

	/** Waits until the interaction fails, and returns what Discord shows. */
	failed(timeoutMs = defaultTimeoutMs): Promise<string> {
		return this.#wait('the interaction to fail', timeoutMs, () =>
			this.interaction.state === 'expired' ? notResponding : undefined,
		);
	}

	/** Waits for the first answer and returns the original message as it is then, perhaps still loading. */
	async message(timeoutMs = defaultTimeoutMs): Promise<APIMessage> {
		await this.acked(timeoutMs);
		return this.waitFor(() => true, timeoutMs);
	}

	/** Waits until the original message fits; versions that are gone when the wait starts do not count. */
	waitFor(predicate: (message: APIMessage) => boolean, timeoutMs = defaultTimeoutMs): Promise<APIMessage> {
		return this.#wait('the original message to fit', timeoutMs, (event) => {
			if (this.interaction.state === 'expired') throw new Error(notResponding);
			const isOurs = event?.type === 'message' && event.stored.id === this.interaction.originalId;
			// The announced version may already be followed by a later one.
			const seen = isOurs ? [event.message, this.original] : [this.original];
			return seen.find((it) => it !== undefined && predicate(it));
		});
	}

	/** Waits for a follow-up that fits. */
	waitForFollowup(
		predicate: (message: APIMessage) => boolean = () => true,
		timeoutMs = defaultTimeoutMs,
	): Promise<APIMessage> {
		return this.#wait('a follow-up that fits', timeoutMs, () => this.followups.find(predicate));
	}

	/** Waits until the original message is deleted. */
	async deleted(timeoutMs = defaultTimeoutMs): Promise<void> {
		await this.#wait('the original message to be deleted', timeoutMs, () =>
			this.interaction.originalId !== null && this.original === undefined ? true : undefined,
		);
	}

	/** Waits for the modal that the bot answers with. */
	modal(timeoutMs = defaultTimeoutMs): Promise<APIModalInteractionResponseCallbackData> {
		return this.#wait('a modal', timeoutMs, () => {
			if (this.interaction.state === 'expired') throw new Error(notResponding);
			return this.interaction.modal ?? undefined;
		});
	}

	#wait<T>(what: string, timeoutMs: number, look: (event?: HubEvent) => T | undefined): Promise<T> {
		const { name, id } = this.interaction;
		return waitFor({
			hub: this.#core.hub,
			what: `${what} (\`${name}\`, interaction ${id})`,
			timeoutMs,
			look,
			seen: () => ({
				state: this.interaction.state,
				answerType: this.interaction.answerType,
				original: this.original,
				followups: this.followups,
			}),
		});
	}
}
