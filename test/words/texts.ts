import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vitest/node';

/** A text that stands in the program, with `7` for everything that is put into it. */
export interface Found {
	file: string;
	text: string;
}

type Node = { type: string } & Record<string, unknown>;

const src = fileURLToPath(new URL('../../src/', import.meta.url));
/** Where texts for members are written. */
const rooms = /^(commands|discord|images|moderation|prompt|queue)\/|^pipeline\/describ/;

/** Finds every text in the program that reads like words for somebody: all that is left when log, faults and SQL are not read. */
export function textsOfTheProgram(): Found[] {
	const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((it) => /\.ts$/.test(it) && rooms.test(it));
	return files.toSorted().flatMap((file) => {
		const tree = parseAst(readFileSync(`${src}${file}`, 'utf8'), { lang: 'ts' }) as unknown as Node;
		return [...new Set(textsIn(tree))].map((text) => ({ file, text }));
	});
}

function textsIn(node: unknown): string[] {
	if (Array.isArray(node)) return node.flatMap(textsIn);
	if (!isNode(node) || isForNobody(node)) return [];
	const inside = Object.values(node).flatMap(textsIn);
	const texts = isText(node) ? waysOf(node).filter((text) => /[a-z’] [a-z]/.test(text)) : [];
	return isText(node) ? [...texts, ...(node.type === 'TemplateLiteral' ? inTemplate(node) : [])] : inside;
}
/** What is put into a template and is text that {@link waysOf} does not read: an argument of a call. */
function inTemplate(node: Node): string[] {
	return (node.expressions as Node[]).flatMap((it) => (waysOf(it)[0] === sample ? textsIn(it) : []));
}

const sample = '7';
/** All that a text, or a choice between texts, may come to. */
function waysOf(node: Node): string[] {
	switch (node.type) {
		case 'Literal':
			return [typeof node.value === 'string' ? node.value : sample];
		case 'ConditionalExpression':
			return [...waysOf(node.consequent as Node), ...waysOf(node.alternate as Node)];
		case 'TemplateLiteral': {
			const pieces = (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
			return (node.expressions as Node[]).reduce(
				(texts, it, i) => texts.flatMap((text) => waysOf(it).map((way) => text + way + pieces[i + 1]!)),
				[pieces[0]!],
			);
		}
		default:
			return [sample];
	}
}

function isText({ type, value }: Node): boolean {
	return type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string');
}

/** Faults are for the operator, so is the log; SQL is for the database. */
function isForNobody(node: Node): boolean {
	if (node.type === 'NewExpression') return /(?<!User)Error$/.test(String((node.callee as Node).name));
	if (node.type === 'TaggedTemplateExpression') return true;
	if (node.type.startsWith('TS') && node.type !== 'TSAsExpression' && node.type !== 'TSSatisfiesExpression' && node.type !== 'TSNonNullExpression') return true;
	if (node.type !== 'CallExpression') return false;
	const { object } = node.callee as { object?: Node };
	return object !== undefined && /^(log|console)$/.test(String(object.name ?? (object.property as Node | undefined)?.name));
}

function isNode(value: unknown): value is Node {
	return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
