import { sql } from 'drizzle-orm';
import {
	bigint,
	boolean,
	customType,
	index,
	integer,
	jsonb,
	pgTable,
	primaryKey,
	real,
	text,
	timestamp,
	uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Ratings } from '../pipeline/protocol.ts';
import type { ImagineRequest } from '../prompt/request.ts';
import type { Recipe } from '../recipe.ts';

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
const moment = (name: string) => timestamp(name, { withTimezone: true });

/** How a generation came to be. */
export const generationKinds = [
	'imagine',
	'edit',
	'reroll',
	'variation',
	'upscale',
	'image',
	'inpaint',
	'extend',
	'hires',
] as const;
export type GenerationKind = (typeof generationKinds)[number];

/**
 * `held` waits for a moderator, who lets it into the queue → `queued`, or refuses it → `failed`. `queued` is taken by a dispatcher
 * → `running`; a crash leaves it `running` until another dispatcher takes it again. `running` ends as `painted`, `failed` or
 * `cancelled`; `held` and `queued` may end as `cancelled` or `failed` at once.
 */
export const generationStates = ['held', 'queued', 'running', 'painted', 'failed', 'cancelled'] as const;

/** Pictures of ours by their ids, or the file that a member sent. */
export type Reference = { imageIds: string[] } | { sha256: string };

/** One accepted wish for pictures: a slash command, a modal or a press on a button. */
export const generations = pgTable(
	'generations',
	{
		/** Ours; what every `customId` points at. */
		id: text('id').primaryKey(),
		/** The interaction that asked: the same one never counts twice. */
		interactionId: text('interaction_id').notNull().unique(),
		kind: text('kind', { enum: generationKinds }).notNull(),
		/** `null` in direct messages and where the bot is not a member of the guild. */
		guildId: text('guild_id'),
		channelId: text('channel_id').notNull(),
		userId: text('user_id').notNull(),
		/** Whose turn it counts as between guilds: the guild's id, or `dm:` and the user's. */
		lane: text('lane').notNull(),
		/** What the member typed and chose; ✏️ opens it again. */
		request: jsonb('request').$type<ImagineRequest>().notNull(),
		/** What was understood otherwise than it was written: sentences for the reply. */
		notes: jsonb('notes').$type<string[]>().notNull().default([]),
		/** All that determines the pictures. */
		recipe: jsonb('recipe').$type<Recipe>().notNull(),
		/** Of the canonical recipe. */
		recipeHash: text('recipe_hash').notNull(),
		/** The image that it was made from. */
		parentImageId: text('parent_image_id'),
		/** What its pictures repeat and are compared with, in the order of the seeds; `null` of what repeats nothing. */
		reference: jsonb('reference').$type<Reference>(),
		state: text('state', { enum: generationStates }).notNull().default('queued'),
		/** Set by the cancel button while a painter works on it; the dispatcher obeys within a second. */
		cancelRequested: boolean('cancel_requested').notNull().default(false),
		/** Estimated painter time, tenths of a second. */
		cost: integer('cost').notNull(),
		/** Place in the fair order between guilds: smaller goes first. The job's priority is its negative. */
		startTag: integer('start_tag').notNull(),
		/** Place among the members of its guild. */
		memberTag: integer('member_tag').notNull(),
		/** pg-boss's id of the job; '' while it is held. */
		jobId: text('job_id').notNull(),
		/** The word for which a rule of the server asked a moderator first; `null` where none did. */
		heldFor: text('held_for'),
		/** When a moderator let it pass: from then on no rule holds it again. */
		approvedAt: moment('approved_at'),
		/** Counts the takers; only the newest may finish it (a fencing token). */
		attempt: integer('attempt').notNull().default(0),
		/** Its painter takes the next job already, and only finishes this one. */
		isDrawn: boolean('is_drawn').notNull().default(false),
		/** How many painters died while they worked on it. */
		crashes: integer('crashes').notNull().default(0),
		/** What the member is told when it failed, or when not all of its pictures were shown. */
		failure: text('failure'),
		/** Whose webhook the token belongs to. */
		applicationId: text('application_id').notNull(),
		/** Lets us edit the first reply until `tokenExpiresAt`; '' once that is over. */
		interactionToken: text('interaction_token').notNull(),
		tokenExpiresAt: moment('token_expires_at').notNull(),
		/** The first reply: where it can be edited as the bot when the token is dead. `null` when Discord's answer was lost. */
		replyId: text('reply_id'),
		/** What Discord said of the channel's age restriction in the interaction, where it cannot be asked again. */
		seenAgeRestricted: boolean('seen_age_restricted'),
		/** The highest rating that the channel allowed when it was asked for: by it an upload is judged before it is used. */
		ceiling: text('ceiling'),
		/** What the channel takes, bytes for one file. */
		uploadLimit: integer('upload_limit').notNull(),
		/** The member's language as Discord said, for what only they are told; `null` of wishes from before it was noted. */
		locale: text('locale'),
		createdAt: moment('created_at').notNull().defaultNow(),
		startedAt: moment('started_at'),
		finishedAt: moment('finished_at'),
		/** When 🗑, a moderator or the server's retention took the pictures away. */
		deletedAt: moment('deleted_at'),
		/** When the files of pictures that a moderator removed go for good: until then it can be undone. */
		purgeAt: moment('purge_at'),
	},
	(t) => [
		index('generations_waiting').on(t.state, t.startTag),
		index('generations_lane_waiting').on(t.lane, t.state),
		/** What is stored about a member, oldest first. */
		index('generations_member').on(t.userId, t.createdAt),
		/** What a server keeps for too long. */
		index('generations_age').on(t.guildId, t.createdAt),
		/** Files and tokens whose time is over. */
		index('generations_purge').on(t.purgeAt).where(sql`${t.purgeAt} is not null`),
		index('generations_tokens').on(t.tokenExpiresAt).where(sql`${t.interactionToken} <> ''`),
		/** Finds what was made from a picture. */
		index('generations_parent').on(t.parentImageId),
		/** The same enlargement of the same image exists once, however often U is pressed. */
		uniqueIndex('generations_one_upscale')
			.on(t.parentImageId, sql`(${t.recipe} ->> 'upscaler')`)
			.where(sql`${t.kind} = 'upscale' and ${t.state} not in ('failed', 'cancelled') and ${t.deletedAt} is null`),
	],
);

