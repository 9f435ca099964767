import { UserError } from '../errors.ts';
import { isDrawable } from '../prompt/text.ts';
import type { Recipe } from '../recipe.ts';
import { type Ceiling, type CeilingSetting, ceilingOf, wordAbove } from './ceiling.ts';
import type { ChannelFacts } from './channel.ts';
import { type FloorHit, floor, type ProtectedNames } from './floor.ts';
import { contextsOf } from './lists.ts';
import { normalise } from './normalise.ts';
import { applyRules, type RuleOutcome, type RuleSet } from './rules.ts';

export {
	type Ceiling,
	type CeilingSetting,
	ceilingOf,
	ceilings,
	lowerOf,
} from './ceiling.ts';
export { type ChannelFacts, channelFacts, type SeenChannel } from './channel.ts';

/** What is judged: a whole recipe, a child's too, and where its pictures would be shown. */
export interface GateInput {
	recipe: Recipe;
	channel: ChannelFacts;
	/** What the server's moderators chose for this place. */
	settings?: GateSettings | undefined;
	/** Who asks; absent where it does not matter any more. */
	member?: MemberFacts | undefined;
	/** A moderator looked at the wish and let it pass: no rule of the server holds it again. All else is asked as ever. */
	isApproved?: boolean | undefined;
}

/** What is known of who asks in a server. */
export interface MemberFacts {
	roleIds: readonly string[];
	/** When they joined the server; `null` when Discord did not say. */
	joinedAt: Date | null;
	/** Moderators draw whatever roles are asked for. */
	isModerator: boolean;
	/** The time-out or ban that holds now; `until` is `null` for one that holds until it is lifted. */
	sanction?: { kind: 'timeout' | 'ban'; until: Date | null } | undefined;
}

export interface GateSettings {
	/** Absent: as much as Discord's flag allows. */
	ceiling?: CeilingSetting | undefined;
	rules?: RuleSet | undefined;
	/** `false`: the bot does not draw in this channel. */
	draws?: boolean | undefined;
	/** Roles that may draw; none: everybody. */
	artists?: readonly string[] | undefined;
	/** Real people whom the operator protects: no choice of a server's. */
	names?: ProtectedNames | undefined;
}

/**
 * `minors` and `real-people` are the floor; `sanction`, `place` and `role` say that this member, or anybody, may not draw here;
 * `rule` and `held` are the server's own rules (`held`: a moderator may still let it pass); `rating` is Discord's flag, `ceiling`
 * the channel's setting.
 */
export type RuleName =
	| 'minors'
	| 'real-people'
	| 'sanction'
	| 'place'
	| 'role'
	| 'rule'
	| 'held'
	| 'rating'
	| 'ceiling';

export interface Refusal {
	allow: false;
	rule: RuleName;
	/** The word that the rule met, as the rule spells it; of a pattern, what it met. */
	match: string;
	/** What would be allowed: a sentence. */
	advice: string;
}

/** `recipe` is there if the server's rules replaced words: draw that one. */
export type Verdict = { allow: true; recipe?: Recipe } | Refusal;

/**
 * Judges whether a recipe may be drawn for a channel. The only gate: slash command, button, modal, delivery, every door asks
 * here, each time anew, because a channel may have changed since the last time. It is pure and looks at nothing but its input.
 *
 * The floor comes first, so that no setting is asked before it; then whether this member may draw here at all; then the server's
 * rules; then the floor again, if they replaced words; then the ceiling, of what would be drawn.
 */
export function judge({ recipe, channel, settings = {}, member, isApproved }: GateInput): Verdict {
	const { names } = settings;
	const asked = normalise(recipe.prompt);
	const askedContexts = contextsOf(asked);
	const sunk = floor(asked, askedContexts, names);
	if (sunk) return belowFloor(sunk);
	const shut = shutOut(settings, member);
	if (shut) return shut;

	const ruled: RuleOutcome = settings.rules
		? applyRules(asked, settings.rules, { isApproved })
		: { prompt: asked.source };
	if (ruled.stop) return stopped(ruled.stop);
	const isReplaced = ruled.prompt !== asked.source;
	if (isReplaced && !isDrawable(ruled.prompt))
		return { allow: false, rule: 'rule', match: '', advice: 'Nothing is left to draw: ask for something else.' };
	const drawn = isReplaced ? normalise(ruled.prompt) : asked;
	const contexts = isReplaced ? contextsOf(drawn) : askedContexts;
	const sunkNow = isReplaced ? floor(drawn, contexts, names) : undefined;
	if (sunkNow) return belowFloor(sunkNow);

	const ceiling = ceilingOf(channel, settings.ceiling);
	const match = wordAbove(drawn, contexts, ceiling);
	if (match !== undefined) return tooHigh(match, ceiling, channel);
	return isReplaced ? { allow: true, recipe: { ...recipe, prompt: ruled.prompt } } : { allow: true };
}

/** Says a refusal to the member: which rule, which word, what would be allowed. */
export function reasonFor({ rule, match, advice }: Refusal): string {
	return `${ruleSentences[rule](match)} ${advice}`;
}

