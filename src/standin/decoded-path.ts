/** Decodes a path; one that cannot be decoded becomes empty and matches nothing. */
export function decoded(pathname: string): string {
	try {
		return decodeURIComponent(pathname);
	} catch {
		return '';
	}
}
