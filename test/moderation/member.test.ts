import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitFor } from '../../src/moderation/member.ts';
import { guildSettingsSchema } from '../../src/moderation/settings.ts';

const now = Date.UTC(2026, 0, 31);
const member = (roleIds: string[] = [], daysHere: number | null = 100) => ({
	roleIds,
	isModerator: false,
	joinedAt: daysHere === null ? null : new Date(now - daysHere * 86_400_000),
});
const [artist, patron, guest] = ['1'.repeat(18), '2'.repeat(18), '3'.repeat(18)];
const settings = guildSettingsSchema.parse({
	unlimited: [patron],
	limits: {
		members: { perDay: 20, atOnce: 3 },
		newcomers: { perDay: 2, days: 7 },
		roles: { [artist]: { perDay: 50, cooldown: 10 }, [guest]: { perDay: 5, atOnce: 9, cooldown: 60 } },
	},
});
const limitOf = (...who: Parameters<typeof member>) => limitFor(settings, member(...who), now);

describe('the limits that hold', () => {
	test('for all members are theirs', () => expect(limitOf()).toEqual({ perDay: 20, atOnce: 3 }));

	test('for newcomers are their own, and where those say nothing all members’', () => {
		expect(limitOf([], 6)).toEqual({ perDay: 2, atOnce: 3 });
		expect(limitOf([], 7)).toEqual({ perDay: 20, atOnce: 3 });
	});

	test('for who joined nobody knows when are a newcomer’s', () => expect(limitOf([], null).perDay).toBe(2));

	test('for a role are its own, for a newcomer too', () => {
		expect(limitOf([artist], 1)).toEqual({ perDay: 50, cooldown: 10 });
	});

	test('for several roles are the most generous of each; what one of them does not limit is not limited', () => {
		expect(limitOf([artist, guest])).toEqual({ perDay: 50, cooldown: 10 });
	});

	test('are none with a role that has none, and outside of servers', () => {
		expect(limitOf([guest, patron], 1)).toEqual({});
		expect(limitFor(settings, undefined, now)).toEqual({});
	});
});

test('one role more never allows less than another role does', () => {
	const roles = fc.subarray([artist, guest, patron]);
	fc.assert(
		fc.property(roles, fc.constantFrom(artist, guest, patron), (held, more) => {
			if (held.length === 0) return;
			const [before, after] = [limitOf(held), limitOf([...held, more])];
			expect(after.perDay ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
				before.perDay ?? Number.POSITIVE_INFINITY,
			);
			expect(after.cooldown ?? 0).toBeLessThanOrEqual(before.cooldown ?? 0);
		}),
	);
});
