import type { Ratings } from '../pipeline/protocol.ts';
import type { Ceiling } from './ceiling.ts';
import { floor } from './floor.ts';
import { contextsOf } from './lists.ts';
import { normalise } from './normalise.ts';
import { judgePicture, youngestIn, youthIn } from './picture.ts';
import type { RatingThresholds } from './thresholds.ts';

/** A picture from which another one is to be made, and what is asked for. */
export interface ParentInput {
	/** What the tagger saw in it; `null` where it could not look. */
	ratings: Ratings | null | undefined;
	youthTags: Record<string, number>;
	/** What was asked for when it was drawn; absent for what a member sent. */
	drawnAs?: string;
	/** What is asked for now. */
	prompt: string;
	/** Of the channel in which the new picture would be shown. */
	ceiling: Ceiling;
	thresholds: RatingThresholds;
}

/**
 * Says why no picture may be made from another one, if none may: it is above the channel's ceiling, or below the floor together with
 * what is asked for now. The tagger's words, and those that it was drawn by, count as if they were asked for. Fails closed: what was
 * not looked at is not used.
 *
 * @returns two sentences for the member
 */
export function objectionToParent(input: ParentInput): string | undefined {
	const { ratings, youthTags, drawnAs, prompt, ceiling, thresholds } = input;
	const isUpload = drawnAs === undefined;
	const it = isUpload ? 'The picture that you sent' : 'That picture';
	const youthAsked = youthIn(prompt) ?? (isUpload ? undefined : youthIn(drawnAs));
	const verdict = judgePicture({ ratings, youthTags, youthAsked, ceiling, spoiler: 'never', thresholds });
	if (verdict.show === 'withheld' && verdict.rule === 'unrated')
		return `${it} could not be checked, so nothing is made from it. Please try again later.`;
	if (verdict.show === 'withheld' && verdict.rule === 'picture')
		return `${it} is \`${verdict.rating}\`, and this channel allows \`${ceiling}\` at most. ${isUpload ? 'Send another one' : 'Choose another one'}, or ask in a channel that allows more.`;
	const young = youngestIn(youthTags);
	const together = [young, drawnAs === prompt ? undefined : drawnAs, prompt].filter((words) => words !== undefined);
	const normal = normalise(together.join(', '));
	const isBelow = verdict.show === 'withheld' || floor(normal, contextsOf(normal))?.rule === 'minors';
	if (isBelow)
		return `${it} and what you ask for make sexual content with a minor. No setting allows that, drawn or not.`;
	return undefined;
}
