import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelError } from '../../src/model/errors.ts';
import { findLoras, hashLoras } from '../../src/model/lora-files.ts';
import { temporaryFolder } from './support.ts';

test("LoRAs are those of the model and of the folder that models lie in; the model's own comes first", async () => {
	const models = await temporaryFolder();
	const model = join(models, 'some-model');
	await mkdir(join(model, 'loras'), { recursive: true });
	await mkdir(join(models, 'loras'));
	for (const [file, text] of [
		['loras/ink.safetensors', 'shared ink'],
		['loras/chalk.safetensors', 'shared chalk'],
		['loras/notes.txt', 'no LoRA'],
		['some-model/loras/ink.safetensors', 'own ink'],
	] as const)
		await writeFile(join(models, file), text);
	const loras = await hashLoras(await findLoras(model));
	const sha = (text: string) => createHash('sha256').update(text).digest('hex');
	expect(loras.map(({ name, sha256 }) => [name, sha256])).toEqual([
		['chalk', sha('shared chalk')],
		['ink', sha('own ink')],
	]);
});

test('where there are none the list is empty, and a file in place of the folder is said', async () => {
	const models = await temporaryFolder();
	expect(await findLoras(join(models, 'none'))).toEqual([]);
	await writeFile(join(models, 'loras'), '');
	await expect(findLoras(join(models, 'none'))).rejects.toThrow(ModelError);
});