/** What delivery made of a picture. */
export const shownAs = ['open', 'spoiler', 'withheld'] as const;

/** One finished picture of a generation. */
export const images = pgTable(
	'images',
	{
		id: text('id').primaryKey(),
		generationId: text('generation_id')
			.notNull()
			.references(() => generations.id),
		/** 0 to 3: its place in the message; of candidates, before the best are chosen, their number. */
		position: integer('position').notNull(),
		seed: bigint('seed', { mode: 'number' }).notNull(),
		width: integer('width').notNull(),
		height: integer('height').notNull(),
		/** Of the PNG that we keep, and that children are made from. */
		sha256: text('sha256').notNull(),
		/** Where the store keeps it. */
		file: text('file').notNull(),
		sizeBytes: integer('size_bytes').notNull(),
		/** Where the store keeps the smaller copy that went to the channel; `null` when the PNG did. */
		smallFile: text('small_file'),
		/** What the tagger saw; `null` where it could not look, and such a picture is never shown. */
		ratings: jsonb('ratings').$type<Ratings>(),
		/** The tagger's words for a young person, with their probabilities: a part of the floor. */
		youthTags: jsonb('youth_tags').$type<Record<string, number>>().notNull().default({}),
		/** How pleasing it is, 0 to 1; `null` where no scorer looked. */
		aesthetic: real('aesthetic'),
		/** How it was delivered; `null` before. `withheld` pictures were not posted and are not charged. */
		shown: text('shown', { enum: shownAs }),
		createdAt: moment('created_at').notNull().defaultNow(),
	},
	(t) => [uniqueIndex('images_position').on(t.generationId, t.position)],
);

