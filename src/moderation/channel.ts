import type { Audience } from '../prompt/recipe.ts';

/** What the gate knows of the place where a picture will be shown. */
export interface ChannelFacts {
	ageRestricted: boolean | 'unknown';
}

/** What Discord said of a channel. `nsfw` is the channel's own flag, `parentNsfw` that of a thread's parent. */
export interface SeenChannel {
	kind: 'guild-text' | 'thread' | 'dm' | 'unknown';
	nsfw?: boolean | undefined;
	parentNsfw?: boolean | undefined;
}

/**
 * Takes the facts of a channel. A thread counts as its parent, whatever flag it carries itself; a flag that did not come, and
 * a place of unknown kind, are `unknown`; a direct message has no age restriction to rely on.
 */
export function channelFacts(seen: SeenChannel): ChannelFacts {
	switch (seen.kind) {
		case 'guild-text':
			return { ageRestricted: seen.nsfw ?? 'unknown' };
		case 'thread':
			return { ageRestricted: seen.parentNsfw ?? 'unknown' };
		case 'dm':
			return { ageRestricted: false };
		case 'unknown':
			return { ageRestricted: 'unknown' };
	}
}

/** Says for whom a recipe must be made there. Unknown counts as everyone. */
export function audienceOf(channel: ChannelFacts): Audience {
	return channel.ageRestricted === true ? 'age-restricted' : 'general';
}
