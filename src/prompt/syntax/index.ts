import { UserError } from '../../errors.ts';
import { parseCompel } from './compel.ts';
import { breakPiece, isBreak, type Piece } from './piece.ts';
import { parseWebui } from './webui.ts';

export { isBreak, type Piece } from './piece.ts';

/**
 * How the text of a prompt is read. `plain`: every character is text, as in diffusers. `webui`: emphasis as in Stable Diffusion
 * WebUI, `(word:1.2)`. `compel`: as in the compel library, `word++`.
 */
export const syntaxes = {
	plain: { label: 'Plain: brackets are text' },
	webui: { label: 'WebUI: (word:1.2), [word], BREAK' },
	compel: { label: 'Compel: word++, (two words)1.3' },
} as const satisfies Record<string, { label: string }>;

export type Syntax = keyof typeof syntaxes;
export const syntaxNames = Object.keys(syntaxes) as [Syntax, ...Syntax[]];

/** Holds when neither the member nor the operator chooses: it gives the pictures that diffusers gives. */
export const defaultSyntax: Syntax = 'plain';

/** Lists the syntaxes as choices of an option: label and value. */
export function syntaxChoices(): { name: string; value: string }[] {
	return syntaxNames.map((value) => ({ name: syntaxes[value].label, value }));
}

/**
 * Reads a prompt as pieces of text with their weights, at least one, in order. Each is to be tokenized by itself.
 *
 * @throws UserError `bad-weight`, `compel-operator` or `prompt-too-nested`
 */
export function parsePrompt(text: string, syntax: Syntax): Piece[] {
	switch (syntax) {
		case 'plain':
			return [{ text, weight: 1 }];
		case 'webui':
			return parseWebui(text);
		case 'compel':
			return parseCompel(text);
	}
}

/** Above this, up or down, a weight leaves nothing of a picture; WebUI and compel know no limit. */
const strongest = 100;

/**
 * Checks that a prompt can be drawn, so that a member hears of a slip before the picture waits in line.
 *
 * @param isNegative then no weight may be below 0, as that would ask for what no gate reads
 * @throws UserError as `parsePrompt`, and `bad-weight` for one out of bounds
 */
export function checkPrompt(text: string, syntax: Syntax, { isNegative = false } = {}): void {
	for (const piece of parsePrompt(text, syntax)) {
		if (isBreak(piece)) continue;
		// in brackets WebUI's `BREAK` is a word whose weight is no longer −1
		if (isNegative && piece.weight < 0 && piece.text !== breakPiece.text)
			throw new UserError(
				'bad-weight',
				'A weight in the negative is below 0, which would ask for it. Put those words into the prompt.',
			);
		if (!(Math.abs(piece.weight) <= strongest))
			throw new UserError(
				'bad-weight',
				`A weight in the prompt comes to more than ${strongest}. Weights from 0.5 to 1.5 work best.`,
			);
	}
}

/**
 * Gives the words that the text encoders read, without what is syntax: emphasis can part a word in the text which is one word to
 * them (`ha()t` in WebUI's syntax).
 *
 * @throws UserError as `parsePrompt`
 */
export function wordsOf(text: string, syntax: Syntax): string {
	if (syntax === 'plain') return text;
	return parsePrompt(text, syntax)
		.map((piece) => (isBreak(piece) ? '\n' : piece.text))
		.join(syntax === 'compel' ? ' ' : '');
}

/** Writes a text so that a syntax takes it literally: `(bad)` becomes `\(bad\)`. Compel knows no way to write a final `+` or `-`. */
export function escapeFor(text: string, syntax: Syntax): string {
	switch (syntax) {
		case 'plain':
			return text;
		case 'webui':
			return text.replace(/[\\()[\]]/g, '\\$&');
		case 'compel':
			return text.replace(/[()"]/g, '\\$&');
	}
}

/**
 * Splits at commas (also the two of Japanese keyboards) and line ends, but not inside of brackets or quotes, which a weight may follow:
 * `(a, b:1.2), c` is two parts. A bracket that never closes reaches to the end.
 */
export function splitParts(text: string, syntax: Syntax): string[] {
	if (syntax === 'plain') return text.split(/[,，、\n]/);
	const [openers, closers] = syntax === 'webui' ? ['([', ')]'] : ['(', ')'];
	const parts: string[] = [];
	let start = 0;
	let depth = 0;
	let isQuoted = false;
	for (let i = 0; i < text.length; i++) {
		const character = text[i]!;
		if (character === '\\') i++;
		else if (character === '"' && syntax === 'compel') isQuoted = !isQuoted;
		else if (openers.includes(character)) depth++;
		else if (closers.includes(character)) depth = Math.max(0, depth - 1);
		else if (depth === 0 && !isQuoted && /[,，、\n]/.test(character)) {
			parts.push(text.slice(start, i));
			start = i + 1;
		}
	}
	return [...parts, text.slice(start)];
}

/** Says whether a part of a prompt ends a chunk, so that what follows must stay behind it. */
export function breaksChunk(part: string, syntax: Syntax): boolean {
	return syntax === 'webui' && part.includes(breakPiece.text) && parsePrompt(part, syntax).some(isBreak);
}
