import { agePhrases } from './ages.ts';
import peopleData from './data/people.json' with { type: 'json' };
import sexualData from './data/sexual.json' with { type: 'json' };
import youthData from './data/youth.json' with { type: 'json' };
import { compileLexicon, type Entry, type Term } from './lexicon.ts';
import type { Normal } from './normalise.ts';
import { findTerms, type Hit } from './terms.ts';

/**
 * What a youth term says. `critical`: a sexualised minor by itself. `plain`: a minor. `implied`: probably one, if the picture
 * is outspokenly sexual. `age`: a minor's age, which counts only where tricks hide it. `hint`: nothing alone; two different ones are as much as `implied`.
 */
export type YouthStrength = 'critical' | 'plain' | 'age' | 'implied' | 'hint';
/** From weak to strong. The upper two are ratings, and above what a lower ceiling allows. */
export type SexualStrength = 'suggestive' | 'nsfw' | 'explicit';
/** `plain`: a real person is meant. `implied`: only if the picture is outspokenly sexual. */
export type PersonStrength = 'plain' | 'implied';

export type ListName = 'youth' | 'sexual' | 'people';

/** The entries as the data files hold them: each group of terms with its reason. */
export const lists = {
	youth: youthData as Entry<YouthStrength>[],
	sexual: sexualData as Entry<SexualStrength>[],
	people: peopleData as Entry<PersonStrength>[],
};

/** All three in one, so that a text is searched once: a term's strength carries its list. */
const lexicon = compileLexicon([
	...(['youth', 'sexual', 'people'] as const).flatMap((list) =>
		lists[list].map((entry) => ({ ...entry, strength: `${list} ${entry.strength}` })),
	),
	{ strength: 'youth age', terms: agePhrases, reason: 'An age below 18.' },
]);

/** What a text holds of each list, in the order of the text. */
export interface Contexts {
	youth: Hit<YouthStrength>[];
	sexual: Hit<SexualStrength>[];
	people: Hit<PersonStrength>[];
}

/** Finds what a text holds of the lists. */
export function contextsOf(text: Normal): Contexts {
	const contexts: Record<ListName, Hit[]> = { youth: [], sexual: [], people: [] };
	for (const hit of findTerms(text, lexicon)) {
		const { list, term } = ownOf(hit.term);
		// `no winter clothes` is not nude: what another word stands in counts only where the rest of the prompt is outspoken.
		if (list === 'sexual' && hit.certainty === 'spread') continue;
		contexts[list].push({ ...hit, term });
	}
	return contexts as Contexts;
}

/** The terms as their own lists have them. */
const own = new Map<Term, { list: ListName; term: Term }>();

function ownOf(term: Term): { list: ListName; term: Term } {
	let found = own.get(term);
	if (found === undefined) {
		const [list, strength] = term.strength.split(' ') as [ListName, string];
		found = { list, term: { ...term, strength } };
		own.set(term, found);
	}
	return found;
}
