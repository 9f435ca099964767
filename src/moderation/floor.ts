import { numberAt } from './ages.ts';
import { compileLexicon, type Lexicon, type Term } from './lexicon.ts';
import type { Contexts, PersonStrength, SexualStrength, YouthStrength } from './lists.ts';
import type { Normal } from './normalise.ts';
import type { Certainty } from './readings.ts';
import { findTerms, type Hit } from './terms.ts';

/** What the floor found: the rule, and the words that met. */
export interface FloorHit {
	rule: 'minors' | 'real-people';
	/** The words as the lists spell them, joined by ` + ` where two met. */
	match: string;
}

/** Names of real people whom an operator wants protected, compiled once. */
export type ProtectedNames = Lexicon<PersonStrength>;

/**
 * Compiles an operator's list of names. The repository holds none: it would be a list of whom to look for.
 *
 * @param names as people write them; several spellings are several names
 */
export function protectNames(names: readonly string[]): ProtectedNames {
	return compileLexicon([{ strength: 'plain', terms: names, reason: 'Named by the operator.' }]);
}

/**
 * Judges a prompt by what no setting opens: sexual content with minors, drawn or not, and sexual pictures of real people.
 * Both are two contexts that meet anywhere in the prompt, since tags have no grammar; few terms are refused alone. The rating
 * that was asked for is part of the prompt, so it counts. Negatives are not looked at: they ask for less.
 */
export function floor(prompt: Normal, contexts: Contexts, names?: ProtectedNames): FloorHit | undefined {
	return minors(prompt, contexts) ?? realPeople(prompt, contexts, names);
}

function minors(prompt: Normal, { youth: hits, sexual }: Contexts): FloorHit | undefined {
	// Pieces with blanks between may have met by chance (`lol i`): alone they are not enough.
	const critical = hits.find(
		({ term, certainty }) => term.strength === 'critical' && (isSure(certainty) || certainty === 'spread'),
	);
	if (critical) return { rule: 'minors', match: critical.term.text };

	const context = strongest(sexual);
	if (context === undefined) return undefined;
	const found = outspokenYouth(prompt, hits) ?? (isOutspoken(context) ? impliedYouth(prompt, hits) : undefined);
	return found === undefined ? undefined : { rule: 'minors', match: `${found} + ${context.term.text}` };
}

/** Finds what says plainly that a minor is asked for: an age below 18, or a word for one. */
export function outspokenYouth(prompt: Normal, hits: Hit<YouthStrength>[]): string | undefined {
	const age = prompt.ages.find(({ years }) => years < 18);
	if (age !== undefined) return `age ${age.years}`;
	return hits.find(
		({ term: { strength }, certainty }) =>
			certainty !== 'spread' &&
			(strength === 'plain' || strength === 'critical' || (strength === 'age' && certainty !== 'plain')),
	)?.term.text;
}

function impliedYouth(prompt: Normal, hits: Hit<YouthStrength>[]): string | undefined {
	const implied = hits.find(
		({ term, certainty }) => term.strength === 'implied' || (certainty === 'spread' && isSpreadYouth(term)),
	);
	if (implied) return implied.term.text;
	const hints = [
		...new Set(
			hits
				.filter(({ term, certainty }) => term.strength === 'hint' && certainty !== 'spread')
				.map(({ term }) => term.text),
		),
	];
	const [number] = bareNumbers(prompt);
	if (number !== undefined) return `${number}`;
	return hints.length >= 2 ? hints.slice(0, 2).join(', ') : undefined;
}

/** `16 long years` is no age, `16 very years old` is. */
function isSpreadYouth({ text, strength }: Term<YouthStrength>): boolean {
	return strength === 'plain' || (strength === 'age' && /^aged? | old$/.test(text));
}

/** Numbers from 5 to 17 that are a tag by themselves (`1girl, 14`): an age, where the picture is a sexual one. */
function bareNumbers({ pieces }: Normal): number[] {
	return pieces.flatMap(({ tag }, i) => {
		const number = pieces[i - 1]?.tag === tag ? undefined : numberAt(pieces, i);
		const isBare = number !== undefined && pieces[number.to]?.tag !== tag;
		return isBare && number.value >= 5 && number.value < 18 ? [number.value] : [];
	});
}

function realPeople(prompt: Normal, { people, sexual }: Contexts, names?: ProtectedNames): FloorHit | undefined {
	const context = strongest(sexual);
	if (context === undefined) return undefined;
	const hits = [...(names ? findTerms(prompt, names) : []), ...people];
	const person = hits.find(({ term, certainty }) =>
		isOutspoken(context) ? certainty !== 'parted' : isSure(certainty) && term.strength === 'plain',
	);
	return person && { rule: 'real-people', match: `${person.term.text} + ${context.term.text}` };
}

/** Nothing that chance may have put together. */
function isSure(certainty: Certainty): boolean {
	return certainty === 'plain' || certainty === 'tricky';
}

const strengths: readonly SexualStrength[] = ['suggestive', 'nsfw', 'explicit'];

function strongest(hits: Hit<SexualStrength>[]): Hit<SexualStrength> | undefined {
	return hits.reduce<Hit<SexualStrength> | undefined>(
		(best, hit) =>
			best === undefined || strengths.indexOf(hit.term.strength) > strengths.indexOf(best.term.strength) ? hit : best,
		undefined,
	);
}

function isOutspoken(hit: Hit<SexualStrength>): boolean {
	return hit.term.strength !== 'suggestive';
}
