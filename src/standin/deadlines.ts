import type { Hub } from './hub.ts';
import type { State, StoredInteraction } from './state.ts';

/** What Discord's client shows when a bot does not answer in time. */
export const notResponding = 'The application did not respond';

/** The time that each waiting interaction has left to be answered. */
export class Deadlines {
	readonly #timers = new Map<string, NodeJS.Timeout>();
	readonly #state: State;
	readonly #hub: Hub;

	constructor(state: State, hub: Hub) {
		this.#state = state;
		this.#hub = hub;
	}

	/** Lets an interaction expire at its time. Called again for those that a restart interrupted. */
	start(interaction: StoredInteraction): void {
		const left = Math.max(0, interaction.answerUntilMs - Date.now());
		const timer = setTimeout(() => this.expire(interaction), left);
		this.#timers.set(interaction.id, timer);
	}

	/** Ends an interaction's time to answer now, if it is still waiting. */
	expire(interaction: StoredInteraction): void {
		this.stop(interaction.id);
		if (interaction.state !== 'waiting') return;
		interaction.state = 'expired';
		this.#state.touch();
		this.#hub.announce({ type: 'failed', interaction, message: notResponding });
	}

	stop(interactionId: string): void {
		clearTimeout(this.#timers.get(interactionId));
		this.#timers.delete(interactionId);
	}

	/** Stops every timer; interactions that wait keep their state. */
	close(): void {
		for (const id of [...this.#timers.keys()]) this.stop(id);
	}
}
