import { parseArgs } from 'node:util';
import { SetupError } from '../src/errors.ts';
import { checkFolder, type Row } from './parity/check.ts';

const usage = 'usage: npm run parity -- <folder> [--strict] [--model <folder>]';

/*
 * Compares our code with what diffusers and transformers compute, case by case (test/golden/README.md says what a case is).
 * Exits with 0 if all that is covered agrees, 1 if a case does not (with --strict also if one is not covered), and 2 if the
 * question was wrong.
 */
process.stdout.on('error', () => process.exit()); // a reader such as `head` may leave early
process.exitCode = await main();

async function main(): Promise<number> {
	try {
		const { values, positionals } = readArguments();
		const [folder] = positionals;
		if (folder === undefined || positionals.length > 1) throw new SetupError(usage);
		const options = { say: console.log, onRow: (row: Row) => console.log(line(row)) };
		const rows = await checkFolder(folder, values.model === undefined ? options : { ...options, model: values.model });
		return conclude(rows, values.strict);
	} catch (error) {
		if (!(error instanceof SetupError)) throw error;
		console.error(error.message);
		return 2;
	}
}

function readArguments() {
	try {
		return parseArgs({
			options: { strict: { type: 'boolean', default: false }, model: { type: 'string' } },
			allowPositionals: true,
		});
	} catch (error) {
		throw new SetupError(`${error instanceof Error ? error.message : error}\n${usage}`, { cause: error });
	}
}

function line({ name, kind, tolerance, outcome, agrees }: Row): string {
	if (!outcome.covered) return `  --   ${name.padEnd(44)} not covered: ${outcome.reason}`;
	const error = kind === 'tokens' ? String(outcome.error) : outcome.error.toExponential(2);
	return `  ${agrees ? 'ok ' : 'BAD'}  ${name.padEnd(44)} ${error.padStart(9)} of ${tolerance}${outcome.remark ? ` ${outcome.remark}` : ''}`;
}

function conclude(rows: readonly Row[], strict: boolean): number {
	const bad = rows.filter(({ outcome, agrees }) => outcome.covered && !agrees);
	const open = rows.filter(({ outcome }) => !outcome.covered);
	console.log(
		`${rows.length} cases: ${rows.length - bad.length - open.length} agree, ${bad.length} do not, ${open.length} are not covered yet`,
	);
	return bad.length > 0 || (strict && open.length > 0) ? 1 : 0;
}
