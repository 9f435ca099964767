import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { SetupError } from '../../src/errors.ts';
import { readHeader } from '../../src/model/safetensors.ts';
import { readTensors, type Tensor } from '../../src/model/tensors.ts';

/** A folder of cases, or a case in it, is not what `test/golden/README.md` describes. */
export class CaseError extends SetupError {
	constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'CaseError';
	}
}

/** The kinds of cases about a file of its own, which no model belongs to. */
const withoutModel = ['upscaler_file'];

const caseSchema = z
	.looseObject({
		kind: z.string().min(1),
		model: z.string().min(1).optional(),
		tolerance: z.number().positive().optional(),
	})
	.refine(({ kind, model }) => model !== undefined || withoutModel.includes(kind), {
		path: ['model'],
		error: 'expected the folder or file of a model',
	});

const tokensSchema = z.array(
	z.object({
		text: z.string(),
		tokenizer: z.array(z.int()),
		tokenizer_2: z.array(z.int()),
		full: z.array(z.int()),
	}),
);

export type TokenTexts = z.output<typeof tokensSchema>;

/** One case: what goes in, what must come out, and how far off it may be. */
export interface Case {
	/** The file, relative to the folder that was asked for, without ending. */
	name: string;
	/** Absolute. */
	path: string;
	kind: string;
	/** As the case says: relative to the folder of the case. `undefined` for tokens and files of their own, which do not say. */
	model: string | undefined;
	tolerance: number;
	/** All of the JSON, for the parameters of its kind. */
	parameters: Readonly<Record<string, unknown>>;
	inputs: ReadonlyMap<string, Tensor>;
	outputs: ReadonlyMap<string, Tensor>;
	/** Of the kind `tokens` only. */
	texts?: TokenTexts;
}

/** Largest relative L2 error that counts as agreement, unless the case says otherwise. */
const usualTolerance = 1e-4;

/**
 * Finds the cases of a folder and of those in it, in order of their names. Model folders are not searched, and .safetensors files
 * without a case in their header (a LoRA, for one) are passed over.
 *
 * @throws {CaseError} if there is no such folder or no case in it, or a file cannot be read.
 */
export async function findCases(folder: string): Promise<string[]> {
	const isFolder = await stat(folder).then(
		(found) => found.isDirectory(),
		() => false,
	);
	if (!isFolder) throw new CaseError(`\`${folder}\`: expected a folder of cases, there is none`);
	const found = await search(folder);
	if (found.length === 0) throw new CaseError(`\`${folder}\`: expected at least one case, got none`);
	return found;
}

async function search(folder: string): Promise<string[]> {
	const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
	if (entries.some((entry) => entry.name === 'model_index.json')) return [];
	const found: string[] = [];
	for (const entry of entries) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) found.push(...(await search(path)));
		else if (entry.name === 'tokens.json') found.push(path);
		else if (entry.name.endsWith('.safetensors')) {
			const { metadata } = await inCase(path, () => readHeader(path));
			if (metadata.case !== undefined) found.push(path);
		}
	}
	return found;
}

/**
 * Reads a case.
 *
 * @throws {CaseError} if it is malformed.
 */
export async function readCase(path: string, folder: string): Promise<Case> {
	const name = relative(folder, path).replace(/\.(safetensors|json)$/, '');
	if (basename(path) === 'tokens.json') {
		const texts = await inCase(path, async () => tokensSchema.parse(JSON.parse(await readFile(path, 'utf8'))));
		if (texts.length === 0) throw new CaseError(`\`${path}\`: expected texts, got none`);
		const empty = new Map<string, Tensor>();
		const none = { model: undefined, parameters: {}, inputs: empty, outputs: empty };
		return { name, path, kind: 'tokens', tolerance: 0, texts, ...none };
	}
	const { tensors, metadata } = await inCase(path, () => readTensors(path));
	const parameters = await inCase(path, async () => caseSchema.parse(JSON.parse(metadata.case ?? 'null')));
	const part = (prefix: string) =>
		new Map(
			[...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
		);
	const outputs = part('out.');
	if (outputs.size === 0) throw new CaseError(`\`${path}\`: expected tensors \`out.…\`, got none`);
	return {
		name,
		path,
		kind: parameters.kind,
		model: parameters.model,
		tolerance: parameters.tolerance ?? usualTolerance,
		parameters,
		inputs: part('in.'),
		outputs,
	};
}

/**
 * Takes an input of a case.
 *
 * @throws {CaseError} if it lacks it.
 */
export function inputOf(item: Case, name: string): Tensor {
	const tensor = item.inputs.get(name);
	if (!tensor) throw new CaseError(`\`${item.path}\`: expected a tensor \`in.${name}\`, there is none`);
	return tensor;
}

/**
 * Reads the parameters of a kind.
 *
 * @throws {CaseError} naming the key that is missing or wrong.
 */
export function parametersOf<T extends z.ZodType>(item: Case, schema: T): z.output<T> {
	const parsed = schema.safeParse(item.parameters);
	if (parsed.success) return parsed.data;
	throw new CaseError(`\`${item.path}\`: ${describe(parsed.error)}`, { cause: parsed.error });
}

/** The folder that a case's `model` is relative to. */
export function folderOf(item: Case): string {
	return dirname(item.path);
}

async function inCase<T>(path: string, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		if (error instanceof SetupError) throw new CaseError(error.message, { cause: error });
		const fact = error instanceof z.ZodError ? describe(error) : error instanceof Error ? error.message : String(error);
		throw new CaseError(`\`${path}\`: expected a case, got: ${fact}`, { cause: error });
	}
}

function describe(error: z.ZodError): string {
	const issue = error.issues[0];
	return `\`${issue?.path.join('.') || 'case'}\`: ${issue?.message ?? 'wrong'}`;
}
