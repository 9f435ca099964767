import { isDeepStrictEqual } from 'node:util';
import { lockLane } from '../db/fair.ts';
import type { Generation } from '../db/generations.ts';
import { UserError } from '../errors.ts';
import { ceilings, judge, reasonFor } from '../moderation/gate.ts';
import { normalise } from '../moderation/normalise.ts';
import { lookUpPlace } from '../moderation/place.ts';
import { rephrase } from '../moderation/rephrase.ts';
import { applyRules, compileRules, type Rule, type RuleSet } from '../moderation/rules.ts';
import { suitFor } from '../prompt/recipe.ts';
import { type Finding, type Rejudged, rejudgeOpen } from '../queue/rejudge.ts';
import type { Services } from './context.ts';
import { memberFactsNow } from './member-now.ts';
import { objectionTo } from './parent.ts';

type Rejudging = Pick<Services, 'db' | 'jobs' | 'channelNow' | 'memberNow' | 'wakeOutbox' | 'thresholds'>;

/** Of what waits: everything was fitted to the place when it was asked for, and is again when the place changes. */
const fitted = 'The rules of this channel changed while this waited, and it was fitted to them.';

/**
 * Judges what waits or is painted in a guild by what holds there now: new rules do not wait for old wishes. A wish that would be
 * refused now ends. One that would be drawn otherwise is drawn so, as if it were asked for now: words replaced, the rating that the
 * channel allows asked for. One that moderators want to see first waits for them.
 *
 * @param rules what was changed of the server's rules
 */
export async function rejudge(
	services: Rejudging,
	guildId: string,
	rules: { before: readonly Rule[]; after: readonly Rule[] } = { before: [], after: [] },
): Promise<Rejudged> {
	// Those that were there have replaced their words already.
	const added = rules.after.filter(
		(rule) => rule.action === 'replace' && !rules.before.some((old) => isDeepStrictEqual(old, rule)),
	);
	const replacing = added.length > 0 ? compileRules(added) : undefined;
	// Wishes that are being accepted by what held before are there to be found after this.
	await services.db.transaction((tx) => lockLane(tx, guildId));
	const done = await rejudgeOpen(services, guildId, (it) => lookAt(services, guildId, it, replacing));
	if (done.ended > 0) services.wakeOutbox();
	return done;
}

/** Tells who changed something what became of the wishes that were open; `undefined` where nothing did. */
export function rejudgedText({ ended, held, changed }: Rejudged): string | undefined {
	const count = (n: number) => (n === 1 ? 'One wish was' : `${n} wishes were`);
	const parts = [
		...(ended > 0 ? [`${count(ended)} ended by this change. Their authors are told, and nothing is charged.`] : []),
		...(held > 0 ? [`${count(held)} taken out of the line and put before the moderators.`] : []),
		...(changed > 0 ? [`${count(changed)} fitted to it while they waited.`] : []),
	];
	return parts.length > 0 ? parts.join(' ') : undefined;
}

async function lookAt(
	services: Rejudging,
	guildId: string,
	generation: Generation,
	replacing: RuleSet | undefined,
): Promise<Finding> {
	const { channelId, seenAgeRestricted } = generation;
	const facts = await answered(services.channelNow(channelId, seenAgeRestricted));
	if (!facts) return undefined;
	const { channel, settings, ceiling, guild } = await lookUpPlace(services.db, guildId, facts);
	const member = await answered(memberFactsNow(services, { ...generation, guildId }, settings));
	if (!member) return undefined;

	const rephrased = replaced(generation, replacing);
	if ('end' in rephrased) return rephrased;
	const recipe = suitFor(rephrased.recipe, ceiling);
	const isHeld = generation.state === 'held';
	const isApproved = generation.approvedAt !== null || isHeld;
	const gate = { recipe, channel, settings, member };
	const verdict = judge({ ...gate, isApproved });
	if (!verdict.allow && verdict.rule === 'held' && generation.state === 'queued' && guild.logChannelId !== null) {
		const isElseFine = judge({ ...gate, isApproved: true }).allow;
		if (isElseFine) return { holdFor: verdict.match };
	}
	if (!verdict.allow) return { end: `The rules changed while this waited. ${reasonFor(verdict)} Nothing was charged.` };
	const { userId, ceiling: ceilingThen } = generation;
	const judging = { ceiling, thresholds: services.thresholds };
	const objection = await objectionTo(services.db, recipe, { guildId, userId }, judging);
	if (objection) return { end: `The rules changed while this waited. ${objection} Nothing was charged.` };
	// An upload that no painter has looked at yet would be judged by what held when it was sent.
	const isUpload = recipe.parent !== undefined && recipe.parent.imageId === undefined;
	const order: readonly (string | null)[] = ceilings;
	if (isUpload && order.indexOf(ceiling) < order.indexOf(ceilingThen))
		return { end: 'The rules changed while this waited. Please ask again. Nothing was charged.' };
	if (generation.state === 'running')
		return rephrased.note === undefined ? undefined : { end: `${replacedMeanwhile} Nothing was charged.` };
	if (isDeepStrictEqual(recipe, generation.recipe)) return undefined;
	return { recipe, request: rephrased.request, note: rephrased.note ?? fitted };
}

const replacedMeanwhile =
	'A newer rule of this server replaces words of your prompt, so this was stopped. Please ask again.';

/** What new rules that replace words make of a wish. */
function replaced(
	{ recipe, request }: Generation,
	rules: RuleSet | undefined,
): (Pick<Generation, 'recipe' | 'request'> & { note?: string | undefined }) | { end: string } {
	if (!rules) return { recipe, request };
	const asked = normalise(recipe.prompt);
	const { prompt } = applyRules(asked, rules);
	if (prompt === asked.source || prompt === '') return { recipe, request };
	try {
		const { request: said, note = fitted } = rephrase(request, rules);
		return { recipe: { ...recipe, prompt }, request: said, note };
	} catch (error) {
		if (error instanceof UserError) return { end: `The rules changed while this waited. ${error.message}` };
		throw error;
	}
}

/** What Discord answers; `undefined` when it does not: delivery asks once more. */
async function answered<T>(asked: Promise<T>): Promise<T | undefined> {
	return asked.catch(() => undefined);
}
