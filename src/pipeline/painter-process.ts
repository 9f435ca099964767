import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../errors.ts';
import type { SignerFiles } from '../images/c2pa.ts';
import type { DeviceChoice, FromPainter, ToPainter } from './protocol.ts';

export interface ProcessOptions {
	/** The model that is open from the start; or a single-file model. */
	modelFolder: string;
	/** A VAE in place of each model's own. */
	vae?: string | undefined;
	/** What the large networks of all open models may take together; by default half of the painter's memory, on a GPU 8 GB. */
	modelBytes?: number | undefined;
	/** With `model.onnx` and `selected_tags.csv`. */
	taggerFolder: string;
	/** With upscalers for pictures of any model. */
	upscalerFolder?: string | undefined;
	/** An aesthetic scorer's; without it, or if it does not work, nothing is scored. */
	scorerFolder?: string | undefined;
	/** With these the painter signs what it paints. */
	signer?: SignerFiles | undefined;
	/** `auto`: CUDA on Linux, DirectML on Windows, where they work; else the CPU. */
	device: DeviceChoice;
	/** How many painters share the CPU, each with its part of cores and memory; 1. */
	sharers?: number;
	/** Takes one line at a time: what the painter writes, and what happens to it. */
	log: (line: string) => void;
	/** What the painter may see of the environment; nothing unless given. `painterEnvironment` picks what it needs. */
	env?: Record<string, string>;
	/** Options of Node for the painter; our own are not passed on. */
	execArgv?: string[];
	/** Another program that speaks the protocol, for tests. */
	program?: string;
}

/** What a painter said of itself when it was ready. */
export type PainterReady = Omit<Extract<FromPainter, { type: 'ready' }>, 'type'>;

/** The painter could not use the device, the model, the tagger or the signer; in its own words. */
export class PainterBroken extends SetupError {
	readonly part: 'device' | 'model' | 'tagger' | 'signer';
	constructor(part: PainterBroken['part'], message: string) {
		super(message);
		this.name = 'PainterBroken';
		this.part = part;
	}
}

/** The painter's process ended without being asked to. A job it had may be tried again. */
export class PainterDied extends Error {
	readonly exitCode: number | null;
	readonly exitSignal: NodeJS.Signals | null;
	/** It is known that it ended over another job. */
	readonly isBystander: boolean;
	readonly #lastLine: string;
	constructor(exitCode: number | null, exitSignal: NodeJS.Signals | null, lastLine = '', isBystander = false) {
		const how = exitSignal ? `was ended by ${exitSignal}` : `ended with code ${exitCode}`;
		super(`The painter's process ${how}${lastLine === '' ? '' : ` after writing: ${lastLine}`}`);
		this.name = 'PainterDied';
		this.exitCode = exitCode;
		this.exitSignal = exitSignal;
		this.isBystander = isBystander;
		this.#lastLine = lastLine;
	}

	/** The same for a job over which it did not end. */
	besides(): PainterDied {
		return new PainterDied(this.exitCode, this.exitSignal, this.#lastLine, true);
	}
}

/** One forked painter, from its start to its end. `PainterClient` replaces it when it ends. */
export class PainterProcess {
	readonly #child: ChildProcess;
	readonly #ready = Promise.withResolvers<PainterReady>();
	readonly #gone = Promise.withResolvers<PainterDied>();
	#lastLine = '';

