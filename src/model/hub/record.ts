import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readOptionalJson } from '../json-file.ts';

/** `pulled.json`: where a model came from and what it consists of. Paths are relative to the folder that models lie in. */
const recordSchema = z.strictObject({
	repo: z.string(),
	commit: z.string(),
	kind: z.enum(['model', 'checkpoint', 'tagger', 'scorer', 'lora', 'vae']),
	/** What is used: a folder, or a file. */
	use: z.string(),
	files: z.array(
		z.strictObject({
			path: z.string().refine((path) => !/^[/\\]|^[a-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/i.test(path), {
				error: 'expected a path within the folder',
			}),
			size: z.int().min(0),
			sha256: z.string().optional(),
			gitSha1: z.string(),
		}),
	),
});

export type PullRecord = z.output<typeof recordSchema>;

const fileName = 'pulled.json';

/** Where the record of a model lies: in its folder, or for one file in the folder of the same name beside it. */
export function recordPath(models: string, name: string): string {
	return join(models, name, fileName);
}

/** @throws {ModelError} if there is one that cannot be read. */
export function readRecord(models: string, name: string): Promise<PullRecord | undefined> {
	return readOptionalJson(recordPath(models, name), `${name}/${fileName}`, recordSchema);
}

export function writeRecord(models: string, name: string, record: PullRecord): Promise<void> {
	return writeFile(recordPath(models, name), `${JSON.stringify(record, undefined, '\t')}\n`);
}
