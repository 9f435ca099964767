import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { fromZod, ModelError, readFailure } from './errors.ts';

/**
 * Reads and validates a JSON file.
 *
 * @param path Where it lies.
 * @param label Its name in error messages: relative to the model folder.
 * @throws {ModelError} if it is missing, is no JSON or does not fit the schema.
 */
export async function readJson<T extends z.ZodType>(path: string, label: string, schema: T): Promise<z.output<T>> {
	const text = await readText(path, label);
	let data: unknown;
	try {
		data = JSON.parse(text);
	} catch (error) {
		throw new ModelError(
			`\`${label}\`: expected JSON, got ${error instanceof Error ? error.message : 'something else'}`,
			{
				cause: error,
			},
		);
	}
	const parsed = schema.safeParse(data);
	if (!parsed.success) throw fromZod(label, parsed.error, data);
	return parsed.data;
}

/** As `readJson`, but `undefined` if there is no such file. */
export async function readOptionalJson<T extends z.ZodType>(
	path: string,
	label: string,
	schema: T,
): Promise<z.output<T> | undefined> {
	try {
		return await readJson(path, label, schema);
	} catch (error) {
		if (error instanceof ModelError && isMissing(error.cause)) return undefined;
		throw error;
	}
}

/**
 * Reads a text file of a model.
 *
 * @throws {ModelError} if it cannot be read.
 */
export async function readText(path: string, label: string): Promise<string> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		throw new ModelError(`\`${label}\`: expected this file, ${readFailure(error)}`, { cause: error });
	}
}

/** Makes a schema for a key of which we can do one setting only; it may be left out, since that setting is diffusers' default. */
export function only<const T extends string | number | boolean | null>(...supported: [T, ...T[]]) {
	const list = supported.map((value) => JSON.stringify(value)).join(' or ');
	return z.literal(supported, { error: `only ${list} is supported` }).optional();
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
