import { access, constants, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './db/client.ts';
import { SetupError } from './errors.ts';
import { ImageStore } from './images/store.ts';
import type { Log } from './log.ts';
import { VaeError } from './model/errors.ts';
import { hashModel, type ModelFolder, openModelFolder } from './model/folder.ts';
import { hashLoras } from './model/lora-files.ts';
import { openTaggerFolder } from './model/tagger-folder.ts';
import { PainterBroken, PainterClient } from './pipeline/client.ts';
import { Dispatcher } from './queue/dispatcher.ts';
import { Jobs } from './queue/jobs.ts';

/** The tagger that comes with us: it knows the drawings of the demo model and no others. */
const demoModel = fileURLToPath(new URL('../models/demo', import.meta.url));

/** What the bot and a worker have in common: database, queue, pictures, model, painter and the dispatcher between them. */
export interface Studio {
	database: Database;
	jobs: Jobs;
	store: ImageStore;
	/** `random`: what new recipes say about where noise comes from. */
	model: ModelFolder & {
		hash: string;
		loras: readonly { name: string; sha256: string }[];
		random: 'philox' | undefined;
		syntax: Config['promptSyntax'];
	};
	painters: PainterClient[];
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
		const tagger = named('TAGGER_DIR', config.taggerDir, 'models/demo/tagger');
		await openTaggerFolder(config.taggerDir).catch(tagger);
		if (resolve(config.taggerDir) === join(demoModel, 'tagger') && folder.path !== demoModel)
			log.warn(
				`TAGGER_DIR = ${JSON.stringify(config.taggerDir)} is the demo model's, which cannot rate pictures of other models. Set a published WD tagger, version 3.`,
			);
		await makeFolder(config.stateDir).catch(named('STATE_DIR', config.stateDir, 'state'));
		const store = new ImageStore(join(config.stateDir, 'pictures'));
		const database = await openDatabase(config);
		closers.push(database.close);
		const [model, painter, jobs] = await Promise.all([
			Promise.all([hashModel(folder), hashLoras(folder.loras)]).then(([hash, loras]) => ({
				...folder,
				hash,
				loras,
				random: philoxIf(config.randomSource),
				syntax: config.promptSyntax,
			})),
			PainterClient.start({
				modelFolder: folder.path,
				vae: vae && resolve(vae),
				taggerFolder: resolve(config.taggerDir),
				ratingMs: config.taggerSeconds * 1000,
				signer: config.signer,
				device: config.device,
				env: config.painterEnv,
				log: (line) => log.info(line),
			})
				.catch((error: Error) => {
					if (error instanceof PainterBroken && error.part === 'tagger') tagger(error);
					throw error;
				})
				.then(async (p) => {
					closers.push(() => p.close());
					const { device, note, loadMs } = await p.whenReady();
					log.info(`the painter is ready: ${note}`, { device, loadMs: Math.round(loadMs) });
					return p;
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
			painters: [painter],
			modelHash: model.hash,
			guildPainters: config.guildPainters,
			log,
			...(on.settled && { onSettled: on.settled }),
			...(on.progress && { onProgress: on.progress }),
		});
		closers.push(() => dispatcher.stop());
		return { database, jobs, store, model, painters: [painter], dispatcher, close };
	} catch (error) {
		await close();
		throw error;
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
