import type { Normal } from './normalise.ts';
import type { RuleSet } from './rules.ts';
import { findTerms } from './terms.ts';

/** A place in `Normal.source`. */
export interface Span {
	start: number;
	end: number;
}

/**
 * What may be spent in one prompt on finding what patterns meet after the first place of each: steps of RE2 times characters, of some
 * 10 ns.
 */
const mostWork = 500_000;

/** Where the rules of a server hold in a prompt. Patterns and exceptions are dear, so they are looked for only when asked for. */
export class RulePlaces {
	readonly #prompt: Normal;
	readonly #set: RuleSet;
	readonly #words: ReadonlyMap<number, Span[]>;
	#exceptions: ReadonlyMap<number, Span[]> | undefined;
	#work = mostWork;

	constructor(prompt: Normal, set: RuleSet) {
		this.#prompt = prompt;
		this.#set = set;
		const hits = findTerms(prompt, set.words).filter(
			({ certainty }) => certainty !== 'parted' && certainty !== 'guess',
		);
		const found = Map.groupBy(hits, ({ term }) => Number(term.strength));
		for (const [index, spans] of found)
			if (set.rules[index]!.match === 'tag')
				found.set(
					index,
					spans.filter((span) => isWholeTag(prompt, span)),
				);
		this.#words = found;
	}

	/** The first place found where a rule holds. @param index its place in `RuleSet.rules` */
	first(index: number): Span | undefined {
		for (const span of this.#spans(index)) return span;
		return undefined;
	}

	/** All places where a rule holds. */
	all(index: number): Span[] {
		return [...this.#spans(index)];
	}

	*#spans(index: number): Generator<Span> {
		const { except = [], replacement = '' } = this.#set.rules[index]!;
		const mayBeExcepted = except.length > 0 || replacement !== '';
		for (const span of this.#set.patterns.has(index) ? this.#met(index) : (this.#words.get(index) ?? []))
			if (!mayBeExcepted || !this.#isExcepted(index, span)) yield span;
	}

	/**
	 * Finds what a pattern meets. Each search takes time up to the size of the pattern times the length of what is left, and there may be
	 * one for each character: when too much was spent, all that is left counts as met.
	 */
	*#met(index: number): Generator<Span> {
		const pattern = this.#set.patterns.get(index)!;
		const { source } = this.#prompt;
		const matcher = pattern.matcher(source);
		while (matcher.find()) {
			const [start, end] = [matcher.start(), matcher.end()];
			if (end > start) yield { start, end };
			this.#work -= pattern.programSize() * (source.length - end);
			if (this.#work >= 0) continue;
			if (end < source.length) yield { start: end, end: source.length };
			return;
		}
	}

	#isExcepted(index: number, span: Span): boolean {
		this.#exceptions ??= Map.groupBy(
			findTerms(this.#prompt, this.#set.exceptions).filter(({ certainty }) => certainty === 'plain'),
			({ term }) => Number(term.strength),
		);
		return (this.#exceptions.get(index) ?? []).some(({ start, end }) => start <= span.start && span.end <= end);
	}
}

function isWholeTag({ pieces }: Normal, { start, end }: Span): boolean {
	const tag = pieces.find((piece) => piece.start === start)?.tag;
	return pieces.every((piece) => piece.tag !== tag || (piece.start >= start && piece.end <= end));
}
