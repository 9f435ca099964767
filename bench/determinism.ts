import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { paintAgainAndAgain } from '../test/support/determinism.ts';

/*
 * `npm run determinism -- [--pictures 1000] [--restart-every 50] [--seed 1]`: paints the same pictures over restarts, kills and
 * cancellations, in every place of a batch and in any order, with the demo model on this machine's device, and compares their files.
 * Exits with 1 if one differs. docs/determinism.md holds a run.
 */
const { values } = parseArgs({
	options: {
		pictures: { type: 'string', default: '1000' },
		'restart-every': { type: 'string', default: '50' },
		seed: { type: 'string', default: '1' },
	},
});
const start = performance.now();
const result = await paintAgainAndAgain({
	pictures: Number(values.pictures),
	restartEvery: Number(values['restart-every']),
	seed: Number(values.seed),
	onProgress: (compared) => {
		if (process.stderr.isTTY) process.stderr.write(`\r${compared} of ${values.pictures} pictures`);
	},
});
const seconds = Math.round((performance.now() - start) / 1000);
const { compared, different, recipes, restarts, kills, cancelled, slots, device } = result;
console.log(`${device}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${seconds} s`);
console.log(
	`${compared} pictures of ${recipes} recipes: ${compared - different.length} equal, ${different.length} different`,
);
console.log(
	`painters: ${restarts} restarts, ${kills} of them killed in the middle of a job; ${cancelled} jobs cancelled`,
);
console.log(
	Object.entries(slots)
		.toSorted(([a], [b]) => (a.slice(-1) + a < b.slice(-1) + b ? -1 : 1))
		.map(([slot, count]) => `${slot}: ${count}`)
		.join(', '),
);
for (const one of different.slice(0, 20)) console.log(JSON.stringify(one));
process.exitCode = different.length > 0 ? 1 : 0;
