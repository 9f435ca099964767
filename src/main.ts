import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { readConfig } from './config.ts';
import { isDatabaseAway, ping } from './db/client.ts';
import { liftLeases } from './db/outbox.ts';
import { ProgressBoard } from './discord/board.ts';
import { CardPoster } from './discord/card-poster.ts';
import { choresOf } from './discord/chores.ts';
import { createClient, logIn, serve } from './discord/client.ts';
import { deliver } from './discord/delivery.ts';
import { attachmentSource, downloadAttachment } from './discord/download.ts';
import { factsNow, memberNow } from './discord/facts.ts';
import { SetupError } from './errors.ts';
import { serveHealth } from './health.ts';
import { createLog } from './log.ts';
import { readNames } from './moderation/names.ts';
import { protectEverywhere } from './moderation/place.ts';
import { knowTags } from './prompt/known-tags.ts';
import { Outbox } from './queue/outbox.ts';
import { Sweeper } from './queue/sweeper.ts';
import { runProgram } from './run.ts';
import { startStandin } from './standin/index.ts';
import { openStudio } from './studio.ts';
import { warmUp } from './warm.ts';

await runProgram(async (onClose, fail) => {
	const config = readConfig();
	const log = createLog(config.logLevel);
	if (config.tagsFile !== undefined) await knowTags(config.tagsFile);
	if (config.protectedNames !== undefined) protectEverywhere(await readNames(config.protectedNames));

	// What the studio wakes needs the studio first.
	let outbox: Outbox | undefined;
	let board: ProgressBoard | undefined;
	const studio = await openStudio(config, log, { settled: () => outbox?.wake(), progress: () => board?.look() });
	onClose(studio.close);
	const { db } = studio.database;

	// Without a token the stand-in is our Discord. From here on nothing knows which of the two it is.
	const standin = config.discord.token
		? undefined
		: await startStandin({ port: config.port, folder: join(config.stateDir, 'standin') }).catch((cause: Error) => {
				throw new SetupError(`PORT = ${config.port}, STATE_DIR = ${config.stateDir}: ${cause.message}`, { cause });
			});
	if (standin) onClose(() => standin.stop());
	const { token, api } = config.discord.token ? config.discord : standin!;

	warmUp();
	const client = createClient(api);
	onClose(() => client.destroy());
	const connected = await logIn(client, token!, log, fail);

	const shown = new ProgressBoard({ client: connected, db, log, painters: studio.painters.length });
	const delivery = {
		client: connected,
		db,
		store: studio.store,
		models: studio.models,
		thresholds: config.thresholds,
		closeProgress: (generationId: string) => shown.close(generationId),
	};
	outbox = new Outbox({ db, log, deliver: (generationId) => deliver(delivery, generationId) });
	const cards = new CardPoster({ client: connected, db, store: studio.store, thresholds: config.thresholds, log });
	const chores = choresOf({ db, store: studio.store, jobs: studio.jobs, rest: connected.rest });
	const sweeper = new Sweeper({ chores, log });
	const interactions = serve(
		connected,
		{
			db,
			jobs: studio.jobs,
			store: studio.store,
			models: studio.models,
			memberWaiting: config.memberWaiting,
			thresholds: config.thresholds,
			randomSeed: () => randomInt(2 ** 32),
			announce: (generation) => {
				studio.dispatcher.wake();
				shown
					.show(generation)
					.catch((error: unknown) => log.warn('progress cannot be shown', { error: String(error) }));
			},
			wakeOutbox: () => outbox?.wake(),
			wakeSweeper: () => sweeper.wake(),
			operator: {
				sourceUrl: config.sourceUrl,
				contact: config.operatorContact,
				signs: config.signer !== undefined,
				devices: studio.devices,
			},
			channelNow: (channelId, seenAgeRestricted) => factsNow(connected, channelId, seenAgeRestricted),
			memberNow: (guildId, userId) => memberNow(connected, guildId, userId),
			download: (url, limits) => downloadAttachment(url, attachmentSource(api), limits),
			describe: (image) => (studio.painters.find((it) => it.isIdle) ?? studio.painters[0]!).describe(image),
		},
		log,
	);

	if (studio.database.kind === 'embedded') await liftLeases(db);
	studio.dispatcher.start();
	outbox.start();
	cards.start();
	sweeper.start();
	shown.start();
	board = shown;
	onClose(async () => {
		await interactions.drain();
		await sweeper.stop();
		await studio.dispatcher.stop();
		await outbox.stop();
		await cards.stop();
		await shown.stop();
	});

	const health = standin
		? undefined
		: await serveHealth(config.port, async () => {
				await ping(db);
				return { gateway: connected.ws.ping, guilds: connected.guilds.cache.size, tagger: studio.dispatcher.tagger };
			});
	if (health) onClose(health.close);
	console.log(`Atelier is ready: ${(standin ?? health)!.url}`);
}, isDatabaseAway);
