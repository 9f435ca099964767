import { expect, test } from 'vitest';
import { objectionToParent, type ParentInput } from '../../src/moderation/parent.ts';
import { defaultThresholds } from '../../src/moderation/thresholds.ts';
import { rated } from '../support/workshop.ts';

const safe: ParentInput = {
	ratings: rated({ general: 1 }),
	youthTags: {},
	prompt: '1girl, smile',
	ceiling: 'sensitive',
	thresholds: defaultThresholds,
};
const sexual = { ratings: rated({ explicit: 1 }), ceiling: 'explicit' } as const;

test('something is made from a picture that the channel allows', () => {
	expect(objectionToParent(safe)).toBeUndefined();
	expect(objectionToParent({ ...safe, drawnAs: '1girl, hat' })).toBeUndefined();
	expect(objectionToParent({ ...safe, ...sexual, prompt: '1girl, nude' })).toBeUndefined();
});

test.for([
	['is above the ceiling', { ratings: rated({ questionable: 1 }) }, /is `nsfw`, and this channel allows `sensitive`/],
	['was not looked at', { ratings: null }, /could not be checked/],
	['came with numbers that are none', { ratings: rated({ general: Number.NaN }) }, /could not be checked/],
] as const)('nothing is made from a picture that %s', ([, changes, says]) => {
	expect(objectionToParent({ ...safe, ...changes })).toMatch(says);
	expect(objectionToParent({ ...safe, ...changes, drawnAs: safe.prompt })).toMatch(says);
});

test.for([
	['the picture is sexual and the words name a minor', { ...sexual, prompt: '1girl, child' }],
	['the picture is sexual and the tagger sees a child', { ...sexual, youthTags: { child: 0.9 } }],
	['the picture is sexual and was drawn as a minor', { ...sexual, drawnAs: '1girl, child' }],
	[
		'the tagger sees a child and the words are sexual',
		{ ceiling: 'explicit', youthTags: { child: 0.9 }, prompt: '1girl, nude' },
	],
	[
		'it was drawn as a minor and the words are sexual',
		{ ceiling: 'explicit', drawnAs: '1girl, child', prompt: '1girl, nude' },
	],
] as const)('no setting opens the floor: %s', ([, changes]) => {
	expect(objectionToParent({ ...safe, ...changes })).toMatch(/sexual content with a minor/);
});

test('a child’s picture may be drawn on as long as nothing is sexual', () => {
	const child = { ...safe, youthTags: { child: 0.99 }, drawnAs: '1girl, child, smile' };
	expect(objectionToParent({ ...child, prompt: '1girl, child, hat' })).toBeUndefined();
});
