import type { Texts } from './texts.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper than any tool nests; whoever walks a value may trust in it. */
const deepest = 64;

/**
 * Reads text as a JSON object. Python writes `NaN` and `Infinity`, which JSON has not: they become `null`.
 *
 * @returns nothing for what is no object, is damaged, or is nested too deeply
 */
export function jsonObject(text: string | undefined): JsonObject | undefined {
	if (text === undefined || !/^\s*\{/.test(text) || depthOf(text) > deepest) return undefined;
	const value = parse(text) ?? parse(withoutNaN(text));
	return isObject(value) ? value : undefined;
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textIn(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}

/** The first text under one of these keywords that is a JSON object and that `is` one of those looked for. */
export function findJson(
	texts: Texts,
	keywords: readonly string[],
	is: (object: JsonObject) => boolean,
): JsonObject | undefined {
	for (const keyword of keywords) {
		const object = readOnce(texts, keyword);
		if (object && is(object)) return object;
	}
	return undefined;
}

/** Every reader looks at the same few texts, and some are long: each is read once. */
const read = new WeakMap<Texts, Map<string, JsonObject | undefined>>();

export function readOnce(texts: Texts, keyword: string): JsonObject | undefined {
	const text = texts.get(keyword);
	if (text === undefined) return undefined;
	const known = read.get(texts) ?? new Map<string, JsonObject | undefined>();
	read.set(texts, known);
	if (!known.has(text)) known.set(text, jsonObject(text));
	return known.get(text);
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** How deep brackets lie in brackets, outside of strings; the walk ends where that is too deep. */
function depthOf(text: string): number {
	let [depth, most, inString] = [0, 0, false];
	for (let i = 0; i < text.length && most <= deepest; i++) {
		const c = text.charCodeAt(i);
		if (c === 0x5c && inString) i++;
		else if (c === 0x22) inString = !inString;
		else if (inString) continue;
		else if (c === 0x7b || c === 0x5b) most = Math.max(most, ++depth);
		else if (c === 0x7d || c === 0x5d) depth--;
	}
	return most;
}

function withoutNaN(text: string): string {
	let out = '';
	let [start, inString] = [0, false];
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c === 0x5c && inString) i++;
		else if (c === 0x22) inString = !inString;
		else if (!inString && (c === 0x4e || c === 0x49)) {
			const word = ['NaN', 'Infinity'].find((w) => text.startsWith(w, i));
			if (word === undefined) continue;
			out += `${text.slice(start, i).replace(/-$/, '')}null`;
			i += word.length - 1;
			start = i + 1;
		}
	}
	return out + text.slice(start);
}
