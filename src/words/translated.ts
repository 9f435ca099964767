import { say, type Words } from './index.ts';

/**
 * Says a message or a form in another language: its texts, labels and hints, however deep. What members typed into a field (`value`),
 * files and identities stay as they are. What would be longer than Discord takes stays English.
 */
export function translated<T>(body: T, words: Words): T {
	if (Object.keys(words.phrases).length === 0) return body;
	const said = walk(body, words);
	return (sizeOfTexts(said) > mostText ? walk(body, undefined) : said) as T;
}

/** Discord's limit for all texts of a message together, in UTF-16 units. */
const mostText = 4000;

/** `words`: `undefined` only makes of builders what they build. */
function walk(value: unknown, words: Words | undefined): unknown {
	if (Array.isArray(value)) return value.map((it) => walk(it, words));
	if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Date) return value;
	if ('toJSON' in value && typeof value.toJSON === 'function') return walk(value.toJSON(), words);
	return Object.fromEntries(
		Object.entries(value).map(([key, it]) => {
			if (key === 'files') return [key, it];
			if (typeof it !== 'string' || !words) return [key, walk(it, words)];
			const longest = longestOf(key, value);
			const said = longest === undefined ? it : say(words, it);
			return [key, said.length > (longest ?? 0) ? it : said];
		}),
	);
}

/** Discord's limit for what a key of a message or form holds, if that is a text of ours. */
function longestOf(key: string, of: object): number | undefined {
	const type = 'type' in of ? of.type : undefined;
	switch (key) {
		case 'content':
			return type === undefined ? 2000 : mostText;
		case 'label':
			return type === labelType ? 45 : type === buttonType ? 80 : 100;
		case 'description':
			return 'media' in of ? 1024 : 100;
		case 'placeholder':
			return type === textInputType ? 100 : 150;
		case 'title':
			return 45;
		default:
			return undefined;
	}
}

const buttonType = 2;
const textInputType = 4;
const labelType = 18;

function sizeOfTexts(value: unknown): number {
	if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return 0;
	return Object.entries(value).reduce(
		(sum, [key, it]) => sum + (key === 'content' && typeof it === 'string' ? it.length : sizeOfTexts(it)),
		0,
	);
}
