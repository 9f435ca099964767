import type { Piece } from './normalise.ts';

/** An age that a text names, in whole years. `from` and `to` are the first piece and the one after the last. */
export interface Age {
	years: number;
	from: number;
	to: number;
}

const ones =
	'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen';
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety';
const numberWords = new Map<string, number>([
	...ones.split(' ').map((word, i): [string, number] => [word, i]),
	...tens.split(' ').map((word, i): [string, number] => [word, 20 + 10 * i]),
]);
const hanDigits = new Map([...'〇一二三四五六七八九十'].map((digit, i): [string, number] => [digit, i]));

/** Units that make an age of a number before them. */
const units = new Set(
	'yo yos yr yrs year years yearold yearolds yearsold yrold yrsold yold 歳 才 岁 歲 살 лет год года летняя летний anos ans jahre jahrige jahriges jahrig anni'.split(
		' ',
	),
);
/** Words between `age` and its number. */
const fillers = new Set(['is', 'of', 'at', 'about', 'only', 'just', 'being', 'around']);
const leaders = new Set(['age', 'aged', 'ages', 'turning', 'turns', 'turned']);
const sayers = new Set(['is', 'looks', 'of', 'like', 'im', 'm', 'about', 'only', 'just', 'barely', 'girl', 'boy']);
/** After a length of time these say that it is none of a person. */
const spans = new Set(['ago', 'later', 'anniversary', 'after', 'before', 'since', 'war', 'plan']);
/** What stands before the last part of a number above 99: `two hundred and five years old`. */
const larger = new Set(['hundred', 'thousand', 'million', 'and']);

/**
 * Finds ages: `7 yo`, `7-year-old`, `seven years old`, `age 12`, `aged: twelve`, `12yr`, `12 y/o`, `十二歳`. Numbers of three
 * digits and more are none (`1,000 years old` is cut at its comma).
 */
export function findAges(pieces: readonly Piece[]): Age[] {
	const ages: Age[] = [];
	for (let i = 0; i < pieces.length; i++) {
		const number = numberAt(pieces, i);
		if (number === undefined) continue;
		const unitEnd = unitAfter(pieces, number.to);
		const leader = leaderBefore(pieces, i);
		if (unitEnd !== undefined) ages.push({ years: number.value, from: i, to: unitEnd });
		else if (leader !== undefined) ages.push({ years: number.value, from: leader, to: number.to });
		else if (isSaid(pieces, i, number.to)) ages.push({ years: number.value, from: i - 1, to: number.to });
		i = number.to - 1;
	}
	return ages;
}

/** Reads the number that begins at a piece. */
export function numberAt(pieces: readonly Piece[], i: number): { value: number; to: number } | undefined {
	const piece = pieces[i]!;
	if (piece.kind === 'number') {
		// of a decimal the whole part counts
		const fraction = pieces[i + 1];
		const to = fraction?.kind === 'number' && fraction.gap === 1 && !fraction.afterBlank ? i + 2 : i + 1;
		return piece.text.length > 2 ? undefined : { value: Number(piece.text), to };
	}
	if (piece.script === 'han') return hanNumber(pieces, i);
	const value = numberWords.get(piece.latin) ?? glued(piece.latin);
	if (value === undefined || larger.has(pieces[i - 1]?.text ?? '')) return undefined;
	const one = value >= 20 ? numberWords.get(pieces[i + 1]?.latin ?? '') : undefined;
	return one !== undefined && one > 0 && one < 10 ? { value: value + one, to: i + 2 } : { value, to: i + 1 };
}

function hanNumber(pieces: readonly Piece[], i: number): { value: number; to: number } | undefined {
	let value = 0;
	let to = i;
	for (; to < i + 4; to++) {
		const digit = hanDigits.get(pieces[to]?.text ?? '');
		if (digit === undefined) break;
		value = digit === 10 ? Math.max(1, value) * 10 : value + digit;
	}
	return to > i && value < 100 ? { value, to } : undefined;
}

// `twelveyearold`: the unit is found in the same piece.
function glued(word: string): number | undefined {
	const match = /^([a-z]{3,9}?)(?:years?old|yrs?old|yo)$/.exec(word);
	return match ? numberWords.get(match[1]!) : undefined;
}

function unitAfter(pieces: readonly Piece[], to: number): number | undefined {
	if (/^[a-z]{3,9}(?:years?old|yrs?old|yo)$/.test(pieces[to - 1]?.latin ?? '')) return to;
	const unit = pieces[to];
	if (unit === undefined || unit.kind !== 'word') return undefined;
	// `12 y/o`, `12 y.o.`, `12 y`
	if (unit.latin === 'y') return pieces[to + 1]?.latin === 'o' ? to + 2 : to + 1;
	if (!units.has(unit.text) && !units.has(unit.latin)) return undefined;
	return spans.has(pieces[to + 1]?.latin ?? '') ? undefined : to + 1;
}

// `she is 16`, `looks 9`, `a girl of 13`: at the end of a tag, so that no noun follows.
function isSaid(pieces: readonly Piece[], from: number, to: number): boolean {
	const before = pieces[from - 1];
	return (
		before !== undefined &&
		before.tag === pieces[from]!.tag &&
		before.tag !== pieces[to]?.tag &&
		sayers.has(before.latin)
	);
}

function leaderBefore(pieces: readonly Piece[], i: number): number | undefined {
	for (let k = i - 1; k >= Math.max(0, i - 3); k--) {
		const { latin } = pieces[k]!;
		if (leaders.has(latin)) return k;
		if (!fillers.has(latin)) return undefined;
	}
	return undefined;
}

/**
 * Lists the ages below 18 as phrases, for those that are spelled by tricks (`12 y.e.a.r.s old`) and so are found as terms are. What
 * is written plainly is `findAges`' matter, which knows `twelve years ago` and `a hundred and twelve`.
 */
export const agePhrases: readonly string[] = Array.from({ length: 17 }, (_, i) => i + 1).flatMap((years) =>
	[`${years}`, ones.split(' ')[years]!].flatMap((n) => [
		...['years old', 'year old', 'yrs old', 'yr old', 'years', 'yo', 'y o'].map((unit) => `${n} ${unit}`),
		`age ${n}`,
		`aged ${n}`,
		`aged only ${n}`,
		`turned ${n}`,
		`turning ${n}`,
	]),
);
