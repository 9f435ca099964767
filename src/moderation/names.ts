import { readFile } from 'node:fs/promises';
import { SetupError } from '../errors.ts';
import { type ProtectedNames, protectNames } from './floor.ts';
import { normalise } from './normalise.ts';

/**
 * Reads an operator's list of real people: a name a line, as people write it, another spelling on a line of its own. Empty lines
 * and lines that begin with `#` are skipped.
 *
 * @throws {SetupError} when the file cannot be read, or a line holds no letter
 */
export async function readNames(path: string): Promise<ProtectedNames> {
	const text = await readFile(path, 'utf8').catch((cause: Error) => {
		throw new SetupError(`The file of protected names, ${JSON.stringify(path)}: ${cause.message}. Example: names.txt`, {
			cause,
		});
	});
	const names = text
		.split(/\r?\n/)
		.map((line, i) => ({ name: line.trim(), number: i + 1 }))
		.filter(({ name }) => name !== '' && !name.startsWith('#'));
	for (const { name, number } of names)
		if (normalise(name).pieces.every(({ kind }) => kind !== 'word'))
			throw new SetupError(
				`The file of protected names, ${JSON.stringify(path)}: line ${number} holds no name. Write one name a line.`,
			);
	return protectNames(names.map(({ name }) => name));
}