	/** Forks a painter, which loads model and tagger at once. Messages but `ready` and `broken` go to `onMessage`. */
	constructor(options: ProcessOptions, onMessage: (message: FromPainter) => void) {
		const { modelFolder, device, taggerFolder, vae = '', scorerFolder = '', modelBytes = '' } = options;
		const [upscalers, sharers] = [options.upscalerFolder ?? '', String(options.sharers ?? 1)];
		const signer = options.signer ? [options.signer.certificate, options.signer.privateKey] : [];
		const program = options.program ?? fileURLToPath(new URL('./painter.ts', import.meta.url));
		this.#child = fork(
			program,
			[modelFolder, device, taggerFolder, vae, scorerFolder, String(modelBytes), upscalers, sharers, ...signer],
			{
				serialization: 'advanced',
				execPath: process.execPath,
				execArgv: options.execArgv ?? [],
				env: { ...allocatorSettings, ...options.env },
				stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
				// In a group of its own it does not hear ctrl-C, not even before it can say that it ignores it.
				detached: process.platform !== 'win32',
			},
		);
		lowerPriority(this.#child.pid);
		this.#ready.promise.catch(() => {}); // whoever awaits `ready` hears of it
		for (const stream of [this.#child.stdout, this.#child.stderr])
			if (stream) createInterface({ input: stream }).on('line', (line) => this.#log(line, options.log));
		this.#child.on('message', (message: FromPainter) => {
			if (message.type === 'ready') {
				const { type: _, ...ready } = message;
				this.#ready.resolve(ready);
			} else if (message.type === 'broken') this.#ready.reject(new PainterBroken(message.part, message.message));
			else onMessage(message);
		});
		this.#child.once('exit', (code, signal) => this.#end(new PainterDied(code, signal, this.#lastLine)));
		this.#child.on('error', (error) => {
			options.log(`The painter's process: ${error.message}`);
			if (this.#child.pid === undefined) this.#end(new PainterDied(null, null, error.message)); // it never started
		});
	}

	get pid(): number | undefined {
		return this.#child.pid;
	}

	/** Resolves when all is loaded; rejects with `PainterBroken`, or with `PainterDied`. */
	get ready(): Promise<PainterReady> {
		return this.#ready.promise;
	}

	/** Resolves when the process has ended, however. */
	get gone(): Promise<PainterDied> {
		return this.#gone.promise;
	}

	/** To a process that has just ended nothing is sent; `gone` tells of it. */
	send(message: ToPainter): void {
		if (this.#child.connected) this.#child.send(message, () => {});
	}

	kill(): void {
		this.#child.kill('SIGKILL');
	}

	/** Asks the process to end, which it does at once, and ends it after `timeoutMs` in any case. */
	async end(timeoutMs: number): Promise<void> {
		if (this.#child.connected) this.#child.disconnect();
		const timer = setTimeout(() => this.kill(), timeoutMs);
		await this.gone;
		clearTimeout(timer);
	}

	#end(died: PainterDied): void {
		this.#ready.reject(died);
		this.#gone.resolve(died);
	}

	#log(line: string, log: (line: string) => void): void {
		this.#lastLine = line;
		log(`painter: ${line}`);
	}
}

/** Picks from an environment what a painter may need to find libraries and devices; secrets are not among it. */
export function painterEnvironment(env: Record<string, string | undefined>): Record<string, string> {
	const wanted =
		/^(PATH|LD_LIBRARY_PATH|HOME|TMPDIR|TMP|TEMP|SYSTEMROOT|WINDIR|LANG|LC_ALL|CUDA_.*|NVIDIA_.*|ORT_.*)$/i;
	return Object.fromEntries(
		Object.entries(env).filter((entry): entry is [string, string] => wanted.test(entry[0]) && entry[1] !== undefined),
	);
}

/** Measured for the full-size UNet: loads in 17 s instead of 43 s, and gives all memory back. glibc only, others ignore it. */
const allocatorSettings = { MALLOC_MMAP_THRESHOLD_: '1048576', GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' };

/**
 * Lets the bot answer while the painter takes every core: nice 10, as at 19 a busy machine would hardly let it paint. On Linux a priority belongs to a thread and is inherited by those that it
 * starts, so this must come before Node in the child has started its own.
 */
function lowerPriority(pid: number | undefined): void {
	if (pid === undefined) return;
	try {
		setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
	} catch {
		// it has ended already, or the system forbids it: then it is merely less polite
	}
}
