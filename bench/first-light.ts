/**
 * `npm run bench`: from start to ready, four pictures, what the bot adds to the bare model, and the event loop's worst delay.
 * Everything is real: the demo model on this machine's processor, the embedded database, a stand-in in a process of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isResult, PageMember } from '../test/support/page.ts';
import { Program, startStandinProgram } from '../test/support/program.ts';

const prompt = '1girl, solo, blue hair, twintails, green eyes, smile, outdoors, day';
const rounds = Number(process.argv[2] ?? 10);
const folder = await mkdtemp(join(tmpdir(), 'atelier-bench-'));

interface Painted {
	paintMs: number;
	runMs: number;
}

/** Starts the bot as `npm start` does, with the loop's meter inside, and measures the time to "ready". */
async function timedStart(env: Record<string, string>) {
	const since = performance.now();
	const { program, found } = await Program.start('src/main.ts', {
		env: { PORT: '0', NODE_OPTIONS: `--import ${join(import.meta.dirname, 'loop-delay.ts')}`, ...env },
		ready: /^Atelier is ready: (\S+)$/m,
	});
	return { program, url: found, seconds: (performance.now() - since) / 1000 };
}

/** Reads the meter, which also sets it back. */
async function worstDelay(bot: Program): Promise<{ max: number; p99: number }> {
	bot.stdout = '';
	process.kill(bot.pid, 'SIGUSR2');
	return JSON.parse(await bot.until(/loop-delay (.*)/)) as { max: number; p99: number };
}

/** Asks for pictures and waits until they are in the channel. */
async function timedImagine(member: PageMember, seed: number): Promise<number> {
	const before = (await member.messages()).filter(isResult).length;
	const since = performance.now();
	await member.slash('imagine', { prompt, seed: String(seed) });
	await member.until((now) => now.filter(isResult).length > before, { timeoutMs: 120_000 });
	return performance.now() - since;
}

function row(name: string, values: number[], unit: string): void {
	const sorted = values.toSorted((a, b) => a - b);
	const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
	const shown = [sorted[0]!, at(0.5), sorted.at(-1)!].map((value) => value.toFixed(2).padStart(9)).join('');
	console.log(`${name.padEnd(58)}${shown} ${unit}`);
}

console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, ${rounds} rounds${' '.repeat(8)}`);
console.log(`${''.padEnd(58)}      min   median      max`);
try {
	// As a newcomer: the playground in the same process, first with an empty folder, then again.
	const first = await timedStart({ STATE_DIR: join(folder, 'newcomer') });
	const newcomer = await PageMember.open(first.url, 'mika');
	const firstPictures = await timedImagine(newcomer, 0);
	await first.program.end();
	const again = await timedStart({ STATE_DIR: join(folder, 'newcomer') });
	await again.program.end();
	row('start to ready, first time', [first.seconds], 's');
	row('start to ready, again', [again.seconds], 's');
	row('the very first four pictures, press to message', [firstPictures / 1000], 's');

	// As in earnest: Discord elsewhere, so that the loop's delay is the bot's alone.
	const standin = await startStandinProgram(join(folder, 'discord'));
	const bot = await timedStart({ STATE_DIR: join(folder, 'state'), LOG_LEVEL: 'info', ...standin.env });
	const member = await PageMember.open(standin.url, 'mika');
	await timedImagine(member, 0);
	await worstDelay(bot.program);
	bot.program.stderr = '';
	const wallMs: number[] = [];
	const delays: { max: number; p99: number }[] = [];
	for (let round = 1; round <= rounds; round++) {
		wallMs.push(await timedImagine(member, round * 10));
		delays.push(await worstDelay(bot.program));
	}
	const painted = [...bot.program.stderr.matchAll(/ painted (\{.*\})/g)].map(
		([, json]) => JSON.parse(json!) as Painted,
	);
	await bot.program.end();
	await standin.program.end();
	row(
		'four pictures, 128 × 128, 20 steps, press to message',
		wallMs.map((ms) => ms / 1000),
		's',
	);
	row(
		'  of it inside session.run',
		painted.map(({ runMs }) => runMs / 1000),
		's',
	);
	row(
		'painter over bare session.run',
		painted.map(({ paintMs, runMs }) => (paintMs / runMs - 1) * 100),
		'%',
	);
	row(
		'press to message over bare session.run',
		wallMs.map((ms, i) => ms - painted[i]!.runMs),
		'ms',
	);
	row(
		'worst delay of the bot’s event loop in a job (goal < 50)',
		delays.map(({ max }) => max),
		'ms',
	);
	row(
		'99th percentile of that delay',
		delays.map(({ p99 }) => p99),
		'ms',
	);
} finally {
	await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
