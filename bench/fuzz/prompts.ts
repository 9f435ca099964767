import type { APIMessageTopLevelComponent } from 'discord.js';
import { altText } from '../../src/commands/alt-text.ts';
import { caseCard } from '../../src/commands/case-card.ts';
import type { Generation } from '../../src/db/generations.ts';
import {
	endedLayout,
	type MessageBody,
	progressLayout,
	queuedLayout,
	resultLayout,
} from '../../src/discord/layouts.ts';
import { UserError } from '../../src/errors.ts';
import type { CeilingSetting } from '../../src/moderation/ceiling.ts';
import { judge, reasonFor } from '../../src/moderation/gate.ts';
import { lists } from '../../src/moderation/lists.ts';
import { compileRules, type Rule, type RuleSet, ruleLimits } from '../../src/moderation/rules.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest } from '../../src/prompt/request.ts';
import { syntaxNames } from '../../src/prompt/syntax/index.ts';
import { english } from '../../src/words/index.ts';
import { pick, type Random, seeded } from '../../test/moderation/random.ts';
import { beyond, fresh, heldOut, known, last } from '../../test/moderation/tricks.ts';
import { demoModel } from '../../test/prompt/any.ts';
import { Clock } from './clock.ts';

const terms = Object.values(lists).flatMap((entries) => entries.flatMap((entry) => entry.terms));
const tricks = Object.values({ ...known, ...heldOut, ...fresh, ...last, ...beyond });
const many = (random: Random, most: number) => 1 + Math.floor(random() ** 3 * most);
const times = (count: number, make: () => string) => Array.from({ length: count }, make);

/** Any code point at all, halves of pairs among them. */
function anySign(random: Random): string {
	const tops = [0x7f, 0xff, 0x3000, 0xffff, 0x10ffff] as const;
	return String.fromCodePoint(Math.floor(random() * pick(random, tops)));
}

const bombs = [
	'a',
	'aa ',
	'x',
	'ab',
	'(a',
	'a.',
	'a*',
	'l1',
	's*x ',
	'1 0 ',
	'<lora:',
	'::1.',
	'(a:1.1)',
	'no a ',
	'а',
	'裸体',
	'유아',
	'\\',
	'{',
	'[',
	'-- ',
	'--no ',
	'--ar ',
	'@',
	'<@1> ',
	'@everyone ',
	'<@&1> <#1> ',
	'\u202e',
	'a\u0301',
	'\n',
	', ',
	'||',
	'`',
];
const flags = ['ar', 'seed', 'steps', 'cfg', 'n', 'no', 'sampler', 'rating', 'preset', 'clipskip', 'zzz', ''];

/** One kind of hostile text each. */
const kinds: Record<string, (random: Random) => string> = {
	signs: (random) => times(many(random, 3000), () => anySign(random)).join(''),
	repeats: (random) => pick(random, bombs).repeat(many(random, 3000)).slice(0, 6000),
	nested: (random) => {
		const [open, close] = pick(
			random,
			['()', '[]', '{}', '<>'].map((pair) => [...pair] as [string, string]),
		);
		const depth = many(random, 1500);
		return (
			open.repeat(depth) +
			pick(random, terms) +
			(random() < 0.7 ? `:1.${many(random, 9)}` : '') +
			close.repeat(many(random, 1500))
		);
	},
	terms: (random) =>
		times(many(random, 200), () => pick(random, tricks)(pick(random, terms), random)).join(
			pick(random, [', ', ' ', '', '\n', '.']),
		),
	mixed: (random) =>
		times(many(random, 60), () =>
			kinds[pick(random, ['signs', 'nested', 'flags', 'terms', 'repeats'])]!(random).slice(0, 80),
		).join(pick(random, [', ', ' ', '|'])),
	flags: (random) =>
		`1girl ${times(many(random, 40), () => `--${pick(random, flags)} ${random() < 0.5 ? pick(random, bombs) : Math.floor(random() * 1e9)}`).join(' ')}`,
	patterns: (random) =>
		`${pick(random, ['a', 'x', 'ab', 'kill ', '0', 'aA'])}`.repeat(many(random, 2000)) +
		pick(random, ['!', 'b', '', 'y']),
	schedules: (random) =>
		times(many(random, 100), () =>
			pick(random, [
				'[a:b:0.5]',
				'[a|b]',
				'AND',
				'BREAK',
				'(a)++',
				'("a", "b").blend(1,2)',
				'<lora:x:1>',
				'a.swap(b)',
				'[[a]:',
				'::',
			]),
		).join(' '),
};

