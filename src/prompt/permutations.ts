import { UserError } from '../errors.ts';

/** How many requests one text may come to: Midjourney's limit too. */
export const mostPermutations = 40;

/** Braces in braces beyond this are a slip, and would only cost time. */
const deepest = 20;

/** A text as a tree: literal text, literal braces around something, or a choice of which one is taken. */
type Node = { kind: 'text'; text: string } | { kind: 'braces'; inner: Node[] } | { kind: 'choice'; options: Node[][] };

/** A sign that means something here, with the backslashes before it: two of them are one, a single one takes the meaning away. */
const sign = /(\\*)([{},|])/g;

/**
 * Takes every combination of a text's groups, as Midjourney's permutations: `{red, blue} hair {smile|sad}` comes to four texts, the
 * last group turning fastest. In a group with `|` at its own level commas are text. Groups may be nested and stand anywhere, in
 * flags' values and LoRAs too. Braces around no choice (`{smile}`), or that have no partner, are text, as are `\{` and `\}`; in a
 * group `\,` and `\|` are. Of what comes out each is one text: taken once more it stays as it is.
 *
 * @throws UserError `too-many-permutations` before any text is made, `braces-too-nested`
 */
export function permute(text: string): string[] {
	if (!text.includes('{')) return [text];
	const tree = read(text);
	const count = countOf(tree);
	if (count > mostPermutations)
		throw new UserError(
			'too-many-permutations',
			`The choices in braces make ${count > 1e6 ? 'more than a million' : count.toLocaleString('en-US')} prompts, and at most ${mostPermutations} are painted together. Take some of them out, or write \`\\{\` where a brace is meant.`,
		);
	if (isPlain(tree)) return [text];
	return write(tree).map(escapeBraces);
}

/** Writes a text so that its braces are taken as they stand. */
export function escapeBraces(text: string): string {
	return text.replace(/(\\*)([{}])/g, '$1$1\\$2');
}

/** Gives the text that is drawn: `\{` is a brace. */
export function unescapeBraces(text: string): string {
	return text.replace(/(\\*)([{}])/g, (_, slashes: string, brace: string) => halved(slashes) + brace);
}

/** A group that is being read: what stands in it, and the separators at its own level, by their places. */
interface Open {
	nodes: Node[];
	marks: { at: number; mark: string }[];
}

function read(text: string): Node[] {
	const root: Open = { nodes: [], marks: [] };
	const groups = [root];
	let from = 0;
	const take = (to: number, more = '') => {
		const literal = text.slice(from, to) + more;
		if (literal !== '') groups.at(-1)!.nodes.push({ kind: 'text', text: literal });
	};
	for (const { 0: whole, 1: slashes = '', 2: mark = '', index } of text.matchAll(sign)) {
		const isSeparator = mark === ',' || mark === '|';
		if (isSeparator && groups.length === 1) continue;
		const isEscaped = slashes.length % 2 === 1;
		const isText = isEscaped || (mark === '}' && groups.length === 1);
		take(index, halved(slashes) + (isText ? mark : ''));
		from = index + whole.length;
		if (isText) continue;
		if (mark === '{') {
			groups.push({ nodes: [], marks: [] });
			if (groups.length > deepest + 1)
				throw new UserError(
					'braces-too-nested',
					`Braces may stand in braces ${deepest} deep. Take some out, or write \`\\{\` where a brace is meant.`,
				);
		} else if (mark === '}') {
			const group = groups.pop()!;
			groups.at(-1)!.nodes.push(close(group));
		} else {
			const { nodes, marks } = groups.at(-1)!;
			marks.push({ at: nodes.length, mark });
			nodes.push({ kind: 'text', text: mark });
		}
	}
	take(text.length);
	// Braces that nobody closed are text.
	for (const { nodes } of groups.slice(1)) root.nodes.push({ kind: 'text', text: '{' }, ...nodes);
	return root.nodes;
}

function close({ nodes, marks }: Open): Node {
	const mark = marks.some((it) => it.mark === '|') ? '|' : ',';
	const bounds = marks.filter((it) => it.mark === mark).map(({ at }) => at);
	if (bounds.length === 0) return { kind: 'braces', inner: nodes };
	const starts = [0, ...bounds.map((at) => at + 1)];
	return { kind: 'choice', options: starts.map((start, i) => nodes.slice(start, bounds[i])) };
}

/** A product of sums; far beyond the limit it is only roughly right. */
function countOf(nodes: readonly Node[]): number {
	return nodes.reduce((product, node) => {
		if (node.kind === 'text') return product;
		if (node.kind === 'braces') return product * countOf(node.inner);
		return product * node.options.reduce((sum, option) => sum + countOf(option), 0);
	}, 1);
}

function isPlain(nodes: readonly Node[]): boolean {
	return nodes.every((node) => node.kind === 'text' || (node.kind === 'braces' && isPlain(node.inner)));
}

/** Never more texts on the way than at the end: each node multiplies them by one or more. */
function write(nodes: readonly Node[]): string[] {
	return nodes.reduce(
		(texts, node) => {
			const heads = writeNode(node);
			return texts.flatMap((text) => heads.map((head) => text + head));
		},
		[''],
	);
}

function writeNode(node: Node): string[] {
	switch (node.kind) {
		case 'text':
			return [node.text];
		case 'braces':
			return write(node.inner).map((inner) => `{${inner}}`);
		case 'choice':
			return node.options.flatMap((option) => write(option).map((text) => text.trim()));
	}
}

function halved(slashes: string): string {
	return slashes.slice(slashes.length - Math.floor(slashes.length / 2));
}
