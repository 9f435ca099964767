import type { Generation } from './db/generations.ts';
import { endedLayout, progressLayout, queuedLayout, resultLayout } from './discord/layouts.ts';
import { judge } from './moderation/gate.ts';
import { warmGate } from './moderation/warm.ts';
import { makeRecipe } from './prompt/recipe.ts';
import { parseRequest } from './prompt/request.ts';
import { syntaxNames } from './prompt/syntax/index.ts';
import { english } from './words/index.ts';

const rounds = 8;

/** Enough for the engine to have compiled what a text goes through: nested, listed, repeated, escaped. */
const texts = [
	'1girl, (blue hair:1.2), [smile], outdoors --ar 13:19 --steps 20',
	'ab'.repeat(300),
	'a*_`'.repeat(200),
	`${'('.repeat(40)}hat${')'.repeat(40)}`,
	'["lake", "sea"].and, cat++, dog--, (old tree)1.3',
	'{red, green} hair, <lora:none:1>, __eyes__, x BREAK y',
	'too long, '.repeat(250),
	'漢字、かな🎨\u202e @everyone <@1>'.repeat(40),
];

/**
 * Takes made-up wishes all the way from text to message before members come: the first steps of a process take many times as long
 * as the later ones, and hold up the bot's loop. Takes under a second.
 */
export function warmUp(): void {
	warmGate();
	for (let i = 0; i < rounds; i++)
		for (const syntax of syntaxNames)
			for (const prompt of texts) {
				try {
					take(prompt, syntax, i);
				} catch {
					// what cannot be read takes its way, too
				}
			}
}

function take(prompt: string, syntax: (typeof syntaxNames)[number], seed: number): void {
	const request = parseRequest({ prompt, syntax, negative: 'lowres, (bad)' });
	const { recipe, notes } = makeRecipe(request, { model, ceiling: 'safe', randomSeed: () => seed });
	judge({ recipe, channel: { ageRestricted: false } });
	const generation = { id: 'a'.repeat(20), userId: '1', kind: 'imagine', request, recipe, notes } as Generation;
	const pictures = [0, 1, 2, 3].map((position) => ({ position, file: `${position}.png`, isSpoiler: false }));
	queuedLayout(generation, { place: 1, seconds: 1 }, english);
	progressLayout(generation, { step: 1, steps: 2 }, english);
	resultLayout(generation, { pictures, withheld: 0, seconds: 1, modelName: 'none', canUpscale: true }, english);
	endedLayout(generation, 'This failed.', english);
}

const model = {
	hash: '0'.repeat(64),
	nativeSize: 1024,
	sizeMultiple: 8,
	recommended: { steps: 28, guidanceScale: 7, sampler: 'euler-ancestral' },
} as const;
