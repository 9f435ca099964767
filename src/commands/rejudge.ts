import { isDeepStrictEqual } from 'node:util';
import type { Generation } from '../db/generations.ts';
import { judge, reasonFor } from '../moderation/gate.ts';
import { lookUpMember, type SeenMember } from '../moderation/member.ts';
import { normalise } from '../moderation/normalise.ts';
import { lookUpPlace } from '../moderation/place.ts';
import { applyRules, compileRules, type Rule, type RuleSet } from '../moderation/rules.ts';
import { rejudgeQueued } from '../queue/rejudge.ts';
import type { Services } from './context.ts';

type Rejudging = Pick<Services, 'db' | 'jobs' | 'channelNow' | 'memberNow' | 'wakeOutbox'>;

/**
 * Judges what waits in a guild by what holds there now: new rules do not wait for old wishes.
 *
 * @param rules what was changed of the server's rules
 * @returns how many wishes were ended
 */
export async function rejudge(
	services: Rejudging,
	guildId: string,
	rules: { before: readonly Rule[]; after: readonly Rule[] } = { before: [], after: [] },
): Promise<number> {
	// Those that were there have replaced their words already.
	const added = rules.after.filter(
		(rule) => rule.action === 'replace' && !rules.before.some((old) => isDeepStrictEqual(old, rule)),
	);
	const replacing = added.length > 0 ? compileRules(added) : undefined;
	const ended = await rejudgeQueued(services, guildId, (it) => objectionTo(services, guildId, it, replacing));
	if (ended > 0) services.wakeOutbox();
	return ended;
}

async function objectionTo(
	services: Rejudging,
	guildId: string,
	generation: Generation,
	replacing: RuleSet | undefined,
): Promise<string | undefined> {
	const { channelId, seenAgeRestricted, userId } = generation;
	const facts = await answered(services.channelNow(channelId, seenAgeRestricted));
	if (!facts) return undefined;
	const { channel, settings } = await lookUpPlace(services.db, guildId, facts);
	// Who left has no role any more. Discord is asked only where roles matter.
	const nobody: SeenMember = { userId, roleIds: [], isModerator: false, joinedAt: null };
	const isForSome = (settings.artists ?? []).length > 0;
	const seen = isForSome ? await answered(services.memberNow(guildId, userId).then((it) => it ?? nobody)) : nobody;
	if (!seen) return undefined;
	const member = await lookUpMember(services.db, guildId, seen);
	const verdict = judge({ recipe: generation.recipe, channel, settings, member });
	if (!verdict.allow) return `The rules changed while this waited. ${reasonFor(verdict)} Nothing was charged.`;
	const asked = normalise(generation.recipe.prompt);
	if (replacing && applyRules(asked, replacing).prompt !== asked.source)
		return 'The rules changed while this waited, so please ask again. Nothing was charged.';
	return undefined;
}

/** What Discord answers; `undefined` when it does not: delivery asks once more. */
async function answered<T>(asked: Promise<T>): Promise<T | undefined> {
	return asked.catch(() => undefined);
}
