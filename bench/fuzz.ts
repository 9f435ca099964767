/**
 * Throws hostile prompts, pictures and addresses at the parts that meet them first, and says what came of it. Exits with 1 if
 * anything went wrong. `npm run fuzz -- [--prompts 100000] [--images 100000] [--urls 10000] [--seed 1]`
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { warmUp } from '../src/warm.ts';
import { fuzzImages } from './fuzz/images.ts';
import { fuzzPrompts } from './fuzz/prompts.ts';
import { fuzzUrls } from './fuzz/urls.ts';
import { Witness } from './fuzz/witness.ts';

const { values } = parseArgs({
	options: {
		prompts: { type: 'string', default: '100000' },
		images: { type: 'string', default: '100000' },
		urls: { type: 'string', default: '10000' },
		seed: { type: 'string', default: '1' },
		show: { type: 'string', default: '5' },
	},
});
const [prompts, images, urls, seed, show] = [values.prompts, values.images, values.urls, values.seed, values.show].map(
	Number,
) as [number, number, number, number, number];
const wrong: string[] = [];
const report = (name: string, facts: Record<string, string | number>) => {
	console.log(`${name}:`);
	for (const [what, value] of Object.entries(facts)) console.log(`    ${what.padEnd(44)} ${value}`);
};

if (prompts > 0) {
	// as main.ts does before it logs in
	warmUp();
	const witness = new Witness();
	await witness.ready();
	const start = performance.now();
	const { drawn, refused, unread, clock, slowest, ...rest } = fuzzPrompts(prompts, seed);
	const slow = await clock.slow(await witness.end());
	report(`${prompts.toLocaleString('en')} prompts`, {
		'would be drawn, or shown': drawn,
		'refused by the gate': refused,
		'not understood': unread,
		'longest step of the thread': `${clock.longestMs.toFixed(1)} ms`,
		'of it on the processor, at most': `${clock.longestCpuMs.toFixed(1)} ms`,
		'99.9 % of the steps': `at most ${clock.percentile(0.999).toFixed(1)} ms`,
		'steps over 50 ms by the clock': slow.length,
		'of them without what held up a sleeping thread': slow.filter(({ ms, heldUpMs }) => ms - heldUpMs > 50).length,
		'slowest prompt': JSON.stringify(slowest.slice(0, 60)),
		took: `${((performance.now() - start) / 1000).toFixed(0)} s`,
		'went wrong': rest.wrong.length,
	});
	for (const step of slow.slice(0, show)) {
		const [ms, cpu, gc, held] = [step.ms, step.cpuMs, step.gcMs, step.heldUpMs].map((it) => it.toFixed(1));
		console.log(
			`slow: ${ms} ms, ${cpu} of processor, ${gc} of collection, ${held} while a sleeping thread was held up`,
		);
	}
	wrong.push(...rest.wrong);
}
if (images > 0) {
	const start = performance.now();
	const { answers, deaths, mostMiB, longestListMs, ...rest } = await fuzzImages(images, seed);
	report(`${images.toLocaleString('en')} pictures`, {
		...Object.fromEntries([...answers].sort((a, b) => b[1] - a[1])),
		'the reader died': deaths,
		'its largest memory': `${mostMiB.toFixed(0)} MiB`,
		'longest for 100 pictures': `${longestListMs.toFixed(0)} ms`,
		took: `${((performance.now() - start) / 1000).toFixed(0)} s`,
		'went wrong': rest.wrong.length,
	});
	wrong.push(...rest.wrong);
}
if (urls > 0) {
	const start = performance.now();
	const delay = monitorEventLoopDelay({ resolution: 1 });
	delay.enable();
	const { answers, connections, ...rest } = await fuzzUrls(urls, seed);
	report(`${urls.toLocaleString('en')} addresses`, {
		...Object.fromEntries([...answers].sort((a, b) => b[1] - a[1])),
		'connections to the server that is allowed': connections.ours,
		'connections to Discord’s hosts (cut off here)': connections.discord,
		'longest hold-up of the loop': `${(delay.max / 1e6).toFixed(1)} ms`,
		took: `${((performance.now() - start) / 1000).toFixed(0)} s`,
		'went wrong': rest.wrong.length,
	});
	wrong.push(...rest.wrong);
}
for (const it of wrong.slice(0, show)) console.log(`wrong: ${it}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
