/** The card's four bands, best first, each with the score that a picture of it is above. */
export const aestheticBands = [
	{ name: 'very aesthetic', above: 0.71 },
	{ name: 'aesthetic', above: 0.45 },
	{ name: 'displeasing', above: 0.27 },
	{ name: 'very displeasing', above: Number.NEGATIVE_INFINITY },
] as const;

export type AestheticBand = (typeof aestheticBands)[number]['name'];

/** Says which of the card's bands a score from 0 to 1 falls into. */
export function bandOf(score: number): AestheticBand {
	return aestheticBands.find(({ above }) => score > above)!.name;
}
