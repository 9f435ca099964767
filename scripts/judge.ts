import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { SetupError, UserError } from '../src/errors.ts';
import { type CeilingSetting, ceilingOf, ceilings } from '../src/moderation/ceiling.ts';
import type { ProtectedNames } from '../src/moderation/floor.ts';
import { type GateInput, judge, type Verdict } from '../src/moderation/gate.ts';
import { readNames } from '../src/moderation/names.ts';
import { limits } from '../src/prompt/options.ts';
import { type ModelFacts, makeRecipe } from '../src/prompt/recipe.ts';
import { type ImagineRequest, parseRequest } from '../src/prompt/request.ts';
import { run } from './command-line.ts';

/*
 * Asks the gate about prompts, a line each, as a member would type them in `/imagine`, flags included. Prints a JSON line for each.
 * Exits with 2 and one line if the question was wrong.
 */
const usage =
	'usage: npm run -s judge -- --ceiling safe|sensitive|nsfw|explicit|unknown [--names names.txt] < prompts.txt';
const ceilingNames: readonly CeilingSetting[] = [...ceilings, 'unknown'];

/** Any model will do: the gate looks at the words. */
const model: ModelFacts = {
	hash: 'judge',
	nativeSize: 1024,
	sizeMultiple: 32,
	recommended: { steps: 28, guidanceScale: 7, sampler: 'euler-ancestral' },
};

const tooLong = `The prompt is too long: at most ${limits.promptLength.toLocaleString('en-US')} characters fit.`;

type Answer = { allow: true } | { allow: false; rule: string; match: string; advice: string };

await run(main);

async function main(): Promise<void> {
	const settings = await readSettings();
	let lines: string[] = [];
	for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
		lines.push(JSON.stringify(answer(line, settings)));
		if (lines.length < 500) continue;
		await print(lines);
		lines = [];
	}
	if (lines.length > 0) await print(lines);
}

/** A channel of which nothing is known for `unknown`; else one that Discord's flag does not bound, so that the setting does. */
function answer(line: string, settings: Asked): Answer {
	const channel: GateInput['channel'] = { ageRestricted: settings.ceiling === 'unknown' ? 'unknown' : true };
	let request: ImagineRequest;
	try {
		// Far beyond what Discord lets through: cleaning it would take longer than refusing it.
		if (line.length > 20 * limits.promptLength) throw new UserError('prompt-too-long', tooLong);
		request = parseRequest({ prompt: line });
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return { allow: false, rule: 'input', match: error.code, advice: error.message };
	}
	const { recipe } = makeRecipe(request, { model, ceiling: ceilingOf(channel, settings.ceiling), randomSeed: () => 0 });
	return shortened(judge({ recipe, channel, settings }));
}

function shortened(verdict: Verdict): Answer {
	if (verdict.allow) return { allow: true };
	const { rule, match, advice } = verdict;
	return { allow: false, rule, match, advice };
}

/** Waits while the reader is slower than we are: answers do not pile up in memory. */
async function print(lines: string[]): Promise<void> {
	if (process.stdout.write(`${lines.join('\n')}\n`)) return;
	await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}

type Asked = { ceiling: CeilingSetting; names?: ProtectedNames };

async function readSettings(): Promise<Asked> {
	const { ceiling: text, names } = parse();
	if (text === undefined) throw new SetupError(`--ceiling is missing: say what the channel allows. ${usage}`);
	const ceiling = ceilingNames.find((name) => name === text);
	if (ceiling === undefined)
		throw new SetupError(`--ceiling takes ${ceilingNames.join(', ')}, not ${JSON.stringify(text)}`);
	return names === undefined ? { ceiling } : { ceiling, names: await readNames(names) };
}

function parse(): { ceiling?: string | undefined; names?: string | undefined } {
	try {
		return parseArgs({ options: { ceiling: { type: 'string' }, names: { type: 'string' } }, allowPositionals: false })
			.values;
	} catch (error) {
		const reason = error instanceof Error ? error.message.split(/\.?\s*(?:\n|To specify)/)[0] : String(error);
		throw new SetupError(`${reason}. ${usage}`, { cause: error });
	}
}
