/** What the gate knows of the place where a picture will be shown. */
export interface ChannelFacts {
	ageRestricted: boolean | 'unknown';
	/** Discord's age restriction of the whole server. Counts only where its moderators said so: Discord itself ignores it. */
	guildAgeRestricted?: boolean | undefined;
	/** The channel whose settings hold: itself, or of a thread or post its parent. */
	settingsChannelId?: string | undefined;
}

/** What Discord said of a channel. `nsfw` is the channel's own flag, `parentNsfw` that of a thread's or post's parent. */
export interface SeenChannel {
	kind: 'guild-text' | 'thread' | 'dm' | 'unknown';
	nsfw?: boolean | undefined;
	parentNsfw?: boolean | undefined;
	guildAgeRestricted?: boolean | undefined;
	settingsChannelId?: string | undefined;
}

/**
 * Takes the facts of a channel. A thread counts as its parent, whatever flag it carries itself; a flag that did not come, and
 * a place of unknown kind, are `unknown`; a direct message has no age restriction to rely on.
 */
export function channelFacts({ kind, nsfw, parentNsfw, ...rest }: SeenChannel): ChannelFacts {
	switch (kind) {
		case 'guild-text':
			return { ageRestricted: nsfw ?? 'unknown', ...rest };
		case 'thread':
			return { ageRestricted: parentNsfw ?? 'unknown', ...rest };
		case 'dm':
			return { ageRestricted: false };
		case 'unknown':
			return { ageRestricted: 'unknown' };
	}
}
