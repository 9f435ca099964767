import type {
	AnySelectMenuInteraction,
	AutocompleteInteraction,
	ButtonInteraction,
	ChatInputCommandInteraction,
	MessageContextMenuCommandInteraction,
	ModalSubmitInteraction,
	RESTPostAPIChatInputApplicationCommandsJSONBody,
	RESTPostAPIContextMenuApplicationCommandsJSONBody,
} from 'discord.js';
import type { Db } from '../db/client.ts';
import type { Generation } from '../db/generations.ts';
import type { ImageStore } from '../images/store.ts';
import type { ModelAbout } from '../model/about.ts';
import type { ChannelFacts, MemberFacts } from '../moderation/gate.ts';
import type { SeenMember } from '../moderation/member.ts';
import type { Place } from '../moderation/place.ts';
import type { RatingThresholds } from '../moderation/thresholds.ts';
import type { DescribedPicture, Device, UpscalerFacts } from '../pipeline/protocol.ts';
import type { ModelFacts } from '../prompt/recipe.ts';
import type { Jobs } from '../queue/jobs.ts';
import type { Press, Verb } from './custom-id.ts';

/** What every command works with; wired once in `main.ts`. */
export interface Services {
	db: Db;
	jobs: Jobs;
	store: ImageStore;
	/** What can be drawn with: `models.ts` says with which. The first is the operator's choice. */
	models: readonly [InstalledFacts, ...InstalledFacts[]];
	/** What `/about` says of who runs the bot and how. */
	operator: OperatorFacts;
	memberWaiting: number;
	/** From how much on a picture counts as what the tagger thinks it may be. */
	thresholds: RatingThresholds;
	/** Draws a seed: an integer from 0 to 2^32 − 1. */
	randomSeed(): number;
	/** Shows a generation that was just accepted in the first reply of its interaction, and wakes the dispatcher. */
	announce(generation: Generation): void;
	/** Wakes what tells Discord the last word on a generation. */
	wakeOutbox(): void;
	/** Wakes what deletes what members asked to have deleted. */
	wakeSweeper(): void;
	/** What Discord says of a channel now; `seenAgeRestricted` is what an interaction said where the bot cannot ask. */
	channelNow(channelId: string, seenAgeRestricted?: boolean | null): Promise<ChannelFacts>;
	/** What Discord says of a member now; `undefined` when they are in the server no more. */
	memberNow(guildId: string, userId: string): Promise<SeenMember | undefined>;
	/** Fetches a file that a member attached, from Discord's own hosts only. */
	download(url: string, limits: { maxBytes: number; timeoutMs: number }): Promise<Uint8Array>;
	/** Says what is in a picture's file. @throws {UserError} when nobody could look at it, or what is wrong with it */
	describe(image: Uint8Array): Promise<DescribedPicture>;
}

/** What commands know of a model. */
export interface InstalledFacts extends ModelFacts {
	name: string;
	upscaler: { name: string; scale: number } | undefined;
	/** Those for pictures of any model; `upscalersOf` lists all. */
	upscalers?: readonly UpscalerFacts[];
	about: ModelAbout | undefined;
}

/** What the operator of the bot says of it in the configuration. */
export interface OperatorFacts {
	/** Where the source of this very bot can be had. */
	sourceUrl: string | undefined;
	/** Whom to ask about it, in the operator's words. */
	contact: string | undefined;
	/** Whether pictures carry a signed manifest. */
	signs: boolean;
	/** Of each of the bot's own painters; workers elsewhere are not known. */
	devices: readonly Device[];
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
	/** Offers choices for the option that is being typed. */
	autocomplete?: (interaction: AutocompleteInteraction, call: Call) => Promise<void>;
}

/** A command in the menu of a message. */
export interface MessageCommand {
	data: RESTPostAPIContextMenuApplicationCommandsJSONBody;
	execute(interaction: MessageContextMenuCommandInteraction, call: Call): Promise<void>;
}

/** A family of buttons, selects or modals, found by its verb. */
export interface Component {
	verb: Verb;
	button?: (interaction: ButtonInteraction, press: Press, call: Call) => Promise<void>;
	select?: (interaction: AnySelectMenuInteraction, press: Press, call: Call) => Promise<void>;
	modal?: (interaction: ModalSubmitInteraction, press: Press, call: Call) => Promise<void>;
}
