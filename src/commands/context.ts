import type {
	AnySelectMenuInteraction,
	ButtonInteraction,
	ChatInputCommandInteraction,
	ModalSubmitInteraction,
	RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import type { Db } from '../db/client.ts';
import type { Generation } from '../db/generations.ts';
import type { ImageStore } from '../images/store.ts';
import type { MemberFacts } from '../moderation/gate.ts';
import type { Place } from '../moderation/place.ts';
import type { ModelFacts } from '../prompt/recipe.ts';
import type { Jobs } from '../queue/jobs.ts';
import type { Press, Verb } from './custom-id.ts';

/** What every command works with; wired once in `main.ts`. */
export interface Services {
	db: Db;
	jobs: Jobs;
	store: ImageStore;
	/** The model that is loaded now. */
	model: ModelFacts & { name: string; upscaler: { name: string; scale: number } | undefined };
	memberWaiting: number;
	/** Draws a seed: an integer from 0 to 2^32 − 1. */
	randomSeed(): number;
	/** Shows a generation that was just accepted in the first reply of its interaction, and wakes the dispatcher. */
	announce(generation: Generation): void;
	/** Wakes what tells Discord the last word on a generation. */
	wakeOutbox(): void;
}

/** One use of a command or component: who and where is in the interaction, what holds there and for whom is here. */
export interface Call extends Services {
	place: Place;
	/** Who asks; `undefined` outside of servers. */
	member: MemberFacts | undefined;
	/** What the interaction alone says of the channel's age restriction: where the bot is not in the server; else `null`. */
	seenAgeRestricted: boolean | null;
}

export interface Command {
	data: RESTPostAPIChatInputApplicationCommandsJSONBody;
	execute(interaction: ChatInputCommandInteraction, call: Call): Promise<void>;
}

/** A family of buttons, selects or modals, found by its verb. */
export interface Component {
	verb: Verb;
	button?: (interaction: ButtonInteraction, press: Press, call: Call) => Promise<void>;
	select?: (interaction: AnySelectMenuInteraction, press: Press, call: Call) => Promise<void>;
	modal?: (interaction: ModalSubmitInteraction, press: Press, call: Call) => Promise<void>;
}
