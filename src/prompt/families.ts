/**
 * The four families of special tags that Animagine XL 3.1 was trained with, as its card lists them, strongest first. The key
 * is the value of an option and of a flag, `tags` is what the text encoders read, `label` is what a member chooses from.
 */
export const families = {
	quality: {
		masterpiece: { tags: ['masterpiece'], label: 'Masterpiece (above 95 %)' },
		best: { tags: ['best quality'], label: 'Best quality (above 85 %)' },
		great: { tags: ['great quality'], label: 'Great quality (above 75 %)' },
		good: { tags: ['good quality'], label: 'Good quality (above 50 %)' },
		normal: { tags: ['normal quality'], label: 'Normal quality (above 25 %)' },
		low: { tags: ['low quality'], label: 'Low quality (above 10 %)' },
		worst: { tags: ['worst quality'], label: 'Worst quality (up to 10 %)' },
	},
	rating: {
		safe: { tags: ['safe'], label: 'Safe' },
		sensitive: { tags: ['sensitive'], label: 'Sensitive' },
		nsfw: { tags: ['nsfw'], label: 'NSFW, questionable (age-restricted channels only)' },
		explicit: { tags: ['explicit', 'nsfw'], label: 'NSFW, explicit (age-restricted channels only)' },
	},
	year: {
		newest: { tags: ['newest'], label: 'Newest (2021 to 2024)' },
		recent: { tags: ['recent'], label: 'Recent (2018 to 2020)' },
		mid: { tags: ['mid'], label: 'Mid (2015 to 2017)' },
		early: { tags: ['early'], label: 'Early (2011 to 2014)' },
		oldest: { tags: ['oldest'], label: 'Oldest (2005 to 2010)' },
	},
	aesthetic: {
		'very-aesthetic': { tags: ['very aesthetic'], label: 'Very aesthetic' },
		aesthetic: { tags: ['aesthetic'], label: 'Aesthetic' },
		displeasing: { tags: ['displeasing'], label: 'Displeasing' },
		'very-displeasing': { tags: ['very displeasing'], label: 'Very displeasing' },
	},
} as const satisfies Record<string, Record<string, Choice>>;

export type Family = keyof typeof families;
/** From what everyone may see upwards. */
export type Rating = FamilyValue<'rating'>;
export type FamilyValue<F extends Family> = Extract<keyof (typeof families)[F], string>;

/** Lists the values of a family, in the card's order. */
export function familyValues<F extends Family>(family: F): [FamilyValue<F>, ...FamilyValue<F>[]] {
	return Object.keys(families[family]) as [FamilyValue<F>, ...FamilyValue<F>[]];
}

/** Takes the tags that stand for a value: `rating`, `explicit` gives `explicit` and `nsfw`. */
export function valueTags<F extends Family>(family: F, value: FamilyValue<F>): readonly string[] {
	return (families[family] as Record<string, Choice>)[value]!.tags;
}

/** Lists every tag of a family once, in the card's order. */
export function familyTags(family: Family): string[] {
	return [...new Set(Object.values<Choice>(families[family]).flatMap((choice) => choice.tags))];
}

/** Lists a family as choices of an option: label and value. */
export function familyChoices(family: Family): { name: string; value: string }[] {
	return Object.entries<Choice>(families[family]).map(([value, { label }]) => ({ name: label, value }));
}

interface Choice {
	readonly tags: readonly string[];
	readonly label: string;
}
