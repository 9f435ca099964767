import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError, printable, readFailure } from './errors.ts';
import { readTensors } from './tensors.ts';

/** An embedding (textual inversion): vectors that stand in a prompt in place of its name, for both text encoders. */
export interface Embedding {
	/** The file's, without its ending. */
	name: string;
	/** Of the file, in hex. */
	sha256: string;
	/** How many tokens it takes. */
	vectors: number;
	/** [vectors, hidden size of the first text encoder] */
	clipL: Float32Array;
	/** [vectors, hidden size of the second text encoder] */
	clipG: Float32Array;
}

/** What a chunk of a prompt has room for. */
const mostVectors = 75;
/** 75 vectors for both encoders of SDXL in 64 bit, and room for a header. */
const mostBytes = 4_000_000;

/**
 * Reads the embeddings of a model: `embeddings/<name>.safetensors` with the tensors `clip_l` and `clip_g`, as those for SDXL are
 * published. Sorted by name; none if there is no such folder. All of them are read: they are small.
 *
 * @param hidden Hidden sizes of the first and the second text encoder.
 * @throws {ModelError} naming the file that is wrong, and why.
 */
export async function readEmbeddings(root: string, hidden: readonly [number, number]): Promise<Embedding[]> {
	const files = await readdir(join(root, 'embeddings')).catch((error: NodeJS.ErrnoException): string[] => {
		if (error.code === 'ENOENT') return [];
		throw new ModelError(`\`embeddings\`: expected a folder, ${readFailure(error)}`, { cause: error });
	});
	const embeddings: Embedding[] = [];
	for (const file of files.filter((name) => name.endsWith('.safetensors')).sort())
		embeddings.push(await readEmbedding(join(root, 'embeddings', file), `embeddings/${file}`, hidden));
	return embeddings;
}

async function readEmbedding(path: string, label: string, hidden: readonly [number, number]): Promise<Embedding> {
	const { size } = await stat(path).catch((error: unknown) => {
		throw new ModelError(`\`${label}\`: expected this file, ${readFailure(error)}`, { cause: error });
	});
	if (size > mostBytes)
		throw new ModelError(`\`${label}\`: expected an embedding of at most ${mostBytes} bytes, got ${size}`);
	const { tensors } = await readTensors(path, label);
	const [clipL, clipG] = (['clip_l', 'clip_g'] as const).map((name, i) => {
		const tensor = tensors.get(name);
		const [vectors, width] = tensor?.dims.length === 1 ? [1, tensor.dims[0]] : (tensor?.dims ?? []);
		if (tensor?.kind !== 'float' || tensor.dims.length > 2 || width !== hidden[i])
			throw new ModelError(
				`\`${label}\`: expected a tensor \`${name}\` of shape [vectors, ${hidden[i]}], got ${tensor ? `[${tensor.dims.join(', ')}]` : `none (it has ${printable([...tensors.keys()].join(', '))}; those of Stable Diffusion 1 do not fit)`}`,
			);
		if (vectors === undefined || vectors < 1 || vectors > mostVectors)
			throw new ModelError(`\`${label}\`: expected 1 to ${mostVectors} vectors in \`${name}\`, got ${vectors}`);
		if (!tensor.data.every(Number.isFinite))
			throw new ModelError(`\`${label}\`: expected numbers in \`${name}\`, got some that are not finite`);
		return { vectors, data: tensor.data };
	});
	if (clipL!.vectors !== clipG!.vectors)
		throw new ModelError(
			`\`${label}\`: expected as many vectors in \`clip_l\` as in \`clip_g\`, got ${clipL!.vectors} and ${clipG!.vectors}`,
		);
	const name = label.slice('embeddings/'.length, -'.safetensors'.length);
	const sha256 = createHash('sha256')
		.update(await readFile(path))
		.digest('hex');
	return { name, sha256, vectors: clipL!.vectors, clipL: clipL!.data, clipG: clipG!.data };
}
