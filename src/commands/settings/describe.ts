import { isDeepStrictEqual } from 'node:util';
import { type ChannelFacts, ceilingOf } from '../../moderation/gate.ts';
import { type Difference, type Leaf, leavesOf } from '../../moderation/patch.ts';
import type { Place } from '../../moderation/place.ts';
import type { Rule } from '../../moderation/rules.ts';
import type { Limit } from '../../moderation/settings.ts';
import { presets } from '../../prompt/presets.ts';
import { defaultStyle, type StyleName, styleNamed } from '../../prompt/styles.ts';
import { shorten } from '../alt-text.ts';
import { escaped } from '../escape.ts';

/** Shows text as code, of which nothing is read as markup. */
export function asCode(text: string): string {
	return `\`${text.replace(/[`\s]+/g, ' ')}\``;
}

/** Lengths of what is told, so that a panel stays below Discord's 4000 characters for all texts of a message. */
const longestWords = 120;
const longestPhrases = 50;
const longestRules = 250;
const longestRoles = 130;

/** Joins as many parts as there is room for, the first in any case, and says how many more there are. */
export function listed(parts: readonly string[], between: string, longest: number): string {
	let told = parts[0] ?? '';
	let count = 1;
	for (const part of parts.slice(1)) {
		if (told.length + between.length + part.length > longest) break;
		told += between + part;
		count++;
	}
	return parts.length > count ? `${told} and ${parts.length - count} more` : told;
}

/** Names of values, as selects offer them and messages tell them. */
export const names = {
	draws: { true: 'yes', false: 'no' },
	ceiling: {
		discord: 'as high as Discord allows',
		safe: 'safe',
		sensitive: 'sensitive',
		nsfw: 'nsfw',
		explicit: 'explicit',
	},
	spoiler: { never: 'no picture', borderline: 'pictures near the limit', always: 'every picture' },
	buttons: { everyone: 'everyone', author: 'only the author and moderators' },
	language: { auto: 'as Discord has it for this server', en: 'English', ja: '日本語', de: 'Deutsch' },
} as const;

export const limitNames = {
	atOnce: 'wishes waiting at once',
	perDay: 'pictures in 24 hours',
	cooldown: 'seconds between two wishes',
	days: 'days in the server',
} as const;

const labels: Record<string, string> = {
	draws: 'Drawing',
	ceiling: 'Highest rating',
	spoiler: 'Covered as spoilers',
	adultGuild: 'The age restriction of the whole server counts for every channel',
	artists: 'Who may draw',
	unlimited: 'Who has no limits',
	'defaults.preset': 'Preset',
	'defaults.model': 'Model',
	'defaults.style': 'Style',
	'defaults.aspect': 'Shape',
	'defaults.negative': 'Negative for all',
	buttons: 'Who may press buttons',
	language: 'Language',
	retentionDays: 'Kept',
	logChannelId: 'Reports go to',
	strikeDays: 'Days until a warning no longer counts',
};

/**
 * Tells a change in plain words, a line for each value: what it is about, before → after.
 *
 * @param channelId of a channel's own settings; `null` for those of the whole server
 */
export function changeLines(change: Difference, channelId: string | null): string[] {
	const where = channelId === null ? '' : `<#${channelId}>: `;
	return leavesOf(change).flatMap((leaf) =>
		leaf.path[0] === 'rules' ? ruleLines(leaf) : [`**${where}${labelOf(leaf.path)}:** ${told(leaf, channelId)}`],
	);
}

function told({ path, before, after }: Leaf, channelId: string | null): string {
	return `${valueText(path, before, channelId)} → ${valueText(path, after, channelId)}`;
}

function labelOf(path: string[]): string {
	const [key, whose, role] = path;
	const last = path.at(-1)!;
	if (key === 'wildcards') return `Wildcard ${asCode(`__${last}__`)}`;
	if (key !== 'limits') return labels[path.join('.')] ?? path.join('.');
	const who = whose === 'members' ? 'All members' : whose === 'newcomers' ? 'Newcomers' : `<@&${role}>`;
	return `${who}, ${limitNames[last as keyof Limit] ?? last}`;
}

function valueText(path: string[], value: unknown, channelId: string | null): string {
	const key = path[0]!;
	if (key === 'limits') return value === null ? 'no limit' : String(value);
	if (key === 'artists' || key === 'unlimited') return rolesText(value as string[], key);
	if (key === 'retentionDays') return retentionText(value as number | null);
	if (key === 'logChannelId') return value === null ? 'nowhere' : `<#${value}>`;
	if (key === 'adultGuild') return value ? 'yes' : 'no';
	if (key === 'wildcards') return value === null ? 'none' : `${(value as string[]).length} entries`;
	if (path[1] === 'preset') return presetText(value as keyof typeof presets | null);
	if (path[1] === 'style') return styleNamed((value as StyleName | null) ?? defaultStyle).label;
	if (path[1] === 'model' && value === null) return 'the operator’s choice';
	if (value === null) return channelId !== null ? 'as the server' : key === 'defaults' ? 'none' : 'as at first';
	if (key === 'ceiling' && value !== 'discord') return asCode(String(value));
	const named = (names as Record<string, Record<string, string>>)[key];
	return named?.[String(value)] ?? asCode(shorten(String(value), 120));
}