export const usageStates = ['reserved', 'spent', 'refunded'] as const;

/** What a generation costs its member and guild; written in the transaction that accepts the job. */
export const usage = pgTable(
	'usage',
	{
		/** Outlives its generation: who deletes their data does not win their day's pictures back. */
		generationId: text('generation_id').primaryKey(),
		guildId: text('guild_id'),
		/** '' when its member had their data deleted. */
		userId: text('user_id').notNull(),
		/** `reserved` while it waits or runs, `spent` when pictures came, `refunded` when none did. */
		state: text('state', { enum: usageStates }).notNull().default('reserved'),
		pictures: integer('pictures').notNull(),
		/** Sampler steps times pictures. */
		steps: integer('steps').notNull(),
		/** Painter time, milliseconds; 0 until it is known. */
		gpuMs: integer('gpu_ms').notNull().default(0),
		/** The work in pixels × model calls: gpuMs over it is the pace that estimates rest on. */
		work: bigint('work', { mode: 'number' }).notNull(),
		createdAt: moment('created_at').notNull().defaultNow(),
	},
	(t) => [index('usage_member').on(t.guildId, t.userId)],
);

export const outboxStates = ['pending', 'delivered', 'abandoned'] as const;

/** The last word on a generation, until Discord confirmed that it has it. */
export const outbox = pgTable(
	'outbox',
	{
		generationId: text('generation_id')
			.primaryKey()
			.references(() => generations.id),
		/** `abandoned`: Discord will never take it (channel gone, bot thrown out). */
		state: text('state', { enum: outboxStates }).notNull().default('pending'),
		attempts: integer('attempts').notNull().default(0),
		/** Not before this moment: a back-off after a failure, or the lease of the process that delivers it now. */
		dueAt: moment('due_at').notNull().defaultNow(),
		/** What went wrong the last time, for the operator. */
		lastError: text('last_error'),
		/** The message that shows it. */
		messageId: text('message_id'),
		createdAt: moment('created_at').notNull().defaultNow(),
		deliveredAt: moment('delivered_at'),
	},
	(t) => [index('outbox_due').on(t.state, t.dueAt), index('outbox_message').on(t.messageId)],
);

/** A picture or a mask that a member sent to have something made from it. Nobody is shown it again; it is kept for a few days. */
export const uploads = pgTable(
	'uploads',
	{
		/** Where the store keeps it, by whose it is and its SHA-256. */
		file: text('file').primaryKey(),
		userId: text('user_id').notNull(),
		guildId: text('guild_id'),
		/** Where it was sent the last time. */
		channelId: text('channel_id').notNull(),
		sha256: text('sha256').notNull(),
		sizeBytes: integer('size_bytes').notNull(),
		/** What the tagger saw; `null` before a painter looked, and for masks. */
		ratings: jsonb('ratings').$type<Ratings>(),
		youthTags: jsonb('youth_tags').$type<Record<string, number>>().notNull().default({}),
		createdAt: moment('created_at').notNull().defaultNow(),
		/** When something was asked for that is made from it; it is kept for so long from then. */
		usedAt: moment('used_at').notNull().defaultNow(),
	},
	(t) => [index('uploads_member').on(t.userId), index('uploads_used').on(t.usedAt)],
);

/** A wish for many jobs that its member is asked about first: here until they press a button, an hour at most. */
export const confirmations = pgTable(
	'confirmations',
	{
		/** Ours; what the buttons point at. */
		id: text('id').primaryKey(),
		userId: text('user_id').notNull(),
		guildId: text('guild_id'),
		channelId: text('channel_id').notNull(),
		kind: text('kind', { enum: generationKinds }).notNull(),
		/** What each of the jobs would be. */
		wishes: jsonb('wishes')
			.$type<{ request: ImagineRequest; recipe: Recipe; notes: string[]; parentImageId?: string }[]>()
			.notNull(),
		createdAt: moment('created_at').notNull().defaultNow(),
	},
	(t) => [index('confirmations_member').on(t.userId), index('confirmations_age').on(t.createdAt)],
);

