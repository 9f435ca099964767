import { access, constants } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModelError, readFailure } from './errors.ts';
import { readTagList } from './tag-list.ts';

/** Where the files of a tagger lie. */
export interface TaggerFiles {
	model: string;
	tags: string;
}

/**
 * Opens a folder as the WD taggers, version 3, are published: `model.onnx` and `selected_tags.csv`. Reads the list, and of the
 * network only whether it is there; loads nothing native.
 *
 * @throws {ModelError} naming the file that is missing or wrong
 */
export async function openTaggerFolder(path: string): Promise<TaggerFiles> {
	const folder = resolve(path);
	const files = { model: join(folder, 'model.onnx'), tags: join(folder, 'selected_tags.csv') };
	await readTagList(files.tags, 'selected_tags.csv');
	await access(files.model, constants.R_OK).catch((error: unknown) => {
		throw new ModelError(`\`model.onnx\`: expected to read it, ${readFailure(error)}`, { cause: error });
	});
	return files;
}
