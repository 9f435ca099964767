/** Discord's limit for one file, in bytes. */
export const largestFile = 10 * 2 ** 20;

const groups = ['image', 'video', 'audio'];

/**
 * What a file picker offers for the types that a bot asks for: endings such as `.png`, and groups such as `image`.
 * @param {string[] | undefined} types
 * @returns {string | null} for the attribute `accept`; null for any file
 */
export function acceptOf(types) {
	if (!types || types.length === 0) return null;
	return types.map((type) => (groups.includes(type) ? `${type}/*` : type)).join(',');
}

/** The files of a paste or a drop; none when it brings text. */
export function filesOf(transfer) {
	return [...(transfer?.files ?? [])];
}
