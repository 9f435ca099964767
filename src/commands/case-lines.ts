import type { Generation } from '../db/generations.ts';
import type { Sanction } from '../db/sanctions.ts';
import { shorten } from './alt-text.ts';
import type { CaseFile } from './case-file.ts';
import { escaped } from './escape.ts';

/** How long members' texts get, escaped: Discord takes 4,000 characters in a message, and the rest of a card fills half of them. */
export const longest = { prompt: 1000, negative: 350, reason: 150 };
/** What was asked for, and what is made of it. */
export function recipeLines({ generation, images, parent, descendants }: CaseFile): string[] {
	const { recipe, request } = generation;
	const facts = [
		`${recipe.width}×${recipe.height}`,
		recipe.upscaler === undefined ? `${recipe.steps} steps` : `enlarged by ${recipe.upscaler}`,
		recipe.sampler,
		`guidance ${guidanceIn(recipe)}`,
		`${recipe.seeds.length === 1 ? 'seed' : 'seeds'} ${recipe.seeds.join(', ')}`,
		...(descendants > 0 ? [`${descendants} made from it`] : []),
	];
	const negative = request.negative?.trim();
	return [
		`**${within(longest.prompt, request.prompt)}**`,
		...(negative ? [`Negative: ${within(longest.negative, negative)}`] : []),
		`-# ${facts.join(' · ')}`,
		...images.map((image) => `-# ${ratingLine(image, images.length > 1)}`),
		...(parent ? [`-# Made from ${parentLink(parent)}`] : []),
	];
}

/** `7`, or where only a part of the schedule is guided `7 (0–0.8)`. */
function guidanceIn({ guidanceScale, guidanceInterval }: Generation['recipe']): string {
	return guidanceInterval ? `${guidanceScale} (${guidanceInterval.join('–')})` : `${guidanceScale}`;
}

const ratingNames = ['general', 'sensitive', 'questionable', 'explicit'] as const;

/** Says how probable a rating is, if it is at all. */
function percent(name: string, share: number): string[] {
	const percents = Math.round(share * 100);
	return percents > 0 ? [`${name} ${percents} %`] : [];
}

function ratingLine({ ratings, position, shown }: CaseFile['images'][number], isOneOfMany: boolean): string {
	const which = isOneOfMany ? `Picture ${position + 1}: ` : 'Ratings: ';
	const seen = ratings ? ratingNames.flatMap((name) => percent(name, ratings[name])).join(', ') : 'not rated';
	return `${which}${seen}${shown === 'withheld' ? ' (was not posted)' : shown === 'spoiler' ? ' (posted under a spoiler)' : ''}`;
}

function parentLink({ generation, messageId }: NonNullable<CaseFile['parent']>): string {
	const by = `a picture by <@${generation.userId}>`;
	return messageId ? `[the parent](${linkTo(generation, messageId)}), ${by}` : `${by}, which is not posted any more`;
}

/** What is known of who asked. */
export function personLines({ generation, reportedBefore, sanctions }: CaseFile): string[] {
	const warnings = sanctions.filter(({ kind }) => kind === 'warning');
	const others = sanctions.filter(({ kind }) => kind !== 'warning');
	const count = (n: number, what: string) => `${n === 0 ? 'no' : n} ${what}${n === 1 ? '' : 's'}`;
	return [
		`<@${generation.userId}>: ${count(reportedBefore, 'other reported picture')}, ${count(warnings.length, 'warning')} in force`,
		...others.map((sanction) => `-# ${sanctionInWords(sanction)}`),
	];
}

/** Says a time-out or ban that is in force. */
function sanctionInWords({ kind, actorId, expiresAt }: Sanction): string {
	const end = expiresAt ? `until <t:${seconds(expiresAt)}:f>` : 'until it is undone';
	return `${kind === 'ban' ? 'Banned' : 'Timed out'} from the bot by <@${actorId}>, ${end}`;
}

/** Escapes a member's text and cuts it to a length, never within an escape. */
export function within(most: number, userText: string): string {
	let length = most;
	for (;;) {
		const shown = escaped(shorten(userText, length));
		if (shown.length <= most) return shown;
		length = Math.floor((length * most) / shown.length) - 1;
	}
}

/** A link to a message. */
export function linkTo({ guildId, channelId }: Pick<Generation, 'guildId' | 'channelId'>, messageId: string): string {
	return `https://discord.com/channels/${guildId ?? '@me'}/${channelId}/${messageId}`;
}

const seconds = (moment: Date) => Math.floor(moment.getTime() / 1000);
