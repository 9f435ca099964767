import { readFile } from 'node:fs/promises';
import { ModelError, readFailure } from './errors.ts';

/** What a tagger's output stands for. The numbers are Danbooru's categories, as in `selected_tags.csv`. */
export interface Tag {
	name: string;
	category: 'general' | 'character' | 'rating';
}

const categories: Record<string, Tag['category']> = { '0': 'general', '4': 'character', '9': 'rating' };

/** The four ratings of Danbooru, mildest first, under the names that the tagger's list gives them. */
export const ratingNames = ['general', 'sensitive', 'questionable', 'explicit'] as const;

/**
 * Reads a `selected_tags.csv` of a WD tagger: a header, then `tag_id,name,category,count`, one row for each output.
 *
 * @throws {ModelError} naming the file and row, or the rating that the list lacks
 */
export async function readTagList(path: string, label = 'tagger/selected_tags.csv'): Promise<Tag[]> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		throw new ModelError(`\`${label}\`: expected to read it, ${readFailure(error)}`, { cause: error });
	}
	const [header, ...rows] = text.trim().split(/\r?\n/);
	if (!header?.startsWith('tag_id,name,category'))
		throw new ModelError(`\`${label}\`: expected the header \`tag_id,name,category,count\`, got \`${header ?? ''}\``);
	const tags = rows.map((row, i): Tag => {
		const fields = splitRow(row);
		const category = categories[fields[2] ?? ''];
		if (!fields[1] || !category)
			throw new ModelError(
				`\`${label}\`: expected row ${i + 2} to hold a name and the category 0, 4 or 9, got \`${row}\``,
			);
		return { name: fields[1], category };
	});
	for (const name of ratingNames)
		if (!tags.some((tag) => tag.category === 'rating' && tag.name === name))
			throw new ModelError(`\`${label}\`: expected the rating \`${name}\` among the tags, there is none`);
	return tags;
}

/** Splits a row of CSV; a field with commas or quotes in it is quoted, its quotes doubled. */
function splitRow(row: string): string[] {
	return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
		quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
	);
}
