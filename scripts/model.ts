import { dirname, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { SetupError } from '../src/errors.ts';
import { hashModel, openModelFolder } from '../src/model/folder.ts';
import type { Kind } from '../src/model/hub/choose.ts';
import { Hub } from '../src/model/hub/client.ts';
import { gigabytes, pull } from '../src/model/hub/pull.ts';
import { modelsFolder } from '../src/model/installed.ts';
import { isPreviewDecoder } from '../src/model/preview-decoder.ts';
import { readEnvKey, writeEnvKey } from './model/env-file.ts';
import { Progress } from './model/progress.ts';
import { findShelved, listShelf, removeShelved, requireUsable, type Shelved, verifyShelved } from './model/shelf.ts';

/*
 * Fetches models from the Hugging Face hub and keeps them in order. HF_ENDPOINT names a mirror, HF_TOKEN an account. Exits with 1 if
 * something that was verified is wrong, and with 2 and one line if the question was.
 */
const usage = `usage: npm run model -- pull <owner/name> [--revision main] [--file x.safetensors] [--lora] [--to models] [--use]
       npm run model -- list | verify [<name>] | use <name> | offer <name> | withdraw <name> | remove <name> [--yes]`;

/** Which key of `.env` chooses one of a kind. */
const keys: Partial<Record<Kind, string>> = {
	model: 'MODEL_DIR',
	checkpoint: 'MODEL_DIR',
	tagger: 'TAGGER_DIR',
	scorer: 'AESTHETIC_DIR',
	vae: 'VAE',
};
const envFile = '.env';

process.stdout.on('error', () => process.exit()); // a reader such as `head` may leave early
process.exitCode = await main().catch((error: unknown) => {
	if (!(error instanceof SetupError)) throw error;
	console.error(error.message);
	return 2;
});

async function main(): Promise<number> {
	const { values, positionals } = readArguments();
	const [command, name, ...rest] = positionals;
	const models = values.to;
	if (rest.length > 0) throw new SetupError(usage);
	if (command === 'pull' && name !== undefined) return pullOne(name, values);
	if (command === 'list' && name === undefined) return list(models);
	if (command === 'verify')
		return verify(name === undefined ? await listShelf(models) : [await findShelved(models, name)]);
	if (command === 'use' && name !== undefined) return use(await findShelved(models, name));
	if (command === 'offer' && name !== undefined) return offer(await findShelved(models, name));
	if (command === 'withdraw' && name !== undefined) return withdraw(await findShelved(models, name));
	if (command === 'remove' && name !== undefined) return remove(await findShelved(models, name), values.yes);
	throw new SetupError(usage);
}

function readArguments() {
	try {
		return parseArgs({
			options: {
				revision: { type: 'string', default: 'main' },
				file: { type: 'string' },
				lora: { type: 'boolean', default: false },
				to: { type: 'string', default: 'models' },
				use: { type: 'boolean', default: false },
				yes: { type: 'boolean', default: false },
			},
			allowPositionals: true,
		});
	} catch (error) {
		throw new SetupError(`${error instanceof Error ? error.message : error}\n${usage}`, { cause: error });
	}
}

async function pullOne(
	repo: string,
	asked: { revision: string; file?: string | undefined; lora: boolean; to: string; use: boolean },
): Promise<number> {
	const silenceMs = 60_000;
	const endpoint = process.env.HF_ENDPOINT?.trim() || 'https://huggingface.co';
	if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
		throw new SetupError(
			`HF_ENDPOINT = ${JSON.stringify(endpoint)}: expected an address. Example: https://huggingface.co`,
		);
	const hub = new Hub({ endpoint, token: process.env.HF_TOKEN?.trim() || undefined, silenceMs });
	const abort = new AbortController();
	process.once('SIGINT', () => abort.abort(new SetupError('Stopped. The same command goes on from here.')));
	let progress: Progress | undefined;
	try {
		const { name } = await pull(hub, {
			...asked,
			models: asked.to,
			repo,
			attempts: 6,
			retryMs: 1000,
			silenceMs,
			signal: abort.signal,
			onStart: ({ commit, files, bytes, bytesThere }) => {
				const there = bytesThere > 0 ? `, of which ${gigabytes(bytesThere)} are there` : '';
				console.log(`${repo} at ${commit.slice(0, 7)}: ${files} files, ${gigabytes(bytes)}${there}`);
				progress = new Progress(process.stderr, bytes, bytesThere);
			},
			onProgress: (bytes, file) => progress?.show(bytes, file),
		});
		progress?.end();
		const shelved = await findShelved(asked.to, name);
		await requireUsable(shelved.kind, shelved.path);
		return await tellUse(shelved, asked.use);
	} catch (error) {
		progress?.end();
		throw error;
	}
}

async function tellUse(shelved: Shelved, isWanted: boolean): Promise<number> {
	const key = await keyFor(shelved);
	console.log(`${shelved.path} is ready.`);
	if (key !== undefined && isWanted) return use(shelved);
	if (key !== undefined)
		console.log(`To use it, put ${key}=${shelved.path} into .env, or: npm run model -- use ${shelved.name}`);
	if (key === 'MODEL_DIR' && !isWanted)
		console.log(`To let members choose it beside the model in use: npm run model -- offer ${shelved.name}`);
	if (shelved.kind === 'vae' && key === undefined)
		console.log('Previews are made with it where its folder is called taesdxl, of SDXL models without their own.');
	if (shelved.kind === 'lora') console.log(`Members ask for it with <lora:${shelved.name}:0.8>.`);
	return 0;
}

async function list(models: string): Promise<number> {
	const used = new Set(
		(await Promise.all([...new Set(Object.values(keys))].map((key) => readEnvKey(envFile, key))))
			.filter((path) => path !== undefined)
			.map((path) => resolve(path)),
	);
	const offered = await offeredModels();
	const all = await listShelf(models);
	for (const { kind, name, path, bytes, record } of all)
		console.log(
			[
				used.has(resolve(path)) ? '*' : offered.some((one) => isOffered(one, { name, path })) ? '+' : ' ',
				name.padEnd(32),
				kind.padEnd(10),
				gigabytes(bytes).padStart(9),
				record ? `${record.repo}@${record.commit.slice(0, 7)}` : '',
			]
				.join(' ')
				.trimEnd(),
		);
	console.log(
		all.length === 0 ? `${models} holds no models.` : '* is in use, + can be chosen by members besides (.env)',
	);
	return 0;
}

async function verify(all: readonly Shelved[]): Promise<number> {
	let isWrong = false;
	for (const shelved of all) {
		const wrong = await verifyShelved(shelved);
		isWrong ||= wrong.length > 0;
		for (const sentence of wrong) console.log(`BAD ${shelved.name}: ${sentence}`);
		if (wrong.length === 0) console.log(`ok  ${shelved.name} ${await hashOf(shelved)}`.trimEnd());
	}
	return isWrong ? 1 : 0;
}

/** The hash by which recipes name a model. */
async function hashOf({ kind, path }: Shelved): Promise<string> {
	return kind === 'model' || kind === 'checkpoint' ? hashModel(await openModelFolder(path)) : '';
}

/** Which key chooses this one, if any does: what makes previews is used from where it lies. */
async function keyFor({ kind, path }: Shelved): Promise<string | undefined> {
	return kind === 'vae' && (await isPreviewDecoder(path)) ? undefined : keys[kind];
}

async function use(shelved: Shelved): Promise<number> {
	const key = await keyFor(shelved);
	if (key === undefined)
		throw new SetupError(`${shelved.path} is a ${shelved.kind}: it is used from where it lies, nothing has to be set.`);
	await requireUsable(shelved.kind, shelved.path);
	const path = relative('.', shelved.path);
	await writeEnvKey(envFile, key, path);
	console.log(`.env says ${key}=${path} now. It holds from the next start on.`);
	if (key === 'MODEL_DIR' && (await readEnvKey(envFile, 'TAGGER_DIR')) === undefined)
		console.log(
			'A published tagger is needed to rate its pictures: npm run model -- pull SmilingWolf/wd-vit-tagger-v3 --use',
		);
	return 0;
}

/** Lets members choose a model beside the one in use. */
async function offer(shelved: Shelved): Promise<number> {
	if (keys[shelved.kind] !== 'MODEL_DIR')
		throw new SetupError(`${shelved.path} is a ${shelved.kind}: only models are offered.`);
	await requireUsable(shelved.kind, shelved.path);
	const offered = await offeredModels();
	if (!offered.some((one) => one === '*' || isOffered(one, shelved)))
		await writeEnvKey(envFile, 'MODELS', [...offered, nameOf(shelved)].join(', '));
	console.log(`.env says MODELS=${(await offeredModels()).join(', ')} now. It holds from the next start on.`);
	return 0;
}

async function withdraw(shelved: Shelved): Promise<number> {
	const offered = await offeredModels();
	const left = offered.filter((one) => !isOffered(one, shelved));
	if (left.length === offered.length) throw new SetupError(`${shelved.path} is not named in MODELS in .env.`);
	await writeEnvKey(envFile, 'MODELS', left.join(', '));
	console.log(`${shelved.name} is no longer offered, from the next start on.`);
	return 0;
}

/** What MODELS in .env lists, as `src/config.ts` reads it. */
async function offeredModels(): Promise<string[]> {
	return ((await readEnvKey(envFile, 'MODELS')) ?? '')
		.split(',')
		.map((one) => one.trim())
		.filter((one) => one !== '');
}

function isOffered(entry: string, { name, path }: Pick<Shelved, 'name' | 'path'>): boolean {
	return resolve(entry) === resolve(path) || (entry === name && resolve(dirname(path)) === resolve(modelsFolder));
}

/** A name is found in the folder of models only. */
function nameOf({ name, path }: Shelved): string {
	return resolve(dirname(path)) === resolve(modelsFolder) ? name : relative('.', path);
}

async function remove(shelved: Shelved, isSure: boolean): Promise<number> {
	const key = await keyFor(shelved);
	const chosen = key === undefined ? undefined : await readEnvKey(envFile, key);
	if (chosen !== undefined && resolve(chosen) === resolve(shelved.path))
		throw new SetupError(
			`${shelved.path} is the one that .env names (${key}). Choose another first: npm run model -- use …`,
		);
	if ((await offeredModels()).some((one) => isOffered(one, shelved)))
		throw new SetupError(
			`${shelved.path} is offered to members (MODELS in .env). First: npm run model -- withdraw ${shelved.name}`,
		);
	if (!isSure && !(await confirm(`Delete ${shelved.path} (${gigabytes(shelved.bytes)})? [y/N] `))) {
		console.log('Nothing was deleted.');
		return 0;
	}
	const left = await removeShelved(shelved);
	console.log(`${shelved.path} is deleted.${left === undefined ? '' : ` What else lies in ${left} was left there.`}`);
	return 0;
}

async function confirm(question: string): Promise<boolean> {
	if (!process.stdin.isTTY) throw new SetupError('Nobody is here to be asked: add --yes to delete it.');
	const dialog = createInterface({ input: process.stdin, output: process.stdout });
	const answer = await dialog.question(question);
	dialog.close();
	return /^y(?:es)?$/i.test(answer.trim());
}
