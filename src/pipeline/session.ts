import { arch, availableParallelism, platform } from 'node:os';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { SetupError } from '../errors.ts';
import type { CompiledGraph } from '../model/graph.ts';
import { encodeModel, onnxType } from '../model/onnx.ts';
import type { Device, DeviceChoice } from './protocol.ts';

/*
 * The one file that loads ONNX Runtime. `run` and opening block the thread that they run on, so only a painter process and
 * scripts import it, never the bot.
 */

/** An array that goes into or comes out of a network, row-major. Inputs of ids are int64, everything else is float32. */
export interface Feed {
	data: Float32Array | BigInt64Array;
	dims: readonly number[];
}

export interface Output {
	data: Float32Array;
	dims: number[];
}

export interface SessionOptions {
	device: Device;
	/** Threads of one operator on the CPU; by default as `resolveDevice` was told, else one for each physical core. */
	threads?: number;
	/**
	 * Whether the CPU keeps a rearranged copy of the weights, in place of the file's pages, which processes share. By default only of
	 * networks below 300 million parameters: there a picture takes some 5 % less; at the size of SDXL's UNet it made no step faster,
	 * and opening slower.
	 */
	prepack?: boolean;
}

/** A file that is an ONNX model by itself, such as the tagger. */
export interface OnnxFile {
	name: string;
	path: string;
}

const prepackBelow = 300_000_000;

/** What all sessions of this process share, as a painter has one device: which of several GPUs, and its threads. */
const here: { gpu?: number | undefined; threads?: number | undefined } = {};

// failures are thrown anyway; below "fatal" the attempt to load CUDA's library also writes to the terminal
env.logLevel = 'fatal';

/** What a choice of device came to. `note` is a line for the log. */
export interface ResolvedDevice {
	device: Device;
	note: string;
}

/**
 * Opens a network. Inputs, outputs and names are those of the graph.
 *
 * @throws {SetupError} if ONNX Runtime refuses it or cannot use the device.
 */
export async function openSession(source: CompiledGraph | OnnxFile, options: SessionOptions): Promise<Session> {
	const session: Record<string, unknown> = {};
	// Threads that wait busily for the next operator take the cores from whatever else there is to do, and those that sleep at once
	// wake too late for the next: see docs/speed.md.
	if (options.device === 'cpu') session.intra_op = { spin_duration_us: '20' };
	if ('onnx' in source) {
		session.model_external_initializers_file_folder_path = source.weightsFolder;
		if (!(options.prepack ?? source.parameters < prepackBelow)) session.disable_prepacking = '1';
	}
	const threads = options.threads ?? here.threads;
	const settings: InferenceSession.SessionOptions = {
		executionProviders: providers(options.device),
		logSeverityLevel: 3,
		extra: { session },
		...(threads === undefined ? {} : { intraOpNumThreads: threads }),
	};
	try {
		const inner =
			'onnx' in source
				? await InferenceSession.create(source.onnx, settings)
				: await InferenceSession.create(source.path, settings);
		return new Session(source.name, inner, options.device);
	} catch (error) {
		throw new SetupError(
			`expected ONNX Runtime to open \`${source.name}\` on ${options.device}, got: ${firstLine(error)}`,
			{
				cause: error,
			},
		);
	}
}

/** An open network. It holds its weights until `release`. */
export class Session {
	readonly name: string;
	readonly device: Device;
	readonly inputNames: readonly string[];
	readonly outputNames: readonly string[];
	#inner: InferenceSession | undefined;
	#runMs = 0;

	constructor(name: string, inner: InferenceSession, device: Device) {
		this.name = name;
		this.device = device;
		this.inputNames = inner.inputNames;
		this.outputNames = inner.outputNames;
		this.#inner = inner;
	}

	/** The dimensions of an input as the graph declares them; a name stands for one that is free. */
	inputDims(name: string): readonly (number | string)[] {
		const input = this.#inner?.inputMetadata.find((metadata) => metadata.name === name);
		return input?.isTensor ? input.shape : [];
	}

	/** Milliseconds spent in all runs so far. */
	get runMs(): number {
		return this.#runMs;
	}

