import { stat } from 'node:fs/promises';
import type { ModelFolder } from '../model/folder.ts';
import { type AppliedLora, type Lora, readLora } from '../model/lora.ts';
import type { LoraFile } from '../model/lora-files.ts';
import type { Recipe } from '../recipe.ts';

/** A LoRA as it was read when the file had this stamp. */
interface Known {
	stamp: string;
	lora: Lora;
}

/** The LoRAs of a model, read when a recipe first asks for them, and again when their file has changed. */
export class Loras {
	readonly #folder: ModelFolder;
	readonly #known = new Map<string, Known>();

	constructor(folder: ModelFolder) {
		this.#folder = folder;
	}

	/**
	 * Finds what a recipe asks for.
	 *
	 * @throws {RangeError} if this model has no such LoRA, or another of that name.
	 * @throws {ModelError} if the file is broken or does not fit the model.
	 */
	async named(wanted: Recipe['loras'] = []): Promise<AppliedLora[]> {
		const applied: AppliedLora[] = [];
		for (const { name, sha256, weight } of wanted) {
			const file = this.#folder.loras.find((one) => one.name === name);
			const lora = file && (await this.#read(file));
			if (lora?.sha256 !== sha256)
				throw new RangeError(
					`Expected the LoRA \`${name}\` (${sha256.slice(0, 10)}) beside this model, ${lora ? `it is another (${lora.sha256.slice(0, 10)})` : 'there is none'}`,
				);
			applied.push({ lora, weight });
		}
		return applied;
	}

	async #read(file: LoraFile): Promise<Lora | undefined> {
		const found = await stat(file.path).catch(() => undefined);
		if (!found) return undefined;
		const stamp = `${found.size} ${found.mtimeMs}`;
		const known = this.#known.get(file.name);
		if (known?.stamp === stamp) return known.lora;
		const lora = await readLora(file.path, file.label, this.#folder);
		this.#known.set(file.name, { stamp, lora });
		return lora;
	}
}
