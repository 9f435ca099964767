import { describe, expect, test } from 'vitest';
import { limits } from '../../src/prompt/options.ts';
import { presetNamed, presetNames } from '../../src/prompt/presets.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest, type RequestOptions } from '../../src/prompt/request.ts';
import { styleChoices, styleNamed, styleNames } from '../../src/prompt/styles.ts';
import { splitTags, uniqueTags } from '../../src/prompt/tags.ts';
import { demoModel } from './any.ts';

const make = (options: RequestOptions) =>
	makeRecipe(parseRequest(options), { model: demoModel, ceiling: 'explicit', randomSeed: () => 7 }).recipe;

test('the ten styles of the Space are offered by their names', () => {
	expect(styleChoices().map(({ name }) => name)).toEqual(
		'None,Cinematic,Photographic,Anime,Manga,Digital Art,Pixel art,Fantasy art,Neonpunk,3D Model'.split(','),
	);
});

test.for(['manga', 'Manga', 'digital art', 'Digital_Art', '3D Model', '3d-model'])(
	'--style %s is understood',
	(name) => {
		const [style] = styleNames.filter(
			(it) => styleNamed(it).label.toLowerCase() === name.toLowerCase().replace(/[-_]/, ' '),
		);
		expect(parseRequest({ prompt: `hat --style ${name}` })).toEqual({ prompt: 'hat', style });
	},
);

test('a style follows what was typed, and its negative the preset’s', () => {
	const { prompt, negative } = make({ prompt: '1girl, hat', style: 'manga', negative: 'shoes' });
	expect(prompt.endsWith(`absurdres, 1girl, hat, ${styleNamed('manga').tags.join(', ')}`)).toBe(true);
	expect(negative!.endsWith(`[abstract], ${styleNamed('manga').negative.join(', ')}, shoes`)).toBe(true);
});

test('a style stands before the first BREAK, with the tags that it is about', () => {
	const { prompt } = make({ prompt: '1girl BREAK sea', style: 'neonpunk', preset: 'none', syntax: 'webui' });
	expect(prompt.startsWith('cyberpunk')).toBe(true);
	expect(prompt.endsWith('1girl BREAK sea')).toBe(true);
});

test('what the member asks for is not in a style’s negative', () => {
	expect(styleNamed('anime').negative).toContain('3d');
	expect(splitTags(make({ prompt: '3d, hat', style: 'anime' }).negative!)).not.toContain('3d');
});

test('no style changes nothing', () => {
	expect(make({ prompt: 'hat', style: 'none' })).toEqual(make({ prompt: 'hat' }));
});

describe('presets', () => {
	test.for([
		['Standard v3.1', 'card'],
		['standard', 'card'],
		['Standard v3.0', 'standard-v3.0'],
		['Light v3.1', 'light'],
		['heavy', 'heavy'],
		['None', 'none'],
	])('the Space’s %s is our %s', ([name, preset]) => {
		expect(parseRequest({ prompt: 'hat', preset: name })).toEqual({ prompt: 'hat', preset });
	});

	test('v3.0 knew no aesthetic tags', () => {
		expect(make({ prompt: 'hat', preset: 'standard-v3.0' }).prompt).toBe('masterpiece, best quality, hat');
	});
});

test('texts of presets and styles name no tag twice, contradict themselves nowhere, and leave room for a prompt', () => {
	for (const { prefix: tags, negative } of presetNames.map(presetNamed)) check(tags, negative);
	for (const { tags, negative } of styleNames.map(styleNamed)) check(tags, negative);

	function check(tags: readonly string[], negative: readonly string[]): void {
		expect(uniqueTags(tags)).toEqual(tags);
		expect(uniqueTags(negative)).toEqual(negative);
		expect(tags.filter((tag) => negative.includes(tag))).toEqual([]);
		expect([...tags, ...negative].join(', ').length).toBeLessThan(limits.promptLength / 2);
	}
});
