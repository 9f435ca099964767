import type { Recipe } from '../recipe.ts';
import { judge } from './gate.ts';
import { lists } from './lists.ts';
import { compileRules } from './rules.ts';

/** Enough for the engine to compile what a decision runs through; more changes nothing that can be measured. */
const rounds = 60;

/** RE2 goes about them in different ways. */
const patterns = ['(?:z+q)+[0-9]{2,}', '(.*a){4}!', '(a|aa)+b!', '\\w+\\s+\\w+\\s+0!', '(?:gun|g1n)(?: \\w+){0,5}!'];

/**
 * Lets the gate decide on made-up prompts before members come: the first decisions of a process take several times as long as the
 * later ones, and hold up the bot's loop. Takes some 200 ms.
 */
export function warmGate(): void {
	const terms = Object.values(lists).flatMap((entries) => entries.flatMap((entry) => entry.terms));
	const rules = compileRules([
		{ text: 'kill', action: 'block', except: ['kill la kill'] },
		{ match: 'tag', text: 'gore', action: 'hold' },
		...patterns.map((text) => ({ match: 'pattern', text, action: 'block' }) as const),
		{ text: 'cat', action: 'replace', replacement: 'dog' },
	]);
	for (let i = 0; i < rounds; i++) {
		const some = terms.slice((i * 31) % terms.length).slice(0, 40);
		const prompt = [
			some.join(', '),
			[...some.join('')].join('.'),
			some.join(''),
			'a cat, l1o ((s*x:1.2)) '.repeat(9),
			// the longest ways that a reading can take
			pick(['l1', 'a.', 'n1s1', 'a* ', 'kill ', 'cat '], i).repeat(400),
		][i % 5]!;
		judge({
			recipe: { ...anyRecipe, prompt: prompt.slice(0, 2000) },
			channel: { ageRestricted: i % 2 === 0 },
			settings: { rules },
		});
	}
}

function pick(list: readonly string[], i: number): string {
	return list[Math.floor(i / 5) % list.length]!;
}

/** The gate looks at the prompt alone. */
const anyRecipe: Recipe = {
	version: 1,
	prompt: '',
	negative: '',
	syntax: 'plain',
	width: 1024,
	height: 1024,
	steps: 1,
	guidanceScale: 1,
	sampler: 'euler-ancestral',
	seeds: [0],
	model: '0'.repeat(16),
};
