import type {
	APIApplicationCommand,
	APIAttachment,
	APIMessage,
	APIMessageInteractionMetadata,
	APIModalInteractionResponseCallbackData,
	APIUser,
	InteractionType,
} from 'discord-api-types/v10';
import { Snowflakes } from './snowflake.ts';

export interface StoredUser {
	id: string;
	user: APIUser;
	/** The user takes no direct messages: sending one answers 50007. */
	dmsClosed: boolean;
	/** The user allowed age-restricted commands in direct messages with apps. */
	adultDms: boolean;
	/** The language of the user's Discord; American English when nothing else was chosen. */
	locale?: string;
}

export interface StoredRole {
	/** The guild's own ID for @everyone. */
	id: string;
	name: string;
	/** Discord's bit field as digits. */
	permissions: string;
	/** Higher is more; 0 for @everyone. */
	position: number;
	/** 0xRRGGBB; 0 for none. */
	color: number;
	/** The bot whose role it is: Discord makes one for each bot, and nobody else can hold it. */
	botId: string | null;
}

export interface StoredMember {
	userId: string;
	/** Without @everyone, which everybody holds. */
	roleIds: string[];
	joinedAtMs: number;
}

export interface StoredGuild {
	id: string;
	name: string;
	ownerId: string;
	/** The bot is no member: users bring it along, and it cannot see or write there except by interaction. */
	foreign: boolean;
	/** @everyone first. */
	roles: StoredRole[];
	members: StoredMember[];
	/** 0 default, 1 explicit, 2 safe, 3 age-restricted. */
	nsfwLevel: 0 | 1 | 2 | 3;
	/** Where Discord welcomes new members. */
	systemChannelId: string | null;
	/** What Discord calls the guild's language; American English when nothing else was chosen. */
	locale?: string;
}

/** What a role or a member may do in one channel, other than in the guild. */
export interface StoredOverwrite {
	id: string;
	/** 0 role, 1 member. */
	type: 0 | 1;
	allow: string;
	deny: string;
}

export interface StoredChannel {
	id: string;
	/** 0 text, 1 direct message, 2 voice, 5 announcements, 11 public thread or forum post, 15 forum. */
	type: 0 | 1 | 2 | 5 | 11 | 15;
	name: string;
	guildId: string | null;
	parentId: string | null;
	/** Age-restricted. Never true on a thread, which has no such field and inherits its parent's. */
	nsfw: boolean;
	/** Empty on a thread, which inherits its parent's. */
	overwrites: StoredOverwrite[];
	/** The user at the other end of a direct message. */
	recipientId: string | null;
	lastMessageId: string | null;
}

export interface StoredFile {
	id: string;
	channelId: string;
	name: string;
	contentType: string;
}

export interface StoredMessage {
	id: string;
	/** Replaced, never changed in place, by an edit. */
	message: APIMessage;
	/** All files of the message, also those that Components V2 show and `message.attachments` therefore leaves out. */
	attachments: APIAttachment[];
	/** The only user who sees it, when it is ephemeral. */
	viewerId: string | null;
	interactionId: string | null;
	nonce: string | null;
}

/**
 * An interaction is `waiting` until the bot answers it (`answered`) or its time to answer passes (`expired`); neither of those
 * is ever left. Its token then works until `tokenUntilMs`, which is not a state: it is compared with the clock.
 */
export type InteractionState = 'waiting' | 'answered' | 'expired';

export interface StoredInteraction {
	id: string;
	token: string;
	type: InteractionType;
	/** The command's name, or the custom ID that was pressed or submitted. */
	name: string;
	userId: string;
	channelId: string;
	state: InteractionState;
	answerUntilMs: number;
	tokenUntilMs: number;
	/** Type of the bot's first answer (4 reply, 5 deferred, 6 deferred update, 7 update, 8 choices, 9 modal). */
	answerType: number | null;
	originalId: string | null;
	/** The message whose component was pressed, or from whose button the modal came. */
	sourceMessageId: string | null;
	followupIds: string[];
	modal: APIModalInteractionResponseCallbackData | null;
	choices: { name: string; value: string | number }[] | null;
	/** The bot is there only because the user installed it: at most five follow-ups. */
	userInstallOnly: boolean;
	/** The user brought the bot along to where apps from outside may not speak in public: every answer is ephemeral. */
	isPrivate: boolean;
	metadata: APIMessageInteractionMetadata | null;
}

