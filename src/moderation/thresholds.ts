import { z } from 'zod';

/**
 * From how much on a picture counts as what the tagger thinks it may be. Each is compared with the sum of its own rating's
 * probability and those above it: 0.2 explicit and 0.2 questionable are 0.4 for `questionable`. Above 0, at most 1.
 */
export interface RatingThresholds {
	explicit: number;
	questionable: number;
	sensitive: number;
}

/**
 * Stricter than taking the most probable rating, for no picture needs half of the tagger's belief to count as explicit. The demo's
 * tagger does not care: over 400 pictures of its model, 100 for each rating, no sum lay between 0.04 and 0.94, and all counted as what
 * was asked for. With published taggers they are not measured here.
 */
export const defaultThresholds: RatingThresholds = { explicit: 0.35, questionable: 0.35, sensitive: 0.5 };

const share = z.coerce.number().gt(0, 'takes numbers above 0 and up to 1').max(1, 'takes numbers above 0 and up to 1');
const shape = z.strictObject(
	{ explicit: share, questionable: share, sensitive: share },
	{ error: 'takes explicit=…, questionable=… and sensitive=…, separated by commas' },
);

/** Reads `explicit=0.35,questionable=0.35,sensitive=0.5`; what is left out is as usual. */
export const thresholdsSchema = z
	.string()
	.transform((text) => {
		const pairs = text.split(',').map((part) => part.split('=').map((side) => side.trim()));
		return pairs.every(({ length }) => length === 2) ? Object.fromEntries(pairs) : undefined;
	})
	.transform((given) => given && { ...defaultThresholds, ...given })
	.pipe(shape);