	/**
	 * Runs the network once. The thread is blocked meanwhile, and a run cannot be cancelled.
	 *
	 * @param feeds One array for each input.
	 * @param wanted Names of the outputs that are given; by default all.
	 * @throws {TypeError} if an output is not float32, or the session was released.
	 */
	async run(feeds: Readonly<Record<string, Feed>>, wanted?: readonly string[]): Promise<Record<string, Output>> {
		if (!this.#inner) throw new TypeError(`Expected the session of \`${this.name}\` to be open, it was released`);
		const tensors = Object.entries(feeds).map(([name, { data, dims }]): [string, Tensor] => [
			name,
			// the binding cannot take float16 on Node 24 (microsoft/onnxruntime#32323), hence float32 and casts in the graph
			data instanceof Float32Array ? new Tensor('float32', data, dims) : new Tensor('int64', data, dims),
		]);
		const start = performance.now();
		const results = await this.#inner
			.run(Object.fromEntries(tensors), [...(wanted ?? this.outputNames)])
			.finally(() => {
				this.#runMs += performance.now() - start;
			});
		return Object.fromEntries(
			Object.entries(results).map(([name, { data, dims }]) => {
				if (!(data instanceof Float32Array))
					throw new TypeError(`Expected output \`${name}\` of \`${this.name}\` to be float32, got another type`);
				return [name, { data, dims: [...dims] }];
			}),
		);
	}

	/** Frees the weights. A second call does nothing. */
	async release(): Promise<void> {
		const inner = this.#inner;
		this.#inner = undefined;
		await inner?.release();
	}
}

/**
 * Finds out on which device networks can run. `auto` takes a CUDA GPU on Linux x64, DirectML on Windows, and the CPU where that
 * does not work; a device that is named must work. Sessions of this process then run on that one of several GPUs.
 *
 * @param sharers How many processes share the CPU: where this is one of them, its operators take that part of the cores as threads.
 * @throws {SetupError} if a named device cannot be used.
 */
export async function resolveDevice(wanted: DeviceChoice, sharers = 1): Promise<ResolvedDevice> {
	if (wanted === 'cpu') {
		if (sharers === 1) return { device: 'cpu', note: 'running on the CPU, as configured' };
		here.threads = Math.max(1, Math.floor(availableParallelism() / sharers));
		return { device: 'cpu', note: `running on the CPU, as configured, with ${here.threads} of its threads` };
	}
	if (wanted !== 'auto') {
		const [device, number] = wanted.split(':') as ['cuda' | 'dml', string?];
		here.gpu = number === undefined ? undefined : Number(number);
		const failure = await tryDevice(device);
		if (failure === undefined) return { device, note: `running on ${wanted}, as configured` };
		throw new SetupError(`expected the device \`${wanted}\` to work, got: ${failure}`);
	}
	const candidate = candidateHere();
	if (!candidate) return { device: 'cpu', note: 'running on the CPU: no GPU is supported on this system' };
	const failure = await tryDevice(candidate);
	if (failure === undefined) return { device: candidate, note: `running on ${candidate}` };
	return { device: 'cpu', note: `running on the CPU: ${candidate} is not available (${failure})` };
}

function candidateHere(): Device | undefined {
	if (platform() === 'linux' && arch() === 'x64') return 'cuda';
	if (platform() === 'win32') return 'dml';
	return undefined;
}

/** Opens and runs the smallest of networks on a device; gives the reason if that fails. */
async function tryDevice(device: Device): Promise<string | undefined> {
	const value = { type: onnxType.float, dims: [1] };
	const onnx = encodeModel({
		name: 'probe',
		nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
		initializers: [],
		inputs: [{ name: 'x', ...value }],
		outputs: [{ name: 'y', ...value }],
	});
	try {
		const session = await InferenceSession.create(onnx, { executionProviders: providers(device), logSeverityLevel: 4 });
		await session.run({ x: new Tensor('float32', Float32Array.of(1), [1]) });
		await session.release();
		return undefined;
	} catch (error) {
		return firstLine(error);
	}
}

/**
 * One provider only: ONNX Runtime itself runs on the CPU what has no kernel on the GPU. If the CPU were named too, a GPU that this
 * system cannot have would be dropped from the list in silence.
 */
function providers(device: Device): InferenceSession.ExecutionProviderConfig[] {
	return here.gpu === undefined || device === 'cpu' ? [device] : [{ name: device, deviceId: here.gpu }];
}

function firstLine(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	return (text.split('\n')[0] ?? '').slice(0, 300);
}
