import { expect, test } from 'vitest';
import { escaped } from '../../src/commands/escape.ts';

test.each([
	['**bold** __line__ *it* _it_', '\\*\\*bold\\*\\* \\_\\_line\\_\\_ \\*it\\* \\_it\\_'],
	['~~gone~~ ||hidden|| a|b ~', '\\~\\~gone\\~\\~ \\|\\|hidden\\|\\| a|b ~'],
	['`code` ```block``` \\*', '\\`code\\` \\`\\`\\`block\\`\\`\\` \\\\\\*'],
	['# head\n  ## head\n#hair', '\\# head\n  \\## head\n#hair'],
	[
		'- a\n + b\n-# small\n> quote\n>>> all\n2024. year',
		'\\- a\n \\+ b\n\\-# small\n\\> quote\n\\>>> all\n2024\\. year',
	],
	['[click](https://evil.example)', '\\[click](https:\u200b//evil.example)'],
	['<@1> @everyone <t:1:R>', '\\<@\u200b1> @\u200beveryone \\<t:1:R>'],
	['1girl, (red hair:1.2), [dog], :3', '1girl, (red hair:1.2), [dog], :3'],
	['a\u202eb\u0000c', 'abc'],
])('%j', (text, safe) => {
	expect(escaped(text)).toBe(safe);
});
