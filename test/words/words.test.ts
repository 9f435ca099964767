import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commands, messageCommands } from '../../src/commands/index.ts';
import { localised } from '../../src/commands/localised.ts';
import { UserError } from '../../src/errors.ts';
import { admit, type GateInput, type GateSettings, type MemberFacts } from '../../src/moderation/gate.ts';
import { compileRules, type Rule } from '../../src/moderation/rules.ts';
import { optionNames, readOption } from '../../src/prompt/options.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest } from '../../src/prompt/request.ts';
import { english, say, translations, type Words, wordsFor } from '../../src/words/index.ts';
import { phrases } from '../../src/words/phrases.ts';
import { translated } from '../../src/words/translated.ts';
import { demoModel } from '../prompt/any.ts';

const placesIn = (text: string) => [...text.matchAll(/\{(\d+)\*?\}/g)].map(([, n]) => n).toSorted();
const codeIn = (text: string) => [...text.matchAll(/`[^`]*`/g)].map(([code]) => code).toSorted();
const mentionsIn = (text: string) =>
	[...text.matchAll(/<[@#t][!&:]?|@everyone|@here/g)].map(([sign]) => sign).toSorted();

describe.for(translations.map((words): [string, Words] => [words.name, words]))('%s', ([, words]) => {
	test('tells whatever the English phrase tells: values, code to type, mentions', () => {
		const facts = (text: string) => [placesIn(text), codeIn(text.replaceAll('*}', '}')), mentionsIn(text)];
		const changed = Object.entries(words.phrases).filter(([key, said]) => `${facts(key)}` !== `${facts(said)}`);
		expect(changed).toEqual([]);
	});

	test('says in public whatever the English words say', () => {
		const told = (from: object): string[] =>
			Object.values(from).flatMap((it) => {
				if (typeof it === 'object' && it !== null) return Array.isArray(it) ? [] : told(it);
				// Every parameter is another one, so that one that is left out is missed.
				return typeof it === 'function' ? [String(it(...(it.length === 1 ? ['71'] : ['71', '82'])))] : [];
			});
		const numbers = (from: object) => told(from).map((text) => (text.match(/71|82/g) ?? []).toSorted().join());
		const { phrases: _, seeds, ...rest } = words;
		const { phrases: __, seeds: ___, ...ours } = english;
		expect(numbers(rest)).toEqual(numbers(ours));
		expect(seeds(['71', '82'])).toContain('71, 82');
	});

	test('makes a text in time, whatever members wrote into it', () => {
		const hostile = ['`{0}` takes 1, not ', '; ', ', and about ', '. ', 'this picture: ', ' · ', '\n', ' → ', '**'];
		for (const piece of hostile) {
			const text = `The moderators of this server warned you about ${piece.repeat(4000 / piece.length)}.`;
			// Of the processor: others on this machine may take the thread's turn.
			const before = process.cpuUsage();
			for (let i = 0; i < 4; i++) say(words, text);
			const { user, system } = process.cpuUsage(before);
			expect((user + system) / 4 / 1000).toBeLessThan(50);
		}
	});
});

test('every phrase is one that the program says', () => {
	const src = fileURLToPath(new URL('../../src/', import.meta.url));
	const source = readdirSync(src, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts') && !/^(words|standin)\//.test(file))
		.map((file) => readFileSync(`${src}${file}`, 'utf8'))
		.join('\n');
	const wordsIn = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}’]+/gu) ?? [];
	const all = wordsIn(source.replace(/\$\{/g, ' '));
	const pairs = new Set(all.map((word, i) => `${all[i - 1]} ${word}`));
	const known = new Set(all);
	// Some are put together of parts, so half of the neighbours is enough; a sentence that was written anew has fewer.
	const stale = phrases.filter((phrase) => {
		const parts = phrase.split(/\{\d+\}/).map(wordsIn);
		const next = parts.flatMap((it) => it.slice(1).map((word, i) => `${it[i]} ${word}`));
		const found = next.filter((pair) => pairs.has(pair)).length;
		return parts.flat().some((word) => !known.has(word)) || found < next.length / 2;
	});
	const puzzles = ['**Words added:** {0}', '{0} changed settings', 'no warnings', '1 warning'];
	expect(stale.filter((it) => !puzzles.includes(it))).toEqual([]);
});

/** What is left of English: two words in a row that are no code, name or mention. */
const englishIn = (text: string) =>
	text.replace(/`[^`]*`|<[^>]*>|\([a-z:]+\)/g, '').match(/[A-Za-z]{2,} [a-z]{2,}/g) ?? [];

describe('a refusal is said in Japanese from end to end', () => {
	const ja = wordsFor('ja');
	const refusalOf = (act: () => unknown): string => {
		try {
			act();
		} catch (error) {
			if (error instanceof UserError) return error.message;
			throw error;
		}
		throw new Error('Expected a refusal');
	};
	const { recipe } = makeRecipe({ prompt: '1girl' }, { model: demoModel, ceiling: 'explicit', randomSeed: () => 0 });
	const block: Rule = { text: 'kill', match: 'words', action: 'block' };
	const until = new Date(2e12);
	const nobody: MemberFacts = { roleIds: [], joinedAt: null, isModerator: false };
	const cases: [string, string, GateSettings?, MemberFacts?, boolean?][] = [
		['minors', '1girl, loli, nude'],
		['minors, in two words', '1girl, child, sex'],
		['a time-out', '1girl', {}, { ...nobody, sanction: { kind: 'timeout', until } }],
		['a ban', '1girl', {}, { ...nobody, sanction: { kind: 'ban', until: null } }],
		['a place', '1girl', { draws: false }],
		['a role', '1girl', { artists: ['123456789012345678'] }, nobody],
		['a rule', 'kill', { rules: compileRules([block]) }],
		['a rule that leaves nothing', 'kill', { rules: compileRules([{ ...block, action: 'replace', replacement: '' }]) }],
		['a held word', 'kill', { rules: compileRules([{ ...block, action: 'hold' }]) }],
		['Discord’s flag', '1girl, nude'],
		['Discord’s flag, where only safe is wanted', '1girl, nude', { ceiling: 'safe' }],
		['a ceiling', '1girl, nude', { ceiling: 'safe' }, nobody, true],
		['a ceiling that allows something', '1girl, explicit', { ceiling: 'nsfw' }, nobody, true],
	];
	test.for(cases)('%s', ([, prompt, settings, member, ageRestricted = false]) => {
		const input: GateInput = { recipe: { ...recipe, prompt }, channel: { ageRestricted }, settings, member };
		const message = refusalOf(() => admit(input));
		expect(englishIn(say(ja, message)), message).toEqual([]);
	});

	test.for(optionNames.filter((name) => name !== 'hires'))('the option %s', (name) => {
		const message = refusalOf(() => readOption(name, '<no way>'));
		expect(englishIn(say(ja, message)), message).toEqual([]);
	});

	test.for([
		'',
		', , ,',
		'--no hat',
		'1girl --step 5',
		'1girl --zzzzzzzz 5',
		'1girl --ar',
		`${'a '.repeat(2100)}`,
		'<lora:x:99>',
	])('the prompt "%s"', (prompt) => {
		const message = refusalOf(() => parseRequest({ prompt }));
		expect(englishIn(say(ja, message)), message).toEqual([]);
	});
});

test('what members wrote comes back whole, and unknown sentences stay as they are', () => {
	const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((it) => !/[`\n]|[.!?] /.test(it));
	fc.assert(
		fc.property(word, fc.constantFrom(...translations), (match, words) => {
			expect(say(words, `This server’s rules block \`${match}\`. Take it out, or say it otherwise.`)).toContain(
				`\`${match}\``,
			);
			expect(say(words, `Zzyzx ${match}`)).toBe(`Zzyzx ${match}`);
		}),
	);
});

