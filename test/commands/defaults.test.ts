import { expect, test } from 'vitest';
import { withUsual } from '../../src/commands/defaults.ts';
import { placeFrom } from '../../src/moderation/place.ts';

const placeWith = (perDay: number | undefined) => {
	const limits = perDay === undefined ? {} : { limits: { members: { perDay } } };
	const row = {
		guildId: '1',
		channelId: '',
		version: 1,
		updatedAt: new Date(0),
		values: { ...limits, defaults: { aspect: '2:3' } },
	};
	return placeFrom([row], { ageRestricted: false });
};
const member = { roleIds: [], joinedAt: new Date(0), isModerator: false };
const countFor = (perDay: number | undefined, count?: number) => {
	const request = { prompt: '1girl', ...(count !== undefined && { count }) };
	return withUsual(request, { place: placeWith(perDay), member });
};

test.each([
	[undefined, undefined, undefined],
	[10, undefined, undefined],
	[4, undefined, undefined],
	[2, undefined, 2],
	// Nothing may be drawn at all: the limit says so.
	[0, undefined, undefined],
	// Who says how many is told that it is too many.
	[2, 4, 4],
])('with %s pictures a day, who asks for %s asks for %s', (perDay, asked, count) => {
	expect(countFor(perDay, asked).count).toBe(count);
	expect(countFor(perDay, asked).aspect).toBe('2:3');
});
