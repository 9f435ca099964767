import type { LetterNode } from './lexicon.ts';

/** Takes a word apart that is nothing but listed words, written as one. Empty if it is not. */
export function takenApart(text: string, letters: LetterNode): string[] {
	if (text.length < 6 || text.length > 60) return [];
	const dead = new Set<number>();
	const from = (start: number): string[] | undefined => {
		if (start === text.length) return [];
		if (dead.has(start)) return undefined;
		for (const { word, end } of wordsFrom(text, start, letters).reverse()) {
			const rest = from(end);
			if (rest !== undefined) return [word, ...rest];
		}
		dead.add(start);
		return undefined;
	};
	return from(0) ?? [];
}

/** The listed words of three letters and more that begin at a place, shortest first. */
function wordsFrom(text: string, start: number, letters: LetterNode): { word: string; end: number }[] {
	const words: { word: string; end: number }[] = [];
	let nodes = [letters];
	for (let i = start; i < text.length && nodes.length > 0; i++) {
		const after = new Set<LetterNode>();
		for (const node of nodes) {
			const next = node.next.get(text[i]!);
			if (next !== undefined) after.add(next);
			if (node.letter === text[i]) after.add(node);
		}
		nodes = [...after];
		const word = i - start < 2 ? undefined : nodes.find(({ isAlone }) => isAlone)?.word;
		if (word !== undefined) words.push({ word, end: i + 1 });
	}
	return words;
}
