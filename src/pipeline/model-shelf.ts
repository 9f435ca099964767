import { openModelFolder } from '../model/folder.ts';
import { networkCache } from './networks.ts';
import type { Device } from './protocol.ts';
import { Sdxl } from './sdxl.ts';
import type { SessionCache } from './session-cache.ts';

/** Of more models than this not even the small networks are kept. */
const mostModels = 4;

/**
 * The models of a painter, by their paths: opened when one is first needed, closed when others need the memory, that which was used
 * longest ago first.
 */
export class ModelShelf {
	readonly #device: Device;
	readonly #vae: string | undefined;
	readonly #cache: SessionCache;
	/** Used longest ago first. */
	readonly #models = new Map<string, Sdxl>();

	/**
	 * @param options.vae A VAE in place of each model's own.
	 * @param options.mostBytes What text encoders and UNets may take together; one model may exceed it.
	 * @param options.sharers How many processes share the CPU's memory.
	 */
	constructor(options: {
		device: Device;
		vae?: string | undefined;
		mostBytes?: number | undefined;
		sharers?: number;
	}) {
		this.#device = options.device;
		this.#vae = options.vae;
		this.#cache = networkCache(options.device, options.mostBytes, options.sharers);
	}

	/** Paths of the models whose large networks are open now. */
	get loaded(): string[] {
		return [...this.#models].filter(([, { networks }]) => networks.isOpen()).map(([path]) => path);
	}

	/**
	 * Gives a model that is open.
	 *
	 * @param onOpening Called if it has to be opened.
	 * @throws {SetupError} naming what is wrong with it.
	 */
	async take(path: string, onOpening: () => void = () => {}): Promise<Sdxl> {
		const known = this.#models.get(path);
		this.#models.delete(path);
		const sdxl = known ?? (await this.#open(path, onOpening));
		this.#models.set(path, sdxl);
		return sdxl;
	}

	async #open(path: string, onOpening: () => void): Promise<Sdxl> {
		onOpening();
		const folder = await openModelFolder(path, { vae: this.#vae });
		for (const [other, sdxl] of [...this.#models].slice(0, Math.max(0, this.#models.size + 1 - mostModels))) {
			this.#models.delete(other);
			await sdxl.networks.release();
		}
		try {
			return await Sdxl.load(folder, this.#device, this.#cache);
		} catch (error) {
			await this.#cache.release(`${folder.path} `);
			throw error;
		}
	}
}
