import { readTagFile, type TagRecord, tagKinds } from './tag-file.ts';
import { tagKey } from './tags-key.ts';

/** A tag that fits what is being typed. */
export interface FoundTag {
	/** Its place in the file: the same for as long as the index lives. */
	id: number;
	/** As it is written in a prompt. */
	text: string;
}

/** Of what begins with a few letters so many are looked at; the most common ones. */
const mostCandidates = 400;
/** A name whose second word begins so is that much less likely meant than one whose first does. */
const innerShare = 0.25;
/** Nor is an alias meant as often as a name that begins so. */
const aliasShare = 0.5;

/**
 * Finds tags by what they, their other names or words within them begin with. Built once; a look-up walks one range of a sorted list,
 * without making strings.
 */
export class TagIndex {
	readonly #records: readonly TagRecord[];
	readonly #byName = new Map<string, number>();
	/** Where words begin, sorted: the text from there on (with a number behind a zero), whose it is, and how much it counts. */
	readonly #keys: readonly string[];
	readonly #owners: Uint32Array;
	readonly #scores: Float64Array;

	/** @param text a file of tags; see `readTagFile` */
	constructor(text: string) {
		this.#records = readTagFile(text);
		const keys: string[] = [];
		const owners: number[] = [];
		const scores: number[] = [];
		const add = (key: string, owner: number, score: number) => {
			// Whose it is goes along: strings alone are sorted twice as fast.
			keys.push(`${key}\0${owners.length}`);
			owners.push(owner);
			scores.push(score);
		};
		for (const [owner, { name, count }] of this.#records.entries()) {
			const key = tagKey(name);
			if (!this.#byName.has(key)) this.#byName.set(key, owner);
			add(key, owner, count);
			for (let at = wordAfter(key, 0); at > 0; at = wordAfter(key, at)) add(key.slice(at), owner, count * innerShare);
		}
		for (const [owner, { aliases, count }] of this.#records.entries())
			for (const alias of aliases) {
				const key = tagKey(alias);
				if (!this.#byName.has(key)) this.#byName.set(key, owner);
				add(key, owner, count * aliasShare);
			}
		this.#keys = keys.sort();
		const order = Uint32Array.from(this.#keys, (key) => Number(key.slice(key.indexOf('\0') + 1)));
		this.#owners = order.map((at) => owners[at]!);
		this.#scores = Float64Array.from(order, (at) => scores[at]!);
	}

	get size(): number {
		return this.#records.length;
	}

	/**
	 * Finds the most common tags that fit, the one that is already written in full first.
	 *
	 * @param accept is asked about the best ones in their order, until there are enough
	 */
	find(typed: string, most: number, accept: (tag: FoundTag) => boolean): FoundTag[] {
		const wanted = tagKey(typed);
		if (wanted === '') return [];
		const best = new Map<number, number>();
		const top = new Smallest(mostCandidates);
		const [from, to] = [lowerBound(this.#keys, wanted), lowerBound(this.#keys, `${wanted}\uFFFF`)];
		for (let i = from; i < to; i++) {
			const score = this.#scores[i]!;
			if (top.wants(score)) top.add(i, score);
		}
		// What is written in full stands first, however rare it is.
		const whole = this.#byName.get(wanted);
		if (whole !== undefined) best.set(whole, Number.MAX_VALUE);
		for (const { item, score } of top.items) {
			const owner = this.#owners[item]!;
			best.set(owner, Math.max(best.get(owner) ?? 0, score));
		}
		const order = [...best].sort(
			([a, x], [b, y]) => y - x || this.#records[b]!.count - this.#records[a]!.count || a - b,
		);
		const found: FoundTag[] = [];
		for (const [id] of order) {
			if (found.length >= most) break;
			const tag = { id, text: this.textOf(id) };
			if (accept(tag)) found.push(tag);
		}
		return found;
	}

	/** Says what a tag names, by its own or another name; `undefined` where the file does not know it. */
	kindOf(tag: string): number | undefined {
		const id = this.#byName.get(tagKey(tag));
		return id === undefined ? undefined : this.#records[id]!.kind;
	}

	/** What a character is from, as a prompt writes it: as the file says, or as the brackets of the name do. */
	seriesOf(id: number): string | undefined {
		const { name, kind, series } = this.#records[id]!;
		if (kind !== tagKinds.character) return undefined;
		const [, inBrackets] = /_\(([^()]+)\)$/.exec(name) ?? [];
		const names = series !== undefined ? [series] : inBrackets ? [inBrackets, `${inBrackets}_(series)`] : [];
		const known = names
			.map((it) => this.#byName.get(tagKey(it)))
			.find((it) => it !== undefined && this.#records[it]!.kind === tagKinds.copyright);
		return known === undefined ? undefined : this.textOf(known);
	}

	/** Blanks for underscores, as the model was trained; faces such as `^_^` keep theirs. */
	textOf(id: number): string {
		const { name } = this.#records[id]!;
		return name.length <= 3 ? name : name.replaceAll('_', ' ');
	}
}

/** The next place after `at` where a word begins; 0 where there is none. */
function wordAfter(key: string, at: number): number {
	for (let i = at + 1; i < key.length; i++) if (parting.has(key[i - 1]!) && !parting.has(key[i]!)) return i;
	return 0;
}

const parting = new Set(' (/:-)'); // what stands between words of a tag

function lowerBound(keys: readonly string[], wanted: string): number {
	let [low, high] = [0, keys.length];
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (keys[middle]! < wanted) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Keeps the highest scores of many: a heap with the smallest of them on top. */
class Smallest {
	readonly items: { item: number; score: number }[] = [];
	readonly #most: number;

	constructor(most: number) {
		this.#most = most;
	}

	wants(score: number): boolean {
		return this.items.length < this.#most || score > this.items[0]!.score;
	}

	add(item: number, score: number): void {
		const { items } = this;
		if (items.length < this.#most) {
			items.push({ item, score });
			for (let i = items.length - 1; i > 0; ) {
				const parent = (i - 1) >>> 1;
				if (items[parent]!.score <= items[i]!.score) break;
				[items[parent], items[i]] = [items[i]!, items[parent]!];
				i = parent;
			}
			return;
		}
		items[0] = { item, score };
		for (let i = 0; ; ) {
			const [left, right] = [2 * i + 1, 2 * i + 2];
			let least = i;
			if (left < items.length && items[left]!.score < items[least]!.score) least = left;
			if (right < items.length && items[right]!.score < items[least]!.score) least = right;
			if (least === i) break;
			[items[least], items[i]] = [items[i]!, items[least]!];
			i = least;
		}
	}
}
