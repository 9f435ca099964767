import { access, constants, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './db/client.ts';
import { SetupError } from './errors.ts';
import { ImageStore } from './images/store.ts';
import type { Log } from './log.ts';
import { openAestheticFolder } from './model/aesthetic-folder.ts';
import { VaeError } from './model/errors.ts';
import { type ModelFolder, openModelFolder } from './model/folder.ts';
import { HashMemory } from './model/hash-memory.ts';
import { hashInstalled, type InstalledModel, openFurtherModels } from './model/installed.ts';
import { openTaggerFolder } from './model/tagger-folder.ts';
import { ceilings } from './moderation/ceiling.ts';
import { objectionToParent } from './moderation/parent.ts';
import {
	type DeviceChoice,
	PainterBroken,
	PainterClient,
	type PainterOptions,
	type PainterReady,
} from './pipeline/client.ts';
import type { Device, UpscalerFacts } from './pipeline/protocol.ts';
import { Dispatcher } from './queue/dispatcher.ts';
import { Jobs } from './queue/jobs.ts';

/** Tagger and scorer come with it: they know the drawings of this model and no others. */
const demoModel = fileURLToPath(new URL('../models/demo', import.meta.url));

/** A model with the operator's choices that hold for all. */
export interface StudioModel extends InstalledModel {
	/** What new recipes say about where noise comes from. */
	random: 'philox' | undefined;
	syntax: Config['promptSyntax'];
	/** Whether pictures are scored, so that the best of many can be chosen. */
	isScoring: boolean;
	/** What enlarges pictures of any model, beside the model's own. */
	upscalers: readonly UpscalerFacts[];
}

/** What the bot and a worker have in common: database, queue, pictures, model, painter and the dispatcher between them. */
export interface Studio {
	database: Database;
	jobs: Jobs;
	store: ImageStore;
	/** What members can choose. The first is drawn with where nobody says otherwise. */
	models: readonly [StudioModel, ...StudioModel[]];
	painters: PainterClient[];
	/** Of each painter, as it found it. */
	devices: Device[];
	dispatcher: Dispatcher;
	close(): Promise<void>;
}

/**
 * Opens everything that painting needs, in an order in which the cheapest mistakes show first. The dispatcher is not started.
 *
 * @throws {SetupError} in words for the operator
 */
export async function openStudio(
	config: Config,
	log: Log,
	on: { settled?: () => void; progress?: () => void } = {},
): Promise<Studio> {
	const closers: (() => Promise<void>)[] = [];
	const close = async () => {
		for (const closer of closers.splice(0).reverse()) await closer();
	};
	try {
		const { vae } = config;
		const folder = await openModelFolder(config.modelDir, { vae }).catch((error: Error) =>
			error instanceof VaeError
				? named('VAE', vae!, 'models/sdxl-vae-fp16-fix')(error)
				: named('MODEL_DIR', config.modelDir, 'models/demo')(error),
		);
		const further = await openFurtherModels(config.models, folder, {
			vae,
			onSkipped: ({ message }) => log.warn(`A model is left out: ${message}`),
		}).catch(named('MODELS', config.models.join(', '), 'animagine-xl-3.0, other-model'));
		const tagger = named('TAGGER_DIR', config.taggerDir, 'models/demo/tagger');
		await openTaggerFolder(config.taggerDir).catch(tagger);
		if (
			resolve(config.taggerDir) === join(demoModel, 'tagger') &&
			[folder, ...further].some(({ path }) => path !== demoModel)
		)
			log.warn(
				`TAGGER_DIR = ${JSON.stringify(config.taggerDir)} is the demo model's, which cannot rate pictures of other models. Set a published WD tagger, version 3.`,
			);
		const scorer = await scorerFolder(config.aestheticDir, folder, log);
		await makeFolder(config.stateDir).catch(named('STATE_DIR', config.stateDir, 'state'));
		const store = new ImageStore(join(config.stateDir, 'pictures'));
		const database = await openDatabase(config);
		closers.push(database.close);
		const [installed, painters, jobs] = await Promise.all([
			hashAll([folder, ...further], await HashMemory.open(join(config.stateDir, 'hashes.json')), log),
			startPainters(
				config.devices,
				{
					modelFolder: folder.path,
					vae: vae && resolve(vae),
					modelBytes: config.modelBytes,
					taggerFolder: resolve(config.taggerDir),
					scorerFolder: scorer,
					upscalerFolder: resolve(config.upscalersDir),
					ratingMs: config.taggerSeconds * 1000,
					signer: config.signer,
					env: config.painterEnv,
				},
				{ log, closers },
			).catch((error: Error) => {
				if (error instanceof PainterBroken && error.part === 'tagger') tagger(error);
				if (error instanceof PainterBroken && error.part === 'device')
					named('DEVICE', config.devices.join(','), 'auto')(error);
				throw error;
			}),
			Jobs.start(database, log).then((j) => {
				closers.push(() => j.stop());
				return j;
			}),
		]);
		if (database.kind === 'embedded') {
			const reclaimed = await jobs.reclaimAll(database.db);
			if (reclaimed > 0) log.info('jobs of the last run are taken up again', { jobs: reclaimed });
		}
		const dispatcher = new Dispatcher({
			database,
			jobs,
			store,
			painters,
			models: new Map(installed.map(({ hash, name, path }) => [hash, { name, path }])),
			guildPainters: config.guildPainters,
			judgeUpload: ({ recipe: { prompt }, ceiling }, seen) =>
				objectionToParent({
					ratings: seen?.ratings,
					youthTags: seen?.youthTags ?? {},
					prompt,
					ceiling: ceilings.find((it) => it === ceiling) ?? 'safe',
					thresholds: config.thresholds,
				}),
			log,
			...(on.settled && { onSettled: on.settled }),
			...(on.progress && { onProgress: on.progress }),
		});
		closers.push(() => dispatcher.stop());
		const ready = await Promise.all(painters.map((painter) => painter.whenReady()));
		const chosen = {
			random: philoxIf(config.randomSource),
			syntax: config.promptSyntax,
			...commonTo(ready),
		};
		const [first, ...others] = installed.map((model): StudioModel => ({ ...model, ...chosen }));
		const devices = ready.map(({ device }) => device);
		return { database, jobs, store, models: [first!, ...others], painters, devices, dispatcher, close };
	} catch (error) {
		await close();
		throw error;
	}
}

/**
 * Starts a painter for each device. If one cannot work, none does: an operator who names a device wants to know.
 *
 * @param beside.closers gets what ends those that started.
 */
async function startPainters(
	devices: readonly DeviceChoice[],
	options: Omit<PainterOptions, 'device' | 'sharers' | 'log'>,
	{ log, closers }: { log: Log; closers: (() => Promise<void>)[] },
): Promise<PainterClient[]> {
	const sharers = devices.filter((device) => device === 'cpu').length;
	const started = await Promise.allSettled(
		devices.map(async (device, i) => {
			const name = devices.length === 1 ? 'the painter' : `painter ${i + 1}`;
			const painter = await PainterClient.start({
				...options,
				device,
				...(device === 'cpu' && { sharers }),
				log: (line) => log.info(devices.length === 1 ? line : `${name}: ${line}`),
			});
			closers.push(() => painter.close());
			const { device: found, note, loadMs } = await painter.whenReady();
			log.info(`${name} is ready: ${note}`, { device: found, loadMs: Math.round(loadMs) });
			return painter;
		}),
	);
	return started.map((one) => {
		if (one.status === 'rejected') throw one.reason;
		return one.value;
	});
}

/** What every painter can do: a job goes to any of them. */
function commonTo(all: readonly PainterReady[]): Pick<StudioModel, 'isScoring' | 'upscalers'> {
	const [{ upscalers = [] } = {}, ...others] = all;
	return {
		isScoring: all.every(({ isScoring }) => isScoring === true),
		upscalers: upscalers.filter(({ sha256 }) => others.every((it) => it.upscalers?.some((u) => u.sha256 === sha256))),
	};
}

/** Takes the hashes of models, one after another. Two with the same weights are one. */
async function hashAll(folders: readonly ModelFolder[], memory: HashMemory, log: Log): Promise<InstalledModel[]> {
	const models: InstalledModel[] = [];
	for (const folder of folders) {
		const model = await hashInstalled(folder, memory);
		const same = models.find(({ hash }) => hash === model.hash);
		if (same) log.warn(`${model.path} has the weights of ${same.path}, so it is left out`);
		else models.push(model);
	}
	return models;
}

/** Finds the scorer's folder, if there is one that can be used: it is not needed, so what is wrong with it is only said. */
async function scorerFolder(path: string, model: ModelFolder, log: Log): Promise<string | undefined> {
	const folder = resolve(path);
	if (folder === join(demoModel, 'aesthetic') && model.path !== demoModel) {
		log.info('pictures are not scored: AESTHETIC_DIR is the demo model’s, which knows no other model’s pictures');
		return undefined;
	}
	try {
		await openAestheticFolder(folder);
		return folder;
	} catch (error) {
		log.warn(`AESTHETIC_DIR = ${JSON.stringify(path)}: ${(error as Error).message}. Pictures are not scored.`);
		return undefined;
	}
}

/** Recipes name only what is not torch's. */
function philoxIf(source: Config['randomSource']): 'philox' | undefined {
	return source === 'philox' ? 'philox' : undefined;
}

/** Makes a folder and those above it, one by one: Node's own recursion never ends under /proc. */
async function makeFolder(path: string): Promise<void> {
	const folder = resolve(path);
	try {
		await access(folder, constants.R_OK | constants.W_OK);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
		await makeFolder(dirname(folder));
		await mkdir(folder).catch((failure: NodeJS.ErrnoException) => {
			if (failure.code !== 'EEXIST') throw failure;
		});
	}
}

/** Says which key of the configuration an error comes from. */
function named(key: string, value: string, example: string): (cause: Error) => never {
	return (cause) => {
		throw new SetupError(`${key} = ${JSON.stringify(value)}: ${cause.message}. Example: ${example}`, { cause });
	};
}
