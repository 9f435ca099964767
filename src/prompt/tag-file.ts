/** Danbooru's numbers for what a tag names. */
export const tagKinds = { general: 0, artist: 1, copyright: 3, character: 4, meta: 5 } as const;

/** A tag as a file of tags has it. */
export interface TagRecord {
	/** With underscores, as boards write it. */
	name: string;
	/** One of `tagKinds`; files know others too. */
	kind: number;
	/** How many pictures have it, more or less. */
	count: number;
	aliases: readonly string[];
	/** Of a character: what it is from, where the file says so. */
	series?: string;
}

/**
 * Reads a file of tags in the form that a1111-tagcomplete made common, without a header: `tag,category,count,"alias,alias"`. A fifth
 * column, ours, names a character's series. Lines that are none are left out.
 */
export function readTagFile(text: string): TagRecord[] {
	return text.split('\n').flatMap((line): TagRecord[] => {
		const [name = '', kind = '', count = '', aliases = '', series = ''] = cellsOf(line.trimEnd());
		if (name === '' || !/^\d+$/.test(kind)) return [];
		const record = { name, kind: Number(kind), count: Number(count) || 0, aliases: aliases.split(',').filter(Boolean) };
		return [series === '' ? record : { ...record, series }];
	});
}

/** The cells of a line of comma-separated values; a cell in quotes may hold commas, and quotes twice. */
function cellsOf(line: string): string[] {
	if (!line.includes('"')) return line.split(',');
	return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
		([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
	);
}
