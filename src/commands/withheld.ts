import type { Image } from '../db/images.ts';
import { type Refusal, reasonFor } from '../moderation/gate.ts';
import { judgePicture, type PictureVerdict, pictureReason, youthIn } from '../moderation/picture.ts';
import type { Place } from '../moderation/place.ts';
import type { RatingThresholds } from '../moderation/thresholds.ts';
import type { Recipe } from '../recipe.ts';

/** A stored picture, and whether it may be shown in one place at this moment. */
export interface JudgedImage {
	image: Image;
	verdict: PictureVerdict;
}

/** Judges stored pictures for a place: at delivery, and wherever they would be shown again. */
export function judgeImages(
	images: readonly Image[],
	recipe: Recipe,
	place: Pick<Place, 'ceiling' | 'spoiler'>,
	thresholds: RatingThresholds,
): JudgedImage[] {
	const { ceiling, spoiler } = place;
	const youthAsked = youthIn(recipe.prompt);
	return images.map((image) => {
		const { ratings, youthTags } = image;
		return { image, verdict: judgePicture({ ratings, youthTags, youthAsked, ceiling, spoiler, thresholds }) };
	});
}

/** Says to the author which pictures are not shown, why, and what would be; `undefined` when all of them are. */
export function pictureNote(
	judged: readonly JudgedImage[],
	{ ceiling, channel }: Pick<Place, 'ceiling' | 'channel'>,
): string | undefined {
	const withheld = judged.flatMap(({ image, verdict }) => (verdict.show === 'withheld' ? [{ image, verdict }] : []));
	if (withheld.length === 0) return undefined;
	const isAlone = judged.length === 1;
	const lines = withheld.map(({ image, verdict }) => {
		const reason = `${pictureReason(verdict, ceiling)}${seenIn(image)}`;
		return isAlone ? reason : `- Picture ${image.position + 1}: ${reason}`;
	});
	const rules = new Set(withheld.map(({ verdict }) => verdict.rule));
	const elsewhere = channel.ageRestricted === true ? 'a channel that allows more' : 'an age-restricted channel';
	const advice = [
		...(rules.has('picture')
			? [`The model draws such things unasked at times: try again with 🔄, ask for \`safe\`, or go to ${elsewhere}.`]
			: []),
		...(rules.has('unrated') ? ['Please try again later.'] : []),
	];
	const are = withheld.length === 1 ? 'is' : 'are';
	const which = isAlone ? 'Your picture' : `${withheld.length} of your ${judged.length} pictures`;
	return [`${which} ${are} not shown in this channel, and not charged.`, ...lines, ...advice].join('\n');
}

function seenIn({ ratings }: Image): string {
	if (!ratings) return '';
	const percent = (p: number) => `${Math.round(p * 100)} %`;
	const { sensitive, questionable, explicit } = ratings;
	return ` (seen: sensitive ${percent(sensitive)}, questionable ${percent(questionable)}, explicit ${percent(explicit)})`;
}

/** Says to the author that the gate, asked again at delivery, refused. */
export function refusalNote(refusal: Refusal): string {
	const isAboutThem = refusal.rule === 'sanction' || refusal.rule === 'role';
	const why = isAboutThem ? '.' : ': the rules changed meanwhile.';
	return `Your pictures are not shown, and not charged${why} ${reasonFor(refusal)}`;
}

/** Says the same where a newer rule of the server would now replace words. */
export const replacedNote =
	'Your pictures are not shown, and not charged: a newer rule of this server replaces words of your prompt. Please ask again.';
