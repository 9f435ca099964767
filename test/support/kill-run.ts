import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { APIMessage } from 'discord-api-types/v10';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { generations, images, outbox, usage } from '../../src/db/schema.ts';
import { makePlace } from './databases.ts';
import { componentsOf, isResult, PageMember, picturesOf, textOf } from './page.ts';
import { type Program, startBot, startStandinProgram } from './program.ts';

export interface KillResult {
	kills: number;
	accepted: number;
	/** Accepted generations that ended without pictures or without a message, and how. */
	lost: string[];
	/** Generations that more than one message shows. */
	doubled: string[];
	/** Whether usage counts just the pictures that were posted. */
	charged: string;
	/** From a kill to the next delivered result, milliseconds, sorted. */
	recoveryMs: number[];
}

/** A generator of its own, so that a failing run can be had again. */
function random(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

/**
 * Keeps a bot busy through a stand-in in another process, kills the bot or its painter at random moments, lets the rest be
 * painted, and compares what the database accepted with what Discord shows.
 */
export async function killRun(options: {
	kind: Database['kind'];
	victim: 'bot' | 'painter';
	kills: number;
	seed: number;
}): Promise<KillResult> {
	const place = await makePlace(options.kind);
	const standin = await startStandinProgram(join(place.config.stateDir, 'discord'));
	const { databaseUrl, stateDir } = place.config;
	const env = { STATE_DIR: stateDir, ...standin.env, ...(databaseUrl && { DATABASE_URL: databaseUrl }) };
	let bot = (await startBot(env)).program;
	const roll = random(options.seed);
	const recoveryMs: number[] = [];
	try {
		const members = [await PageMember.open(standin.url, 'mika'), await PageMember.open(standin.url, 'ren')];
		for (let kill = 0; kill < options.kills; kill++) {
			await keepBusy(members, kill);
			await wait(roll() * 1500);
			const killedAt = performance.now();
			const shown = results(await members[0]!.messages()).length;
			if (options.victim === 'painter') await killPainter(bot);
			else {
				await bot.end('SIGKILL');
				bot = (await startBot(env)).program;
			}
			await members[0]!.until((now) => results(now).length > shown || !hasOpen(now), { timeoutMs: 60_000 });
			recoveryMs.push(Math.round(performance.now() - killedAt));
		}
		await members[0]!.until((now) => !hasOpen(now), { timeoutMs: 90_000 });
		const messages = await members[0]!.messages();
		await bot.end();
		const database = await openDatabase(place.config);
		try {
			return {
				kills: options.kills,
				recoveryMs: recoveryMs.toSorted((a, b) => a - b),
				...(await compare(database, messages)),
			};
		} finally {
			await database.close();
		}
	} finally {
		await bot.end('SIGKILL');
		await standin.program.end();
		await place.remove();
	}
}

const results = (messages: APIMessage[]) => messages.filter(isResult);
const hasOpen = (messages: APIMessage[]) => messages.some((message) => /queued:|step \d+ of/.test(textOf(message)));

/** Presses are made while the bot is up; one that meets its death is answered by Discord, not by us. */
async function keepBusy(members: PageMember[], round: number): Promise<void> {
	for (const [i, member] of members.entries()) {
		await member.slash('imagine', {
			prompt: `1girl, solo, round ${round}`,
			seed: String(round * 10 + i),
			steps: 12,
			count: 2,
		});
	}
}

async function killPainter(bot: Program): Promise<void> {
	for (let tries = 0; tries < 200; tries++) {
		const children = readFileSync(`/proc/${bot.pid}/task/${bot.pid}/children`, 'utf8')
			.trim()
			.split(' ')
			.filter(Boolean);
		if (children[0]) {
			process.kill(Number(children[0]), 'SIGKILL');
			return;
		}
		await wait(20);
	}
	throw new Error('The bot has no painter');
}

async function compare({ db }: Database, messages: APIMessage[]): Promise<Omit<KillResult, 'kills' | 'recoveryMs'>> {
	const accepted = await db.select().from(generations);
	const rows = new Map((await db.select().from(outbox)).map((row) => [row.generationId, row]));
	const showing = (id: string) => messages.filter((m) => componentsOf(m).some((c) => String(c.custom_id).includes(id)));
	const lost = accepted
		.filter(({ id, state }) => state !== 'painted' || !rows.has(id) || showing(id).length === 0)
		.map(
			({ id, state }) => `${id}: ${state}, ${rows.get(id)?.state ?? 'no outbox row'}, ${showing(id).length} messages`,
		);
	const doubled = accepted.map(({ id }) => id).filter((id) => showing(id).length > 1);
	const spent = (await db.select().from(usage))
		.filter((row) => row.state === 'spent')
		.reduce((n, row) => n + row.pictures, 0);
	const posted = results(messages).flatMap(picturesOf).length;
	const stored = await db.$count(images);
	const charged =
		spent === posted && stored === posted ? 'as posted' : `${spent} charged, ${posted} posted, ${stored} stored`;
	return { accepted: accepted.length, lost, doubled, charged };
}
