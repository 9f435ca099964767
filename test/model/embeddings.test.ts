import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEmbeddings } from '../../src/model/embeddings.ts';
import { ModelError } from '../../src/model/errors.ts';
import { openModelFolder } from '../../src/model/folder.ts';
import { copyOfTinyModel, temporaryFolder, writeSafetensors } from './support.ts';

const hidden = [3, 2] as const;

const tensor = (name: string, shape: number[], values?: number[]) => {
	const data = Float32Array.from(values ?? new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0.5));
	return { name, dtype: 'F32' as const, shape, bytes: new Uint8Array(data.buffer) };
};

async function folderWith(files: Record<string, Parameters<typeof writeSafetensors>[1]>): Promise<string> {
	const root = await temporaryFolder();
	await mkdir(join(root, 'embeddings'));
	for (const [file, tensors] of Object.entries(files)) await writeSafetensors(join(root, 'embeddings', file), tensors);
	return root;
}

test('embeddings are read with their names, vectors and hashes, sorted', async () => {
	const two = [tensor('clip_l', [2, 3], [1, 2, 3, 4, 5, 6]), tensor('clip_g', [2, 2], [7, 8, 9, 10])];
	const root = await folderWith({
		'b c.safetensors': two,
		'a.safetensors': [tensor('clip_g', [2]), tensor('clip_l', [3])],
	});
	await writeFile(join(root, 'embeddings/notes.txt'), 'no embedding');
	const [a, b] = await readEmbeddings(root, hidden);
	expect(a).toMatchObject({ name: 'a', vectors: 1 });
	expect(b).toMatchObject({ name: 'b c', vectors: 2, clipL: Float32Array.of(1, 2, 3, 4, 5, 6) });
	expect(b!.clipG).toEqual(Float32Array.of(7, 8, 9, 10));
	expect(b!.sha256).toMatch(/^[0-9a-f]{64}$/);
	expect(a!.sha256).not.toBe(b!.sha256);
});

test('a model without embeddings has none', async () => {
	expect(await readEmbeddings(await temporaryFolder(), hidden)).toEqual([]);
	expect((await openModelFolder(await copyOfTinyModel())).embeddings).toEqual([]);
});

test.for([
	['of one encoder only', [tensor('clip_l', [1, 3])], '`clip_g` of shape [vectors, 2], got none'],
	['of Stable Diffusion 1', [tensor('emb_params', [1, 768])], 'those of Stable Diffusion 1 do not fit'],
	['of another size', [tensor('clip_l', [1, 4]), tensor('clip_g', [1, 2])], '[vectors, 3], got [1, 4]'],
	['of three dimensions', [tensor('clip_l', [1, 1, 3]), tensor('clip_g', [1, 2])], '[1, 1, 3]'],
	['with too many vectors', [tensor('clip_l', [76, 3]), tensor('clip_g', [76, 2])], '1 to 75 vectors'],
	['with no vector', [tensor('clip_l', [0, 3]), tensor('clip_g', [0, 2])], '1 to 75 vectors'],
	['of two lengths', [tensor('clip_l', [1, 3]), tensor('clip_g', [2, 2])], 'as many vectors'],
	['with no numbers', [tensor('clip_l', [1, 3], [0, Number.NaN, 0]), tensor('clip_g', [1, 2])], 'not finite'],
	['that is too large', [tensor('clip_l', [2_000_000])], 'at most 4000000 bytes'],
] as const)('an embedding %s is refused by its name', async ([, tensors, part]) => {
	const error = await readEmbeddings(await folderWith({ 'bad.safetensors': tensors }), hidden).catch((e: Error) => e);
	expect(error).toBeInstanceOf(ModelError);
	expect((error as Error).message).toContain('`embeddings/bad.safetensors`');
	expect((error as Error).message).toContain(part);
});

test('a link that leads nowhere is refused by its name', async () => {
	const root = await folderWith({});
	await symlink('nowhere', join(root, 'embeddings/gone.safetensors'));
	await expect(readEmbeddings(root, hidden)).rejects.toThrow('`embeddings/gone.safetensors`');
});
