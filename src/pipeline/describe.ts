import { UserError } from '../errors.ts';
import { readIncomingPicture } from '../images/incoming.ts';
import type { DescribedPicture, FromPainter } from './protocol.ts';
import type { Critics } from './rating.ts';
import { youthTagsIn } from './youth-tags.ts';

/** As the published taggers' own tools show tags: a name has to be surer than what is merely to be seen. */
const shownFrom = { general: 0.35, character: 0.75 };

/** Looks at a file that a member sent. Never rejects: what is wrong with it is part of the answer, and our own failures are said here. */
export async function describePicture(
	{ tagger, scorer }: Critics,
	{ id, image }: { id: string; image: Uint8Array },
): Promise<Extract<FromPainter, { type: 'described' }>> {
	try {
		const picture = await readIncomingPicture(image);
		const { width, height } = picture;
		const { ratings, tags } = await tagger.look(picture);
		const aesthetic = (await scorer?.score(picture))?.score;
		const seen: DescribedPicture = {
			width,
			height,
			ratings,
			youthTags: youthTagsIn(tags),
			tags: tags
				.filter(({ category, probability }) => probability >= shownFrom[category])
				.map(({ name, category }) => ({ name, category })),
			...(aesthetic !== undefined && { aesthetic }),
		};
		return { type: 'described', id, seen };
	} catch (error) {
		if (error instanceof UserError)
			return { type: 'described', id, refusal: { code: error.code, message: error.message } };
		console.error(`A member’s picture could not be looked at: ${error instanceof Error ? error.message : error}`);
		return { type: 'described', id };
	}
}