/** How far a running generation is; written about once a second by its dispatcher, wherever that runs. */
export const progress = pgTable('progress', {
	generationId: text('generation_id')
		.primaryKey()
		.references(() => generations.id),
	step: integer('step').notNull(),
	/** 0 while the painter opens the model. */
	steps: integer('steps').notNull(),
	/** A small WebP of what can be seen so far. */
	preview: bytea('preview'),
	updatedAt: moment('updated_at').notNull().defaultNow(),
});

/**
 * The programs that paint, the bot and its workers, with the models that they have: a job waits for a host that has its model, and is
 * given up when none has.
 */
export const paintHosts = pgTable('paint_hosts', {
	/** Drawn when the program starts. */
	id: text('id').primaryKey(),
	/** Hashes, as recipes name them. */
	models: jsonb('models').$type<string[]>().notNull(),
	/** Renewed every ten seconds. */
	seenAt: moment('seen_at').notNull().defaultNow(),
});

/** The clocks of start-time fair queueing: one row for all (`lane` = '') and one for each guild. Tenths of a second. */
export const fairLanes = pgTable('fair_lanes', {
	/** A guild's id, `dm:` and a user's id, or '' for the clock of all. */
	lane: text('lane').primaryKey(),
	/** Of '': the largest start tag taken so far. Of a guild: where its last taken job ended. */
	served: integer('served').notNull().default(0),
	/** Of a guild: the largest member tag taken so far. */
	memberClock: integer('member_clock').notNull().default(0),
});

/** Where each member's last accepted job ends, on their guild's own scale. Tenths of a second. */
export const fairMembers = pgTable(
	'fair_members',
	{ lane: text('lane').notNull(), userId: text('user_id').notNull(), finish: integer('finish').notNull() },
	(t) => [primaryKey({ columns: [t.lane, t.userId] })],
);

/** What the moderators of a server chose: one row for the whole server, and one for each channel that differs from it. */
export const settings = pgTable(
	'settings',
	{
		guildId: text('guild_id').notNull(),
		/** '' for the whole server. A thread has no row of its own: its parent's counts. */
		channelId: text('channel_id').notNull().default(''),
		/** Counts the changes: who changes an older version than this is told of the newer one. */
		version: integer('version').notNull(),
		/** Only what differs from the defaults; `moderation/settings.ts` says what there is. */
		values: jsonb('values').$type<Record<string, unknown>>().notNull(),
		updatedAt: moment('updated_at').notNull().defaultNow(),
	},
	(t) => [primaryKey({ columns: [t.guildId, t.channelId] })],
);

/** Who changed, removed, punished or undid what. Rows are only ever added. */
export const audit = pgTable(
	'audit',
	{
		id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
		guildId: text('guild_id').notNull(),
		/** `null`: the bot by itself. */
		actorId: text('actor_id'),
		/** `settings`, `keep`, `remove`, `warn`, `undo` and so on. */
		action: text('action').notNull(),
		/** What it was done to, as far as it applies. */
		channelId: text('channel_id'),
		generationId: text('generation_id'),
		userId: text('user_id'),
		/** What was there before and after, of settings their keys. */
		before: jsonb('before').$type<Record<string, unknown>>(),
		after: jsonb('after').$type<Record<string, unknown>>(),
		/** The row that this one took back. */
		undoes: integer('undoes').unique(),
		createdAt: moment('created_at').notNull().defaultNow(),
	},
	(t) => [index('audit_guild').on(t.guildId, t.createdAt)],
);

