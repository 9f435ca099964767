import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SetupError } from '../errors.ts';
import { TagIndex } from './tag-index.ts';

/*
 * What tags name is knowledge of the whole process, as the word lists are: it is the same for every server and request. Ours are some
 * hundred common tags; the counts are rough orders of magnitude, from memory.
 */
let index: TagIndex | undefined;

/** The tags that are known. */
export function knownTags(): TagIndex {
	index ??= new TagIndex(readFileSync(new URL('./data/tags.csv', import.meta.url), 'utf8'));
	return index;
}

/**
 * Knows an operator's tags from now on, in place of ours. `main.ts` calls it once, before anybody can ask.
 *
 * @param path a file as `readTagFile` takes it
 * @throws {SetupError} when it cannot be read, or holds no tags
 */
export async function knowTags(path: string): Promise<void> {
	const wrong = (reason: string, cause?: Error) =>
		new SetupError(`TAGS_FILE = ${JSON.stringify(path)}: ${reason}. Example: danbooru.csv`, { cause });
	const text = await readFile(path, 'utf8').catch((cause: Error) => {
		throw wrong(cause.message, cause);
	});
	const own = new TagIndex(text);
	if (own.size === 0) throw wrong('it holds no line like `1girl,0,4000000,"sole_female"`');
	index = own;
}
