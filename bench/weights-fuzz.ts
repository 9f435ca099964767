/**
 * Gives damaged and hostile weight files to the reader, and says what came of it; how far it is goes to stderr now and then. Exits
 * with 1 if anything went wrong.
 * `node bench/weights-fuzz.ts [--count 1000000] [--seed 1]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzWeights, type WeightsOutcome } from './fuzz/weights.ts';

const everyMs = 30_000;

const { values } = parseArgs({
	options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const count = Number(values.count);
const folder = await mkdtemp(join(tmpdir(), 'atelier-fuzz-'));
try {
	const start = performance.now();
	const before = process.memoryUsage().rss;
	const { accepted, refused, clock, files, wrong } = await fuzzWeights(count, Number(values.seed), {
		folder,
		onHeader: progress(count, start),
	});
	const facts: Record<string, string | number> = {
		headers: count.toLocaleString('en'),
		'of them also as files, to each of four readers': files.toLocaleString('en'),
		accepted: accepted.toLocaleString('en'),
		'kinds of refusal': refused.size,
		'longest for a header': `${clock.longestMs.toFixed(1)} ms, on the processor ${clock.longestCpuMs.toFixed(1)} ms`,
		'99.9 % of the headers': `at most ${clock.percentile(0.999).toFixed(1)} ms`,
		'largest memory': `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB (${(before / 2 ** 20).toFixed(0)} before)`,
		took: `${((performance.now() - start) / 1000).toFixed(0)} s`,
		'went wrong': wrong.length,
	};
	for (const [what, value] of Object.entries(facts)) console.log(`${what.padEnd(48)} ${value}`);
	for (const [kind, times] of [...refused].sort((a, b) => b[1] - a[1]).slice(0, 12))
		console.log(`    ${String(times).padStart(8)}  ${kind}`);
	for (const it of wrong.slice(0, 5)) console.log(`wrong: ${it}`);
	process.exitCode = wrong.length > 0 ? 1 : 0;
} finally {
	await rm(folder, { recursive: true, force: true });
}

/** Writes a line every half a minute. */
function progress(count: number, start: number): (done: number, outcome: WeightsOutcome) => void {
	let next = start + everyMs;
	return (done, { wrong }) => {
		const now = performance.now();
		if (now < next) return;
		next = now + everyMs;
		const left = ((now - start) / done) * (count - done);
		console.error(
			`${done.toLocaleString('en')} of ${count.toLocaleString('en')} headers, ${wrong.length} went wrong, about ${Math.ceil(left / 60_000)} min left`,
		);
	};
}