/** What is written to `state.json`. */
export interface Snapshot {
	version: 2;
	/** Base address of the run that wrote it; addresses of files begin with it and are rewritten when it changes. */
	url: string;
	lastId: string;
	application: { id: string; name: string };
	users: StoredUser[];
	guilds: StoredGuild[];
	channels: StoredChannel[];
	files: StoredFile[];
	messages: StoredMessage[];
	interactions: StoredInteraction[];
	commands: { scope: string; list: APIApplicationCommand[] }[];
}

const dayMs = 86_400_000;

/** Everything the stand-in remembers. Whoever changes something calls `touch`. */
export class State {
	readonly application: { id: string; name: string };
	readonly ids: Snowflakes;
	readonly users = new Map<string, StoredUser>();
	readonly guilds = new Map<string, StoredGuild>();
	readonly channels = new Map<string, StoredChannel>();
	readonly files = new Map<string, StoredFile>();
	readonly messages = new Map<string, StoredMessage>();
	readonly interactions = new Map<string, StoredInteraction>();
	/** By scope: `global` or a guild's ID. */
	readonly commands = new Map<string, APIApplicationCommand[]>();
	readonly touch: () => void;

	constructor(from: Snapshot, touch: () => void) {
		this.application = from.application;
		this.ids = new Snowflakes(from.lastId);
		this.touch = touch;
		for (const key of ['users', 'guilds', 'channels', 'files', 'messages', 'interactions'] as const) {
			const target = this[key] as Map<string, { id: string }>;
			for (const row of from[key]) target.set(row.id, row);
		}
		for (const { scope, list } of from.commands) this.commands.set(scope, list);
	}

	snapshot(url: string): Snapshot {
		return {
			version: 2,
			url,
			lastId: this.ids.last,
			application: this.application,
			users: [...this.users.values()],
			guilds: [...this.guilds.values()],
			channels: [...this.channels.values()],
			files: [...this.files.values()],
			messages: [...this.messages.values()],
			// A token that died a day ago is answered like one that never was.
			interactions: [...this.interactions.values()].filter((it) => it.tokenUntilMs > Date.now() - dayMs),
			commands: [...this.commands].map(([scope, list]) => ({ scope, list })),
		};
	}

	get bot(): StoredUser {
		return this.user(this.application.id);
	}

	user(id: string): StoredUser {
		return found(this.users, id, 'user');
	}

	guild(id: string): StoredGuild {
		return found(this.guilds, id, 'guild');
	}

	channel(id: string): StoredChannel {
		return found(this.channels, id, 'channel');
	}

	message(id: string): StoredMessage {
		return found(this.messages, id, 'message');
	}

	interaction(id: string): StoredInteraction {
		return found(this.interactions, id, 'interaction');
	}

	interactionByToken(token: string): StoredInteraction | undefined {
		for (const interaction of this.interactions.values()) if (interaction.token === token) return interaction;
		return undefined;
	}

	/** Messages of a channel, oldest first; only those the viewer can see when one is given. */
	messagesIn(channelId: string, viewerId?: string): APIMessage[] {
		return [...this.messages.values()]
			.filter((it) => it.message.channel_id === channelId)
			.filter((it) => viewerId === undefined || it.viewerId === null || it.viewerId === viewerId)
			.map((it) => it.message);
	}

	/** True in an age-restricted channel and in the threads under it. */
	isAgeRestricted(channel: StoredChannel): boolean {
		return channel.parentId === null ? channel.nsfw : this.channel(channel.parentId).nsfw;
	}

	/** A user's membership of a guild; undefined when there is none. */
	member(guild: StoredGuild, userId: string): StoredMember | undefined {
		return guild.members.find((it) => it.userId === userId);
	}

	/** True where the bot is no member and can only answer interactions. */
	isForeign(channel: StoredChannel): boolean {
		return channel.guildId !== null && this.guild(channel.guildId).foreign;
	}

	/** The user's direct-message channel with the bot, made when there is none. */
	dmWith(userId: string): StoredChannel {
		for (const channel of this.channels.values()) if (channel.recipientId === userId) return channel;
		const channel: StoredChannel = {
			id: this.ids.next(),
			type: 1,
			name: this.user(userId).user.username,
			guildId: null,
			parentId: null,
			nsfw: false,
			overwrites: [],
			recipientId: userId,
			lastMessageId: null,
		};
		this.channels.set(channel.id, channel);
		this.touch();
		return channel;
	}
}

function found<T>(map: Map<string, T>, id: string, what: string): T {
	const value = map.get(id);
	if (value === undefined) throw new Error(`Expected a known ${what}, got the ID \`${id}\``);
	return value;
}
