import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ModelFolder, openModelFolder } from '../../src/model/folder.ts';
import type { CompiledGraph } from '../../src/model/graph.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { type OnnxFile, openSession, type Session } from '../../src/pipeline/session.ts';
import { type Case, CaseError, folderOf } from './case.ts';

/** The model that stands in where a case's own is not in this repository: goldens are copied, models lie elsewhere. */
const demoModel = fileURLToPath(new URL('../../models/demo', import.meta.url));

/** Keeps models and sessions open from one case to the next. Everything is computed on the CPU in f32: goldens are. */
export class Workshop {
	readonly #standIn: string;
	readonly #say: (line: string) => void;
	readonly #models = new Map<string, Promise<ModelFolder>>();
	readonly #sessions = new Map<string, Promise<Session>>();
	readonly #pipelines = new Map<string, Promise<Sdxl>>();
	readonly #said = new Set<string>();

	/**
	 * @param standIn A model folder for cases whose own does not exist; by default the demo model.
	 * @param say Takes a line for people, when a model stands in.
	 */
	constructor(standIn: string | undefined, say: (line: string) => void) {
		this.#standIn = resolve(standIn ?? demoModel);
		this.#say = say;
	}

	/**
	 * Finds the model of a case: a folder, or one file in the original layout.
	 *
	 * @throws {CaseError} if neither that nor the one to stand in exists.
	 */
	async find(item: Case): Promise<string> {
		const own = item.model === undefined ? undefined : resolve(folderOf(item), item.model);
		for (const path of [own, this.#standIn]) {
			const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
			if (!path || !found) continue;
			if (path !== own && own !== undefined) this.#sayOnce(`\`${own}\` does not exist: using \`${path}\` in its place`);
			return path;
		}
		throw new CaseError(
			`\`${item.path}\`: expected its model \`${own ?? this.#standIn}\`, there is none (see --model)`,
		);
	}

	/**
	 * Opens a model, once.
	 *
	 * @param settings Of a single file of unusual size: the folder whose settings belong to it.
	 */
	model(path: string, settings?: string): Promise<ModelFolder> {
		return keep(this.#models, `${path} ${settings ?? ''}`, () => openModelFolder(path, { settings }));
	}

	/** Opens a network of a model, once. */
	session(model: ModelFolder, part: string, source: () => CompiledGraph | OnnxFile): Promise<Session> {
		return keep(this.#sessions, join(model.path, part), () => openSession(source(), { device: 'cpu' }));
	}

	/** Opens all that draws a picture, once for each model and setting of its scheduler. */
	sdxl(model: ModelFolder): Promise<Sdxl> {
		return keep(this.#pipelines, `${model.path} ${JSON.stringify(model.scheduler)}`, () => Sdxl.load(model, 'cpu'));
	}

	async close(): Promise<void> {
		for (const sdxl of this.#pipelines.values()) await (await sdxl.catch(() => undefined))?.networks.release();
		this.#pipelines.clear();
		for (const session of this.#sessions.values()) await (await session.catch(() => undefined))?.release();
		this.#sessions.clear();
	}

	#sayOnce(line: string): void {
		if (this.#said.has(line)) return;
		this.#said.add(line);
		this.#say(line);
	}
}

function keep<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
	const known = map.get(key);
	if (known) return known;
	const made = make();
	map.set(key, made);
	return made;
}