/** Writes one hostile prompt, up to what Discord lets through. */
export function hostilePrompt(random: Random): string {
	return kinds[pick(random, Object.keys(kinds))]!(random).slice(0, 6000);
}

/** As many rules as a server may have, with the worst patterns that are let in. */
export function mostRules(): RuleSet {
	const bad = [
		'(a+)+$',
		'(a|aa)+b',
		'(x+x+)+y',
		'(.*a){6}',
		'([a-z]+)*!',
		'(a*)*(b|c)',
		'\\w+\\s+\\w+\\s+0',
		'(?:kill|k1ll)(?: \\w+){0,9}!',
		// for machines with a state for each set of places
		'(a|b)*a(a|b){12}[c-e]',
		'\\p{L}+!',
	];
	const rules: Partial<Rule>[] = [];
	for (let i = 0; i < ruleLimits.rules - ruleLimits.patterns; i++)
		rules.push({
			text: `${['kill', 'la kill', 'blood and gore', 'foo bar baz', 'cat'][i % 5]} ${i}`,
			match: i % 3 ? 'words' : 'tag',
			action: (['block', 'hold', 'block'] as const)[i % 3]!,
			except: [`kill la kill ${i}`],
		});
	// Met at each letter, and each time looked for to the end; what it makes of the prompt is judged once more.
	rules.push({ match: 'pattern', text: 'l.*~|l', action: 'replace', replacement: 'i' });
	let set = compileRules(rules as Rule[]);
	for (let i = 0; i < ruleLimits.patterns; i++) {
		const next = [...rules, { match: 'pattern', text: `${bad[i % bad.length]}${i}`, action: 'block' } as const];
		try {
			set = compileRules(next as Rule[]);
		} catch (error) {
			// together they may be no larger
			if (error instanceof UserError) break;
			throw error;
		}
		rules.push(next.at(-1)!);
	}
	return set;
}

export interface PromptFigures {
	prompts: number;
	drawn: number;
	refused: number;
	/** Not understood: a sentence for the member. */
	unread: number;
	clock: Clock;
	/** The prompt that took longest. */
	slowest: string;
	/** What should not have happened, with the prompt. */
	wrong: string[];
}

/** Sends hostile prompts through all that the bot's own thread does with them: reading, recipe, gate, layouts, sentences. */
export function fuzzPrompts(count: number, seed: number): PromptFigures {
	const random = seeded(seed);
	const rules = mostRules();
	const figures: PromptFigures = {
		prompts: count,
		drawn: 0,
		refused: 0,
		unread: 0,
		clock: new Clock(),
		slowest: '',
		wrong: [],
	};
	for (let i = 0; i < count; i++) {
		const prompt = hostilePrompt(random);
		const ceiling = pick(random, ['safe', 'sensitive', 'nsfw', 'explicit', 'unknown'] as const);
		const syntax = random() < 0.3 ? pick(random, syntaxNames) : undefined;
		const given = { prompt, syntax, negative: random() < 0.2 ? hostilePrompt(random) : undefined };
		try {
			const isSlowest = figures.clock.time(() => figures[handle(given, ceiling, rules)]++);
			if (isSlowest) figures.slowest = prompt;
		} catch (error) {
			figures.wrong.push(
				`${error instanceof Error ? error.message : error} for ${JSON.stringify(prompt).slice(0, 300)}`,
			);
		}
	}
	return figures;
}

