import { expect, test } from 'vitest';
import { aspectNames, aspects, resolveAspect, sizeFor } from '../../src/prompt/aspects.ts';

// The demo model was trained on exactly these (shared/demo-model/recipe/render.ts).
const demo = {
	'1:1': [128, 128],
	'9:7': [160, 128],
	'7:9': [128, 160],
	'19:13': [160, 96],
	'13:19': [96, 160],
	'7:4': [160, 96],
	'4:7': [96, 160],
	'12:5': [192, 96],
	'5:12': [96, 192],
} as const;

test.for(aspectNames)('%s has the card’s pixels at native 1024', (aspect) => {
	for (const sizeMultiple of [8, 32, 64])
		expect(sizeFor(aspect, { nativeSize: 1024, sizeMultiple })).toEqual({
			width: aspects[aspect].width,
			height: aspects[aspect].height,
		});
});

test.for(aspectNames)('%s has a size the demo model was trained on at native 128', (aspect) => {
	const [width, height] = demo[aspect];
	expect(sizeFor(aspect, { nativeSize: 128, sizeMultiple: 32 })).toEqual({ width, height });
});

test('no side is ever 0', () => {
	for (const aspect of aspectNames)
		expect(Math.min(...Object.values(sizeFor(aspect, { nativeSize: 16, sizeMultiple: 64 })))).toBe(64);
});

test.for([
	['13:19', '13:19', true],
	[' 19 : 13 ', '19:13', true],
	['832x1216', '13:19', true],
	['896×1152', '7:9', true],
	['2:2', '1:1', true],
	['square', '1:1', true],
	['16:9', '7:4', false],
	['9:16', '4:7', false],
	['3:2', '19:13', false],
	['2:3', '13:19', false],
	['4:3', '9:7', false],
	['21:9', '12:5', false],
	['1:100', '5:12', false],
	['1.85:1', '7:4', false],
	['Portrait', '13:19', false],
	['landscape', '19:13', false],
] as const)('%s is %s', ([asked, aspect, exact]) => {
	expect(resolveAspect(asked)).toMatchObject({ aspect, exact });
});

test.for(['', '0:1', '1:0', '0:0', '16', '-1:2', '1:2:3', 'toString', '1e9:1', '123456:1'])(
	'%j is no aspect',
	(text) => {
		expect(resolveAspect(text)).toBeUndefined();
	},
);