/** 🚩: one member's report of one generation. */
export const reports = pgTable(
	'reports',
	{
		generationId: text('generation_id')
			.notNull()
			.references(() => generations.id),
		userId: text('user_id').notNull(),
		guildId: text('guild_id').notNull(),
		reason: text('reason').notNull().default(''),
		createdAt: moment('created_at').notNull().defaultNow(),
	},
	(t) => [primaryKey({ columns: [t.generationId, t.userId] }), index('reports_guild').on(t.guildId, t.createdAt)],
);

/**
 * The case of a reported or held generation: there is one, however many report it. Its card in the moderators' channel is posted
 * and edited until it shows the newest version.
 */
export const cards = pgTable(
	'cards',
	{
		generationId: text('generation_id')
			.primaryKey()
			.references(() => generations.id),
		guildId: text('guild_id').notNull(),
		/** Where the card is; `null` before it was posted. */
		channelId: text('channel_id'),
		/** `null` until Discord confirmed it. */
		messageId: text('message_id'),
		/**
		 * Of a report: `open` until a moderator decided. Of a held wish: `held` until then, or `ended` when there is nothing to decide
		 * any more; a report makes it `open`.
		 */
		state: text('state', { enum: ['open', 'kept', 'removed', 'held', 'approved', 'refused', 'ended'] })
			.notNull()
			.default('open'),
		/** Counts what moderators did about it: who presses a button of an older count is told what happened meanwhile. */
		decisions: integer('decisions').notNull().default(0),
		/** Counts the changes of what the card says. */
		version: integer('version').notNull().default(1),
		/** The version that Discord has. */
		shownVersion: integer('shown_version').notNull().default(0),
		/** Failures in a row to post or edit it. */
		attempts: integer('attempts').notNull().default(0),
		/** Not before this moment: a back-off after a failure, or the lease of the process that posts it now. */
		dueAt: moment('due_at').notNull().defaultNow(),
		/** Why the moderators' channel does not show it, for `/audit` and the operator. */
		lastError: text('last_error'),
		createdAt: moment('created_at').notNull().defaultNow(),
	},
	(t) => [
		index('cards_due').on(t.dueAt).where(sql`${t.shownVersion} < ${t.version}`),
		index('cards_guild').on(t.guildId, t.createdAt),
	],
);

/**
 * A member's wish to have their data deleted: the sweeper works on it until it is fulfilled, whatever happens meanwhile. The row
 * itself goes a day later, with what was kept until then so that nobody wins their day's pictures back.
 */
export const deletions = pgTable(
	'deletions',
	{
		id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
		userId: text('user_id').notNull(),
		/** '' for everything, `dm` for direct messages, or a guild's id. What was asked for later than `createdAt` stays. */
		scope: text('scope').notNull(),
		/** How many messages Discord does not let us delete. */
		messagesLeft: integer('messages_left').notNull().default(0),
		createdAt: moment('created_at').notNull().defaultNow(),
		/** When all was gone that can go at once. */
		finishedAt: moment('finished_at'),
	},
	(t) => [index('deletions_member').on(t.userId)],
);

export const sanctionKinds = ['warning', 'timeout', 'ban'] as const;

/** What a server's moderators did about a member; `timeout` and `ban` are from the bot, not from Discord. */
export const sanctions = pgTable(
	'sanctions',
	{
		id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
		guildId: text('guild_id').notNull(),
		userId: text('user_id').notNull(),
		kind: text('kind', { enum: sanctionKinds }).notNull(),
		actorId: text('actor_id').notNull(),
		generationId: text('generation_id'),
		createdAt: moment('created_at').notNull().defaultNow(),
		/** Until then it counts; `null`: until it is lifted. */
		expiresAt: moment('expires_at'),
		liftedAt: moment('lifted_at'),
		/** When the member was told of a warning; time-outs and bans are told at every press. */
		toldAt: moment('told_at'),
	},
	(t) => [index('sanctions_member').on(t.guildId, t.userId)],
);