export function handle(
	given: Parameters<typeof parseRequest>[0],
	setting: CeilingSetting,
	rules: RuleSet,
): 'drawn' | 'refused' | 'unread' {
	try {
		const request = parseRequest(given);
		const ceiling = setting === 'unknown' ? 'safe' : setting;
		const { recipe, notes } = makeRecipe(request, { model: demoModel, ceiling, randomSeed: () => 7 });
		const verdict = judge({
			recipe,
			channel: { ageRestricted: setting !== 'unknown' },
			settings: { ceiling: setting, rules },
		});
		if (!verdict.allow) {
			checkSentence(reasonFor(verdict));
			return 'refused';
		}
		checkLayouts({ ...anyGeneration, request, recipe: verdict.recipe ?? recipe, notes });
		return 'drawn';
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		checkSentence(error.message);
		return 'unread';
	}
}

const anyGeneration = {
	id: 'a'.repeat(20),
	kind: 'imagine',
	state: 'done',
	userId: '1345184008765440000',
	guildId: '1345184008765440001',
	channelId: '1345184008765440002',
	createdAt: new Date(0),
	deletedAt: null,
} as unknown as Generation;

function checkLayouts(generation: Generation): void {
	const pictures = generation.recipe.seeds.map((_, position) => ({
		position,
		file: `${position}.png`,
		isSpoiler: false,
	}));
	for (const body of [
		queuedLayout(generation, { place: 1, seconds: 1 }, english),
		progressLayout(generation, { step: 1, steps: 2, preview: 'preview.webp' }, english),
		resultLayout(generation, { pictures, withheld: 0, seconds: 1, modelName: 'demo', canUpscale: true }, english),
		endedLayout(generation, 'This failed.', english),
	])
		checkBody(body);
	const card = { generationId: generation.id, guildId: generation.guildId, state: 'open', decisions: 0 };
	const report = {
		userId: '1345184008765440003',
		reason: generation.request.prompt.slice(0, 500),
		createdAt: new Date(0),
	};
	const file = {
		card,
		generation,
		images: [],
		messageId: null,
		parent: undefined,
		descendants: 0,
		reports: Array(6).fill(report),
		reportedBefore: 0,
		sanctions: [],
		history: [],
		undoable: undefined,
	};
	const components = caseCard(file as unknown as Parameters<typeof caseCard>[0], { files: [], missing: [] });
	checkBody({ flags: 0, components, allowed_mentions: { parse: [] } });
	if (altText(generation, 0).length > 1024) throw new Error('an alternative text is too long');
}

const unprintable = /(?!\n)[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

/** Discord's limits, and ours: no pings, no control characters. */
function checkBody({ components, allowed_mentions }: MessageBody): void {
	if (JSON.stringify(allowed_mentions) !== '{"parse":[]}') throw new Error('a message may ping');
	const found = [...walk(components)];
	const text = found.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
	if (text > 4000) throw new Error(`a message has ${text} characters`);
	if (found.filter(({ type }) => typeof type === 'number').length > 40)
		throw new Error('a message has over 40 components');
	for (const { label = '', content = '', description = '' } of found) {
		if (label.length > 80) throw new Error('a label is too long');
		if (description.length > 1024) throw new Error('a description is too long');
		if (unprintable.test(content + label)) throw new Error('control characters reach a message');
		if (/@(?!\u200b)(?:everyone|here)|(?<!\\)<@&|(?<!\\)<#\d{1,5}>/.test(content))
			throw new Error('a mention reaches a message');
	}
}

type Part = { type?: number; content?: string; label?: string; description?: string };

function* walk(value: APIMessageTopLevelComponent[] | unknown): Generator<Part> {
	if (!value || typeof value !== 'object') return;
	if (!Array.isArray(value)) yield value as Part;
	for (const inner of Object.values(value)) yield* walk(inner);
}

/** A private answer is an ordinary message. */
function checkSentence(sentence: string): void {
	if (sentence.length > 2000) throw new Error(`an answer has ${sentence.length} characters`);
	if (unprintable.test(sentence)) throw new Error('control characters reach an answer');
}
