import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { judge } from '../../src/moderation/gate.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest } from '../../src/prompt/request.ts';
import { type Syntax, wordsOf } from '../../src/prompt/syntax/index.ts';
import { demoModel } from '../prompt/any.ts';

/** What can stand inside a word without the text encoders seeing it, and what breaks it. */
const signs: Record<Syntax, string[]> = {
	plain: ['(', ')', '+'],
	webui: ['()', '[]', '\\', '(', ')', '[', ']', '(:1.1)', '(: 1 )', ':1.0)', '(:.5)', '(:1)', '(:+1.)', '[[]]', '(\\'],
	compel: ['+', '-', '++', '(', ')', '"', '(a)', ')1.2', '.attend(1)', '\\(', '\\"'],
};

const isBlocked = (prompt: string, syntax: Syntax) => {
	const { recipe } = makeRecipe(parseRequest({ prompt, syntax, preset: 'none' }), {
		model: demoModel,
		ceiling: 'explicit',
		randomSeed: () => 0,
	});
	return !judge({ recipe, channel: { ageRestricted: true }, settings: { ceiling: 'explicit' } }).allow;
};

/** What the encoders read; nothing of a prompt that is refused before the gate. */
function reads(text: string, syntax: Syntax): string {
	try {
		return wordsOf(text, syntax);
	} catch (error) {
		if (error instanceof UserError) return '';
		throw error;
	}
}

test.for(Object.keys(signs) as Syntax[])('no emphasis of %s hides a word that the text encoders read', (syntax) => {
	const words = fc.constantFrom('loli', 'shota', 'nude toddler');
	const sign = fc.oneof({ weight: 5, arbitrary: fc.constant('') }, fc.constantFrom(...signs[syntax]));
	let tried = 0;
	fc.assert(
		fc.property(words, fc.array(sign, { minLength: 12, maxLength: 12 }), (word, between) => {
			const text = `nude, ${[...word].map((letter, i) => letter + between[i]!).join('')}`;
			if (!reads(text, syntax).includes(word)) return;
			tried++;
			expect(isBlocked(text, syntax), text).toBe(true);
		}),
		{ numRuns: 500 },
	);
	expect(tried).toBeGreaterThan(30);
});

test.for([
	['webui', '(loli:1.2), (nude:1.3)'],
	['webui', '((loli)), [nude]'],
	['webui', 'hat BREAK loli BREAK nude'],
	['webui', '(lo)(li:1.1), nude'],
	['compel', 'loli++, nude--'],
	['compel', '(loli)1.3, "nude"-'],
	['compel', 'loli.attend(1.2), nude'],
] as const)('in the syntax %s, %s is blocked', ([syntax, prompt]) => {
	expect(isBlocked(prompt, syntax)).toBe(true);
	expect(isBlocked(prompt.replaceAll('loli', 'adult').replace('(lo)(li:1.1)', 'adult'), syntax)).toBe(false);
});