/**
 * Lets a recipe through, or refuses it in the member's words.
 *
 * @returns the recipe to draw: the server's rules may have replaced words
 * @throws UserError `gate-<rule>`
 */
export function admit(input: GateInput): Recipe {
	const verdict = judge(input);
	if (!verdict.allow) throw refused(verdict);
	return verdict.recipe ?? input.recipe;
}

/** A recipe that may be drawn: at once, or where a rule of the server says so, when a moderator has looked at it. */
export interface Admitted {
	recipe: Recipe;
	/** Why a moderator is asked first. */
	held?: Refusal;
}

/**
 * Lets a recipe through as `admit` does, and also one that nothing but a rule holds which asks a moderator first: everything else
 * of the gate has to allow it before anybody is asked.
 *
 * @throws UserError `gate-<rule>`
 */
export function admitOrHold(input: GateInput): Admitted {
	const verdict = judge(input);
	if (verdict.allow || verdict.rule !== 'held') return { recipe: admit(input) };
	return { recipe: admit({ ...input, isApproved: true }), held: verdict };
}

/**
 * Lets a member use what looks at pictures and draws none, where they might draw.
 *
 * @throws UserError `gate-<rule>`
 */
export function admitMember({ settings = {}, member }: Pick<GateInput, 'settings' | 'member'>): void {
	const shut = shutOut(settings, member);
	if (shut) throw refused(shut);
}

function refused(refusal: Refusal): UserError {
	return new UserError(`gate-${refusal.rule}`, reasonFor(refusal));
}

/** Answers why somebody may not draw here, whatever it is. */
function shutOut({ draws, artists = [] }: GateSettings, member?: MemberFacts): Refusal | undefined {
	const no = (rule: RuleName, match: string, advice: string): Refusal => ({ allow: false, rule, match, advice });
	if (member?.sanction) {
		const { kind, until } = member.sanction;
		const end = until ? `It ends <t:${Math.ceil(until.getTime() / 1000)}:R>.` : 'It holds until they lift it.';
		return no(
			'sanction',
			kind === 'ban' ? 'ban' : 'time-out',
			`${end} Ask a moderator if you think that it is a mistake.`,
		);
	}
	if (draws === false) return no('place', '', 'Ask in another channel; moderators choose them with `/settings`.');
	if (!member || member.isModerator || artists.length === 0) return undefined;
	if (member.roleIds.some((id) => artists.includes(id))) return undefined;
	return no('role', artists.map((id) => `<@&${id}>`).join(', '), 'Ask a moderator for one of them.');
}

const ruleSentences: Record<RuleName, (match: string) => string> = {
	minors: (match) => `\`${match}\` asks for sexual content with a minor. No setting allows that, drawn or not.`,
	'real-people': (match) => `\`${match}\` asks for a sexual picture of a real person. No setting allows that.`,
	sanction: (match) => `The moderators of this server gave you a ${match} from drawing.`,
	place: () => 'Nothing is drawn in this channel.',
	role: (match) => `Here only members with certain roles draw: ${match}.`,
	rule: (match) =>
		match === '' ? 'This server’s rules take out every word.' : `This server’s rules block \`${match}\`.`,
	held: (match) => `This server’s moderators look at \`${match}\` before it is drawn.`,
	rating: (match) => `The rating \`${match}\` is for age-restricted channels only, and this is not known to be one.`,
	ceiling: (match) => `\`${match}\` is more than this channel allows.`,
};

function belowFloor(hit: FloorHit): Refusal {
	const isAlone = !hit.match.includes(' + ');
	const advice = isAlone
		? 'Take that word out.'
		: hit.rule === 'minors'
			? 'Take the sexual words out, or ask for adults only.'
			: 'Take the sexual words out, or ask for an invented character.';
	return { allow: false, ...hit, advice };
}

function stopped({ rule, match }: NonNullable<RuleOutcome['stop']>): Refusal {
	const isHeld = rule.action === 'hold';
	const advice = rule.advice ?? (isHeld ? 'Ask a moderator, or take it out.' : 'Take it out, or say it otherwise.');
	// A pattern may meet anything, and the word goes into a message as code; half a character is none.
	const shown = match
		.replace(/[`\s]+/g, ' ')
		.slice(0, 60)
		.replace(/[\uD800-\uDBFF]$/, '');
	return { allow: false, rule: isHeld ? 'held' : 'rule', match: shown, advice };
}

/** A word above the ceiling is Discord's matter if its flag alone would refuse it, and the channel's otherwise. */
function tooHigh(match: string, ceiling: Ceiling, channel: ChannelFacts): Refusal {
	if (match === 'sensitive' || channel.ageRestricted === true) {
		const advice = `Take that word out${ceiling === 'safe' ? ' and choose the rating `safe`' : `, or choose a rating up to \`${ceiling}\``}, or ask in another channel.`;
		return { allow: false, rule: 'ceiling', match, advice };
	}
	const ratings = ceiling === 'safe' ? 'the rating `safe`' : 'the rating `safe` or `sensitive`';
	return {
		allow: false,
		rule: 'rating',
		match,
		advice: `Take that word out, choose ${ratings}, or ask in an age-restricted channel.`,
	};
}
