import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SetupError, UserError } from '../src/errors.ts';
import { type ClipTokenizer, readTokenizer } from '../src/model/tokenizer.ts';
import { chunksOf } from '../src/pipeline/chunks.ts';
import { defaultSyntax, type Piece, parsePrompt, type Syntax, syntaxNames } from '../src/prompt/syntax/index.ts';
import { run } from './command-line.ts';

/*
 * Shows how prompts are read, a line each: prints a JSON line with the pieces and their weights, and the chunks of 77 ids that the first
 * text encoder gets; or `{"error": …}` for a prompt that cannot be read. Exits with 2 and one line if the question was wrong.
 */
const usage = `usage: npm run -s prompt -- [--syntax ${syntaxNames.join('|')}] [--model <folder>] < prompts.txt`;
const demoModel = fileURLToPath(new URL('../models/demo', import.meta.url));

/** Far beyond any prompt: brackets in brackets take time by the square. */
const longest = 20_000;

type Answer = { pieces: Piece[]; chunks: { tokenIds: readonly number[] }[] } | { error: string };

await run(main);

async function main(): Promise<void> {
	const { syntax, model } = readArguments();
	const tokenizer = await readTokenizer(join(model, 'tokenizer'), 'tokenizer');
	let answers: string[] = [];
	for await (const line of linesOf(process.stdin)) {
		answers.push(JSON.stringify(answer(line, syntax, tokenizer)));
		if (answers.length < 200) continue;
		await print(answers);
		answers = [];
	}
	if (answers.length > 0) await print(answers);
}

function answer(line: string, syntax: Syntax, tokenizer: ClipTokenizer): Answer {
	if (line.length > longest)
		return { error: `The prompt is too long: at most ${longest.toLocaleString('en-US')} characters are read.` };
	try {
		const pieces = parsePrompt(line, syntax);
		return { pieces, chunks: chunksOf(pieces, syntax, tokenizer).map(({ ids }) => ({ tokenIds: ids })) };
	} catch (error) {
		if (error instanceof UserError) return { error: error.message };
		throw error;
	}
}

/** Splits at line feeds alone, since a prompt may hold Unicode's other line ends. What is too long is cut, not kept in memory. */
async function* linesOf(input: NodeJS.ReadStream): AsyncGenerator<string, void, void> {
	const finished = (line: string) => line.replace(/\r$/, '');
	let rest = '';
	for await (const part of input.setEncoding('utf8')) {
		const lines = (rest + part).split('\n');
		rest = lines.pop()!.slice(0, longest + 2);
		for (const line of lines) yield finished(line);
	}
	if (rest !== '') yield finished(rest);
}

/** Waits while the reader is slower than we are: answers do not pile up in memory. */
async function print(lines: string[]): Promise<void> {
	if (process.stdout.write(`${lines.join('\n')}\n`)) return;
	await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}

function readArguments(): { syntax: Syntax; model: string } {
	const { syntax = defaultSyntax, model = demoModel } = parse();
	const known = syntaxNames.find((name) => name === syntax);
	if (known === undefined)
		throw new SetupError(`--syntax takes ${syntaxNames.join(', ')}, not ${JSON.stringify(syntax)}. ${usage}`);
	return { syntax: known, model };
}

function parse(): { syntax?: string | undefined; model?: string | undefined } {
	const options = { syntax: { type: 'string' }, model: { type: 'string' } } as const;
	try {
		return parseArgs({ options, allowPositionals: false }).values;
	} catch (error) {
		const reason = error instanceof Error ? error.message.split(/\.?\s*(?:\n|To specify)/)[0] : String(error);
		throw new SetupError(`${reason}. ${usage}`, { cause: error });
	}
}
