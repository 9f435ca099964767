import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { components } from '../../src/commands/components/index.ts';
import { decodePress, encodePress, verbs } from '../../src/commands/custom-id.ts';

const press = fc.record(
	{
		verb: fc.constantFrom(...verbs),
		id: fc.stringMatching(/^[0-9a-f]{20}$/),
		position: fc.integer({ min: 0, max: 9 }),
	},
	{ requiredKeys: ['verb', 'id'] },
);

describe('customId', () => {
	test('what is written is read back', () => {
		fc.assert(fc.property(press, (p) => void expect(decodePress(encodePress(p))).toEqual(p)));
	});

	test('stays within Discord’s 100 characters', () => {
		fc.assert(fc.property(press, (p) => void expect(encodePress(p).length).toBeLessThanOrEqual(100)));
		expect(() => encodePress({ verb: 'up', id: 'x'.repeat(100) })).toThrow(RangeError);
	});

	test('anything else is none of ours', () => {
		fc.assert(fc.property(fc.string(), (text) => void expect(decodePress(text)).toBeUndefined()));
		for (const text of [
			'v1:up',
			'v2:up:abc',
			'v1:fly:abc',
			'v1:up:abc:9999999999',
			'v1:up:abc:1:2',
			'v1:up:a b',
			"v1:up:';--",
		]) {
			expect(decodePress(text)).toBeUndefined();
		}
	});

	test('every verb has exactly one component', () => {
		expect(components.map(({ verb }) => verb).toSorted()).toEqual([...verbs].toSorted());
	});
});
