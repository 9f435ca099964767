import { isDeepStrictEqual } from 'node:util';

/** Settings as JSON. */
export type Values = Record<string, unknown>;

/**
 * Applies a JSON merge patch (RFC 7396): objects are merged key by key, `null` takes a key away, anything else stands instead of
 * what was there, lists too.
 */
export function applyPatch(values: Values, patch: Values): Values {
	const merged = { ...values };
	for (const [key, change] of Object.entries(patch)) {
		const old = merged[key];
		if (change === null) delete merged[key];
		else merged[key] = isObject(change) ? applyPatch(isObject(old) ? old : {}, change) : change;
	}
	return merged;
}

/** Two merge patches, one for each way: `after` brings the new values about, `before` the old ones. */
export interface Difference {
	before: Values;
	after: Values;
}

/** Finds what differs, down to the smallest key; `undefined` when nothing does. */
export function difference(old: Values, now: Values): Difference | undefined {
	const found: Difference = { before: {}, after: {} };
	for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
		const [a, b] = [old[key], now[key]];
		if (isDeepStrictEqual(a, b)) continue;
		const inner = isObject(a) && isObject(b) ? difference(a, b) : { before: a ?? null, after: b ?? null };
		if (!inner) continue;
		found.before[key] = inner.before;
		found.after[key] = inner.after;
	}
	return Object.keys(found.after).length > 0 ? found : undefined;
}

/** Finds what is not any more as a difference left it: from that (`before`) to what it is now (`after`). */
export function changedSince(now: Values, { before, after }: Difference): Difference | undefined {
	const found: Difference = { before: {}, after: {} };
	for (const [key, left] of Object.entries(after)) {
		const [was, is = null] = [before[key], now[key]];
		const inner =
			isObject(was) && isObject(left)
				? changedSince(isObject(is) ? is : {}, { before: was, after: left })
				: isDeepStrictEqual(is, left)
					? undefined
					: { before: left, after: is };
		if (!inner) continue;
		found.before[key] = inner.before;
		found.after[key] = inner.after;
	}
	return Object.keys(found.after).length > 0 ? found : undefined;
}

/** Leaves out what is equal to the defaults; what the defaults do not have stays whole. */
export function withoutDefaults(values: Values, defaults: Values): Values {
	return Object.fromEntries(
		Object.entries(values).flatMap(([key, value]) => {
			const normal = defaults[key];
			if (isDeepStrictEqual(value, normal)) return [];
			if (!isObject(value) || !isObject(normal)) return [[key, value]];
			const rest = withoutDefaults(value, normal);
			return Object.keys(rest).length > 0 ? [[key, rest]] : [];
		}),
	);
}

/** One value that a change is about, with the keys that lead to it. */
export interface Leaf {
	path: string[];
	before: unknown;
	after: unknown;
}

/** Lists the values that a difference is about, objects opened. */
export function leavesOf({ before, after }: Difference, path: string[] = []): Leaf[] {
	return Object.keys({ ...before, ...after }).flatMap((key): Leaf[] => {
		const [a = null, b = null] = [before[key], after[key]];
		const here = [...path, key];
		if (!isObject(a) && !isObject(b)) return [{ path: here, before: a, after: b }];
		return leavesOf({ before: isObject(a) ? a : {}, after: isObject(b) ? b : {} }, here);
	});
}

function isObject(value: unknown): value is Values {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
