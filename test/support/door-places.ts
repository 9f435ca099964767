import type { Allowed, Rating } from './door-table.ts';

/** A kind of channel: how it is made, and what may be drawn there by the rules of Discord and of its moderators. */
export interface PlaceKind {
	base: 'text' | 'announcement' | 'voice' | 'forum' | 'dm' | 'foreign';
	/** Discord's flag on the channel, or on the one above the thread. */
	nsfw?: boolean;
	/** In a thread, or a post of a forum. */
	isThread?: boolean;
	/** Discord's age level of the whole server is "age-restricted". */
	isAdultServer?: boolean;
	/** Settings of the whole server, and of the channel (of a thread: of the one above). */
	server?: { ceiling?: Rating; draws?: boolean; adultGuild?: boolean };
	channel?: { ceiling?: Rating | 'discord'; draws?: boolean };
	/** The ceiling that its moderators chose, if any; `unknown`: their choice is there and cannot be read. */
	setting?: Rating | 'nothing' | 'unknown';
	/** What may be drawn and shown there. */
	allows: Allowed;
	/** Whether it is known to be age-restricted. */
	isFlagged: boolean;
}

const plain = { allows: 'sensitive', isFlagged: false } as const;
const adult = { allows: 'explicit', isFlagged: true, nsfw: true } as const;

export const places: Record<string, PlaceKind> = {
	text: { base: 'text', ...plain },
	'text 🔞': { base: 'text', ...adult },
	thread: { base: 'text', isThread: true, ...plain },
	'thread of 🔞': { base: 'text', isThread: true, ...adult },
	'forum post': { base: 'forum', isThread: true, ...plain },
	'forum post of 🔞': { base: 'forum', isThread: true, ...adult },
	announcements: { base: 'announcement', ...plain },
	'announcements 🔞': { base: 'announcement', ...adult },
	'text of a voice channel': { base: 'voice', ...plain },
	'text of a voice channel 🔞': { base: 'voice', ...adult },
	'direct messages': { base: 'dm', ...plain },
	'user-installed': { base: 'foreign', ...plain },
	'user-installed 🔞': { base: 'foreign', ...adult },
	'user-installed, of which nothing is known': { base: 'foreign', isThread: true, allows: 'safe', isFlagged: false },
	'adult server, not counted': { base: 'text', isAdultServer: true, ...plain },
	'adult server, counted': {
		base: 'text',
		isAdultServer: true,
		server: { adultGuild: true },
		allows: 'explicit',
		isFlagged: true,
	},
	'thread of an adult server, counted': {
		base: 'text',
		isThread: true,
		isAdultServer: true,
		server: { adultGuild: true },
		allows: 'explicit',
		isFlagged: true,
	},
	'counted, but no adult server': { base: 'text', server: { adultGuild: true }, ...plain },
	'text, ceiling safe': {
		base: 'text',
		channel: { ceiling: 'safe' },
		setting: 'safe',
		allows: 'safe',
		isFlagged: false,
	},
	'text, ceiling explicit': { base: 'text', channel: { ceiling: 'explicit' }, setting: 'explicit', ...plain },
	'text 🔞, ceiling safe': { base: 'text', channel: { ceiling: 'safe' }, setting: 'safe', ...adult, allows: 'safe' },
	'text 🔞, ceiling sensitive': {
		base: 'text',
		channel: { ceiling: 'sensitive' },
		setting: 'sensitive',
		...adult,
		allows: 'sensitive',
	},
	'text 🔞, ceiling nsfw': { base: 'text', channel: { ceiling: 'nsfw' }, setting: 'nsfw', ...adult, allows: 'nsfw' },
	'thread of 🔞, ceiling nsfw': {
		base: 'text',
		isThread: true,
		channel: { ceiling: 'nsfw' },
		setting: 'nsfw',
		...adult,
		allows: 'nsfw',
	},
	'text 🔞, server’s ceiling safe': {
		base: 'text',
		server: { ceiling: 'safe' },
		setting: 'safe',
		...adult,
		allows: 'safe',
	},
	'text 🔞, server’s ceiling safe, channel’s as Discord': {
		base: 'text',
		server: { ceiling: 'safe' },
		channel: { ceiling: 'discord' },
		...adult,
	},
	'text 🔞, settings that cannot be read': { base: 'text', setting: 'unknown', ...adult, allows: 'safe' },
	'text, nothing is drawn': {
		base: 'text',
		channel: { draws: false },
		setting: 'nothing',
		allows: 'nothing',
		isFlagged: false,
	},
	'thread of 🔞, the server draws nothing': {
		base: 'text',
		isThread: true,
		server: { draws: false },
		setting: 'nothing',
		...adult,
		allows: 'nothing',
	},
};
