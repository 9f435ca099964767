import { expect, test } from 'vitest';
import { withDefaults } from '../../src/prompt/defaults.ts';

test('what the member says wins', () => {
	const request = { prompt: '1girl', preset: 'card', aspect: '7:9' } as const;
	expect(withDefaults(request, { preset: 'none', aspect: '1:1' })).toEqual(request);
	expect(withDefaults({ prompt: '1girl' }, { preset: 'none', aspect: '1:1' })).toEqual({
		prompt: '1girl',
		preset: 'none',
		aspect: '1:1',
	});
});

test('the server’s negative is added to everybody’s, each tag once', () => {
	const defaults = { negative: 'gore, hat' };
	expect(withDefaults({ prompt: '1girl' }, defaults).negative).toBe('gore, hat');
	expect(withDefaults({ prompt: '1girl', negative: 'hat, shoes' }, defaults).negative).toBe('hat, shoes, gore');
	expect(withDefaults({ prompt: '1girl' }, {})).toEqual({ prompt: '1girl' });
});
