/** `npm test`: formatter and linter, types, migrations, then the tests; ends with a line `N passed, N failed`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const filters = process.argv.slice(2);
let passed = 0;
let failed = 0;

const run = (command: string, args: string[], quiet = false) =>
	spawnSync(command, args, {
		stdio: quiet ? 'pipe' : 'inherit',
		encoding: 'utf8',
		shell: process.platform === 'win32',
	});

function check(title: string, ok: boolean, output = ''): void {
	if (ok) passed++;
	else failed++;
	console.log(`${ok ? '✓' : '✗'} ${title}${ok ? '' : `\n${output}`}`);
}

if (filters.length === 0) {
	const biome = run('biome', ['check', '.'], true);
	check('formatted and linted', biome.status === 0, biome.stdout + biome.stderr);
	const tsc = run('tsc', [], true);
	check('types agree', tsc.status === 0, tsc.stdout);
	const drizzle = run('drizzle-kit', ['generate'], true);
	const isCurrent = drizzle.status === 0 && drizzle.stdout.includes('No schema changes');
	check('migrations follow the schema', isCurrent, drizzle.stdout + drizzle.stderr);
}

const folder = mkdtempSync(join(tmpdir(), 'atelier-run-'));
const report = join(folder, 'report.json');
const vitest = run('vitest', [
	'run',
	...filters,
	'--reporter=default',
	'--reporter=json',
	`--outputFile.json=${report}`,
]);
let skipped = 0;
try {
	const result = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number> & {
		testResults: { status: string; assertionResults: unknown[] }[];
	};
	passed += result.numPassedTests!;
	failed += result.numFailedTests!;
	skipped = result.numPendingTests!;
	// A file that could not even be loaded has no test to count.
	failed += result.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
} catch (error) {
	console.error(`The tests left no report: ${String(error)}`);
}
rmSync(folder, { recursive: true, force: true });
// Leaks and errors outside of a test make vitest fail without a failed test.
if (vitest.status !== 0 && failed === 0) failed++;

console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);
