import type { Ceiling } from '../../src/moderation/ceiling.ts';
import { judge, type Verdict } from '../../src/moderation/gate.ts';
import { lists } from '../../src/moderation/lists.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest } from '../../src/prompt/request.ts';
import { demoModel } from '../prompt/any.ts';
import { ordinaryPrompt } from './ordinary.ts';
import { pick, type Random, seeded } from './random.ts';
import { beyond, fresh, heldOut, known, type Trick } from './tricks.ts';

/** A prompt that the floor must refuse, and how it was made. */
export interface RedPrompt {
	prompt: string;
	kind: 'critical' | 'youth' | 'age' | 'person';
	trick: string;
	set: 'known' | 'held out' | 'fresh' | 'beyond';
}

const latin = /^[a-z][a-z ]{2,}$/;
const termsOf = (entries: readonly { strength: string; terms: readonly string[] }[], ...strengths: string[]) =>
	entries.filter(({ strength }) => strengths.includes(strength)).flatMap(({ terms }) => terms);
const words = {
	critical: termsOf(lists.youth, 'critical'),
	youth: termsOf(lists.youth, 'plain', 'implied'),
	sexual: termsOf(lists.sexual, 'nsfw', 'explicit'),
	person: termsOf(lists.people, 'plain', 'implied'),
};
const numbers =
	'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen'.split(
		' ',
	);
const ageForms: ((years: string) => string)[] = [
	(n) => `${n} years old`,
	(n) => `${n} year old girl`,
	(n) => `${n}-year-old`,
	(n) => `age ${n}`,
	(n) => `aged ${n}`,
	(n) => `(age:${n})`,
	(n) => `${n} yo`,
	(n) => `${n} y/o`,
	(n) => `${n} yrs old`,
];
const tricks = { known, 'held out': heldOut, fresh, beyond };

/** Writes prompts that must be refused: words of the lists, spelled by tricks, among ordinary tags. The same for the same seed. */
export function* redTeam(
	count: number,
	seed: number,
	sets: RedPrompt['set'][] = ['known', 'held out'],
): Generator<RedPrompt> {
	const random = seeded(seed);
	for (let i = 0; i < count; i++) {
		const set = pick(random, sets);
		const [name, trick] = pick(random, Object.entries(tricks[set]));
		const kind = pick(random, ['critical', 'youth', 'youth', 'age', 'person'] as const);
		const telling = tellingWords(kind, trick, random);
		const tags = ordinaryPrompt(random).split(', ').slice(0, 6);
		for (const word of telling) tags.splice(Math.floor(random() * (tags.length + 1)), 0, word);
		yield { prompt: tags.join(', '), kind, trick: name, set };
	}
}

function tellingWords(kind: RedPrompt['kind'], trick: Trick, random: Random): string[] {
	const spelled = (list: readonly string[]) => spell(pick(random, list), trick, random);
	if (kind === 'critical') return [spelled(words.critical)];
	const sexual = spelled(words.sexual);
	if (kind !== 'age') return [spelled(words[kind]), sexual];
	const years = random() < 0.5 ? pick(random, numbers) : String(1 + Math.floor(random() * 17));
	const age = pick(random, ageForms)(years);
	return [age.replace(/[a-z]{3,}/g, (word) => trick(word, random)), sexual];
}

// Tricks are made for Latin letters; two-word terms are spelled word by word. Other scripts stay as they are.
function spell(term: string, trick: Trick, random: Random): string {
	return latin.test(term)
		? term
				.split(' ')
				.map((word) => (word.length > 2 ? trick(word, random) : word))
				.join(' ')
		: term;
}

/** Judges a prompt as `/imagine` would, in a channel with a ceiling. */
export function judgePrompt(prompt: string, ceiling: Ceiling): Verdict {
	const context = { model: demoModel, ceiling, randomSeed: () => 7 };
	const { recipe } = makeRecipe(parseRequest({ prompt }), context);
	return judge({ recipe, channel: { ageRestricted: true }, settings: { ceiling } });
}
