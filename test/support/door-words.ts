import { type Cell, type Door, type Expected, type Holds, isRating, type Rating, rank, wayOf } from './door-table.ts';

/** How a refusal names what would be allowed, by what that is. */
const allowedWords: Record<Rating, RegExp> = {
	safe: /rating `safe`/,
	sensitive: /`safe` or `sensitive`|up to `sensitive`/,
	nsfw: /up to `nsfw`/,
	explicit: /^$/,
};

/** Answers whether a door needs a picture to begin with. */
export function picturesWanted(door: Door): boolean {
	const without: Door[] = ['again, by a text from elsewhere'];
	return !(wayOf(door).of.includes('/imagine') || without.includes(door));
}

/** What is wrong about the words of a refusal: it names the word and what would be allowed, to the member alone. */
export function refusalFaults(cell: Cell, { allows }: Holds, text: string, { isPicture = false } = {}): string[] {
	if (text === '') return ['nobody was told why'];
	if (allows === 'nothing')
		return /Nothing is drawn in this channel\. .*another channel/.test(text)
			? []
			: [`a refusal without advice: ${text}`];
	const isOfWords = rank(cell.wanted) > rank(allows);
	if (!isOfWords && isPicture) return pictureFaults(cell, allows, text);
	const asked = cell.door === 'typed words' ? /`(nude|sex)`/ : new RegExp(`\`(${cell.wanted}|nsfw)\``);
	return [
		...(asked.test(text) ? [] : [`the word is not named: ${text}`]),
		...(allowedWords[allows].test(text) ? [] : [`what would be allowed (${allows}) is not named: ${text}`]),
	];
}

/** What is wrong about what the author of a picture is told that is not shown. */
export function withheldFaults(cell: Cell, { after }: Expected, text: string): string[] {
	if (text === '') return ['the author was not told'];
	const isOfWords = after.allows === 'nothing' || rank(cell.wanted) > rank(after.allows);
	if (!isOfWords) return pictureFaults(cell, after.allows as Rating, text);
	return [
		...(/rules changed/.test(text) ? [] : [`that the rules changed is not said: ${text}`]),
		...(/charged/.test(text) ? [] : [`that nothing is charged is not said: ${text}`]),
		...refusalFaults(cell, after, text),
	];
}

function pictureFaults({ truth }: Cell, allows: Rating, text: string): string[] {
	const wanted = isRating(truth)
		? new RegExp(`(came out|That picture is) \`${truth}\`, and this channel allows \`${allows}\` at most`)
		: truth === 'young'
			? /`child` says that a minor is in it\. No setting allows that/
			: /could not be checked, because the tagger failed/;
	return [
		...(wanted.test(text) ? [] : [`not said why the picture is not shown: ${text}`]),
		...(/not charged|Nothing was started/.test(text) ? [] : [`that it is not charged is not said: ${text}`]),
	];
}