export function presetText(preset: keyof typeof presets | null | undefined): string {
	return presets[preset ?? 'card'].label;
}

/** Names the roles for whom something holds. */
export function rolesText(roles: readonly string[], what: 'artists' | 'unlimited'): string {
	if (roles.length === 0) return what === 'artists' ? 'everybody' : 'nobody';
	return listed(
		roles.map((id) => `<@&${id}>`),
		', ',
		longestRoles,
	);
}

export function retentionText(days: number | null): string {
	return days === null ? 'until somebody deletes them' : `${days} ${days === 1 ? 'day' : 'days'}`;
}

/** Tells a limit: `2 pictures in 24 hours, 30 seconds between two wishes`; `undefined` when it limits nothing. */
export function limitText({ atOnce, perDay, cooldown }: Limit): string | undefined {
	const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
	const parts = [
		perDay === undefined ? [] : [count(perDay, 'picture in 24 hours', limitNames.perDay)],
		atOnce === undefined ? [] : [count(atOnce, 'wish waiting at once', limitNames.atOnce)],
		cooldown === undefined ? [] : [count(cooldown, 'second between two wishes', limitNames.cooldown)],
	].flat();
	return parts.length > 0 ? parts.join(', ') : undefined;
}

function ruleLines({ before, after }: Leaf): string[] {
	const [old, now] = [(before ?? []) as Rule[], (after ?? []) as Rule[]];
	const without = (rules: Rule[], others: Rule[]) =>
		rules.filter((rule) => !others.some((other) => isDeepStrictEqual(rule, other)));
	const told = (rules: Rule[], word: string) => {
		if (rules.length === 0) return [];
		// Words that were typed in one form are told together.
		const alike = Map.groupBy(rules, ({ text: _, ...rest }) => JSON.stringify(rest));
		return [`**Words ${word}:** ${listed([...alike.values()].map(rulesTogether), ' · ', longestRules)}`];
	};
	const lines = [...told(without(old, now), 'taken out'), ...told(without(now, old), 'added')];
	return lines.length > 0 ? lines : ['**Words:** put in another order'];
}

const matchNames = { words: '', tag: 'the tag ', pattern: 'the pattern ' } as const;

/** Tells a rule in a line. */
export function ruleText(rule: Rule): string {
	return rulesTogether([rule]);
}

/** Tells rules that differ in nothing but their text. */
function rulesTogether(rules: readonly Rule[]): string {
	const { action, match, replacement = '', except = [], advice } = rules[0]!;
	const texts = rules.map(({ text }) => asCode(shorten(text, 60)));
	const what = `${matchNames[match]}${listed(texts, ', ', longestWords)}`;
	const done = {
		block: `block ${what}`,
		hold: `ask a moderator before ${what}`,
		replace: replacement === '' ? `leave out ${what}` : `draw ${asCode(shorten(replacement, 40))} for ${what}`,
	}[action];
	const phrases = except.map((phrase) => asCode(shorten(phrase, 40)));
	const but = except.length > 0 ? `, except in ${listed(phrases, ', ', longestPhrases)}` : '';
	return `${done}${but}${advice ? ` (“${escaped(shorten(advice, 50))}”)` : ''}`;
}

/** Says what may be drawn in a place, and why. */
export function placeText({ channel, settings, spoiler, ceiling }: Place): string {
	if (settings.draws === false) return 'Nothing is drawn here.';
	const covered = {
		never: 'None is covered.',
		borderline: 'Those near that limit are covered as spoilers.',
		always: 'Each is covered as a spoiler.',
	}[spoiler];
	return `Pictures up to ${asCode(ceiling)}: ${whyText(channel, settings.ceiling !== undefined, ceiling)} ${covered}`;
}

function whyText(channel: ChannelFacts, isChosen: boolean, ceiling: string): string {
	const most = ceilingOf(channel);
	if (isChosen && most !== ceiling) return `more is not wanted here, though Discord would allow ${asCode(most)}.`;
	if (channel.ageRestricted === 'unknown') return 'it is not known whether Discord restricts this channel by age.';
	if (channel.ageRestricted) return 'Discord restricts this channel by age.';
	return 'NSFW needs a channel that Discord restricts by age, and this is none.';
}
