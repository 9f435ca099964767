import { UserError } from '../../errors.ts';
import { breakPiece, type Piece } from './piece.ts';

/** Python's white space, which is not JavaScript's. */
const blank = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;

/** An escaped sign, a bracket, a weight that closes a bracket, or text up to the next of them: WebUI's `re_attention`. */
const token = new RegExp(
	String.raw`\\[()[\]\\]?|[([]|:${blank}*([+-]?[.\p{Nd}]+)${blank}*\)|[)\]]|[^\\()[\]:]+|:`,
	'gu',
);

/** WebUI's `re_break`: the word alone, with the blanks around it. */
const breakWord = new RegExp(String.raw`${blank}*(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])${blank}*`, 'u');

/**
 * Reads WebUI's emphasis: `(word)` × 1.1, `(word:1.5)` × 1.5, `[word]` ÷ 1.1, nested they multiply, `\(` is a bracket; a bracket
 * left open reaches to the end, one that closes nothing is text; `BREAK` becomes a piece of its own, which see `isBreak`.
 *
 * After `parse_prompt_attention` in AUTOMATIC1111/stable-diffusion-webui, `modules/prompt_parser.py` at
 * 28bd8e142d5f77b71ae8d7d7140b5da1b3a49906. The products are taken
 * in its order, so that weights are equal to the last bit. Left out: prompt editing (`[a:b:0.5]`, `[a|b]`) and `AND`.
 *
 * @throws UserError `bad-weight` for a weight like `1.2.3`
 */
export function parseWebui(text: string): Piece[] {
	const pieces: Piece[] = [];
	const round: number[] = [];
	const square: number[] = [];
	const multiply = (from: number, by: number) => {
		for (let i = from; i < pieces.length; i++) pieces[i]!.weight *= by;
	};
	for (const [sign, weight] of text.matchAll(token)) {
		if (sign.startsWith('\\')) pieces.push({ text: sign.slice(1), weight: 1 });
		else if (sign === '(') round.push(pieces.length);
		else if (sign === '[') square.push(pieces.length);
		else if (weight !== undefined && round.length > 0) multiply(round.pop()!, readWeight(weight));
		else if (sign === ')' && round.length > 0) multiply(round.pop()!, 1.1);
		else if (sign === ']' && square.length > 0) multiply(square.pop()!, 1 / 1.1);
		else
			for (const [i, part] of sign.split(breakWord).entries()) {
				if (i > 0) pieces.push({ ...breakPiece });
				pieces.push({ text: part, weight: 1 });
			}
	}
	for (const from of round) multiply(from, 1.1);
	for (const from of square) multiply(from, 1 / 1.1);
	return merged(pieces);
}

/** Joins neighbours of one weight. */
function merged(pieces: readonly Piece[]): Piece[] {
	const result: Piece[] = [];
	for (const piece of pieces) {
		const last = result.at(-1);
		if (last?.weight === piece.weight) last.text += piece.text;
		else result.push(piece);
	}
	return result.length > 0 ? result : [{ text: '', weight: 1 }];
}

/** As Python's `float` reads it, digits of every script included. */
function readWeight(written: string): number {
	const plain = written.replace(/[^+\-.0-9]/gu, (digit) => String(digitValue(digit.codePointAt(0)!)));
	if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(plain)) return Number(plain);
	throw new UserError('bad-weight', `\`${written.slice(0, 20)}\` is no weight. Write it like \`(word:1.2)\`.`);
}

/** Digits of every script stand ten in a row, zero first: count down to the zero. Mathematical ones follow each other in rows. */
function digitValue(codePoint: number): number {
	const plain = String.fromCodePoint(codePoint).normalize('NFKC');
	if (/^[0-9]$/.test(plain)) return Number(plain);
	let value = 0;
	while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(codePoint - value - 1))) value++;
	return value;
}
