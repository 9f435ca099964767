import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyPatch, changedSince, difference, leavesOf, withoutDefaults } from '../../src/moderation/patch.ts';

const anyValue = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
	value: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.array(fc.nat(2), { maxLength: 2 }), tie('object')),
	object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
})).object;

/** A merge patch cannot make an empty object out of nothing else than itself, and JSON knows no prototypes. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a difference', () => {
	test('leads from the old values to the new ones, and back', () => {
		fc.assert(
			fc.property(anyValue, anyValue, (old, now) => {
				const found = difference(old, now) ?? { before: {}, after: {} };
				expect(plain(applyPatch(old, found.after))).toEqual(plain(now));
				expect(plain(applyPatch(now, found.before))).toEqual(plain(old));
			}),
		);
	});

	test('is none between equals, and is not outdated by itself', () => {
		fc.assert(
			fc.property(anyValue, anyValue, (old, now) => {
				expect(difference(old, structuredClone(old))).toBeUndefined();
				const found = difference(old, now);
				if (found) expect(changedSince(now, found)).toBeUndefined();
			}),
		);
	});

	test('names only what differs', () => {
		const old = { limits: { members: {}, newcomers: { days: 7 } }, draws: true };
		const now = { limits: { members: {}, newcomers: { days: 7, perDay: 2 } }, draws: true };
		expect(difference(old, now)).toEqual({
			before: { limits: { newcomers: { perDay: null } } },
			after: { limits: { newcomers: { perDay: 2 } } },
		});
	});
});

test('what was changed beside it does not outdate a change, what was changed inside it does', () => {
	const change = { before: { limits: { perDay: null } }, after: { limits: { perDay: 2 } } };
	expect(changedSince({ limits: { perDay: 2, atOnce: 1 }, draws: false }, change)).toBeUndefined();
	expect(changedSince({ limits: { perDay: 3 } }, change)).toEqual({
		before: { limits: { perDay: 2 } },
		after: { limits: { perDay: 3 } },
	});
	const added = { before: { roles: { 7: null } }, after: { roles: { 7: { perDay: 2 } } } };
	expect(changedSince({ roles: { 7: { perDay: 2, atOnce: 1 } } }, added)).toBeDefined();
});

test('a change is told value by value', () => {
	expect(
		leavesOf({ before: { roles: { 7: null }, draws: true }, after: { roles: { 7: { perDay: 2 } }, draws: false } }),
	).toEqual([
		{ path: ['roles', '7', 'perDay'], before: null, after: 2 },
		{ path: ['draws'], before: true, after: false },
	]);
});

test('what equals the defaults is left out, and comes back with them', () => {
	const defaults = { draws: true, limits: { newcomers: { days: 7 }, roles: {} } };
	const values = { draws: true, limits: { newcomers: { days: 7, perDay: 2 }, roles: { 7: {} } } };
	expect(withoutDefaults(values, defaults)).toEqual({ limits: { newcomers: { perDay: 2 }, roles: { 7: {} } } });
});
