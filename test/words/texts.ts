import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vitest/node';

/** A text that stands in the program, with `7` for everything that is put into it. */
export interface Found {
	/** Below `src/`. */
	file: string;
	text: string;
}

type Node = { type: string } & Record<string, unknown>;

const src = fileURLToPath(new URL('../../src/', import.meta.url));
/** Where texts for members are written. */
const rooms = /^(?:commands|discord|images|moderation|prompt|queue)\/|^pipeline\/describ/;
const sample = '7';
/** Two words: anything shorter may be an identity. */
const words = /\p{L} \p{Ll}/u;

/**
 * Finds every text in the rooms that speak to members which is longer than a word, in each way that its choices allow. Left out are
 * faults, the log and SQL, which no member reads.
 */
export function textsOfTheProgram(): Found[] {
	return found(rooms, (text) => words.test(text));
}

/** Finds words that stand alone and may be what a button, a field or a choice of a panel is called: `Undo`, `Upload…`. */
export function labelsOfTheProgram(): Found[] {
	return found(/^commands\//, (text) => /^(?:[^\p{L}\p{N}]{1,3} )?\p{Lu}\p{L}+[…?]?$/u.test(text));
}

function found(rooms: RegExp, isWanted: (text: string) => boolean): Found[] {
	return readdirSync(src, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts') && rooms.test(file))
		.toSorted()
		.flatMap((file) => {
			const tree = parseAst(readFileSync(`${src}${file}`, 'utf8'), { lang: 'ts' }) as unknown as Node;
			return [...new Set(textsIn(tree))].filter(isWanted).map((text) => ({ file, text }));
		});
}

function textsIn(node: unknown): string[] {
	if (Array.isArray(node)) return node.flatMap(textsIn);
	if (!isNode(node) || isForNobody(node)) return [];
	if (!isText(node)) return Object.values(node).flatMap(textsIn);
	// What is put before a sentence is a sentence.
	const texts = waysOf(node).map((text) => text.replace(/(^|[.!?] )7 (?=\p{Lu})/gu, `$1${sample}. `));
	return [...texts, ...putInto(node)];
}

/** Texts within a template that {@link waysOf} does not read, as in the argument of a call. */
function putInto({ expressions = [] }: Node & { expressions?: Node[] }): string[] {
	return expressions.flatMap((it) => (waysOf(it)[0] === sample ? textsIn(it) : []));
}

/** All that a text, or a choice between texts, may come to. */
function waysOf(node: Node): string[] {
	if (node.type === 'ConditionalExpression')
		return [...waysOf(node.consequent as Node), ...waysOf(node.alternate as Node)];
	if (node.type === 'Literal' && typeof node.value === 'string') return [node.value];
	if (node.type !== 'TemplateLiteral') return [sample];
	const [first, ...pieces] = (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
	return (node.expressions as Node[]).reduce(
		(texts, it, i) => texts.flatMap((text) => waysOf(it).map((way) => text + way + pieces[i]!)),
		[first!],
	);
}

function isText({ type, value }: Node): boolean {
	return type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string');
}

function isForNobody(node: Node): boolean {
	switch (node.type) {
		case 'NewExpression':
			return /(?<!User)Error$/.test(nameOf(node.callee));
		case 'CallExpression':
			return isNode(node.callee) && /^#?log$/.test(nameOf(node.callee.object));
		default:
			return /^TaggedTemplate|^TS(?!(?:As|Satisfies|NonNull)Expression$)/.test(node.type);
	}
}

/** The last part of what something is called: `log` of `this.#log`. */
function nameOf(node: unknown): string {
	if (!isNode(node)) return '';
	return typeof node.name === 'string' ? node.name : nameOf(node.property);
}

function isNode(value: unknown): value is Node {
	return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