test('what tells how many takes a number, and not whatever a member wrote', () => {
	for (const words of translations) {
		expect(say(words, 'three of my pictures')).toBe('three of my pictures');
		expect(say(words, '1,003 pictures')).not.toMatch(/pictures/);
	}
});

test('a sentence in bold is one, and a list in front of another is said as well', () => {
	const said = say(
		wordsFor('de'),
		'3 rules: 2 block, 1 replaces. Nothing was changed. ⚠️ **Everybody sees this channel.** Thank you.',
	);
	expect(said).toBe(
		'3 Regeln: 2 verbieten, 1 ersetzt. Es wurde nichts geändert. ⚠️ **Diesen Kanal sehen alle.** Danke.',
	);
});

test('what is to be copied stays as it is, and so does a word that may be a member’s', () => {
	const text = 'Nothing was charged.\n```\nNothing was charged.\n```\n1. no';
	expect(say(wordsFor('de'), text)).toBe('Es wurde nichts angerechnet.\n```\nNothing was charged.\n```\n1. no');
});

test('English is said as it is written', () => {
	expect(say(english, phrases.join('\n'))).toBe(phrases.join('\n'));
});

test('a locale with a country is its language, and an unknown one goes to the next', () => {
	expect(wordsFor('en-GB').name).toBe('English');
	expect(wordsFor('fr', 'ja').name).toBe('日本語');
	expect(wordsFor('fr', null, undefined).name).toBe('English');
});

test('commands have descriptions in every language, within Discord’s limits, and keep their names', () => {
	const texts = (part: unknown): [string, string][] =>
		typeof part !== 'object' || part === null
			? []
			: Object.entries(part).flatMap(([key, value]) =>
					key.endsWith('_localizations')
						? Object.values((value ?? {}) as Record<string, string>).map((text): [string, string] => [key, text])
						: texts(value),
				);
	for (const { data } of [...commands, ...messageCommands]) {
		const said = localised(data);
		expect(said.name).toBe(data.name);
		for (const [, text] of texts(said)) expect(text.length).toBeLessThanOrEqual(100);
		if ('description' in data) expect(said.name_localizations ?? {}).toEqual({});
	}
	const [imagine] = commands.map(({ data }) => localised(data));
	expect(Object.keys(imagine!.description_localizations ?? {})).toEqual(translations.map(({ locale }) => locale));
});

test('what would be too long for its place stays English, and so does a message that would be', () => {
	const words: Words = { ...english, phrases: { Go: 'g'.repeat(81), Long: 'l'.repeat(5000) } };
	const button = { type: 2, label: 'Go', custom_id: 'Go' };
	const option = { value: 'Go', label: 'Go' };
	expect(translated([button, option], words)).toEqual([button, { ...option, label: 'g'.repeat(81) }]);
	const text = { type: 10, content: 'Go\nGo' };
	expect(translated({ components: Array(50).fill(text) }, words)).toEqual({ components: Array(50).fill(text) });
});

test('only texts of ours are said otherwise: no value, file or identity', () => {
	const body = {
		custom_id: 'Cancel',
		value: 'Prompt',
		files: [{ name: 'Prompt', description: 'Prompt' }],
		url: 'Prompt',
	};
	expect(translated(body, wordsFor('de'))).toEqual(body);
});
