import type { z } from 'zod';
import { SetupError } from '../errors.ts';

/** Something in a model folder cannot be used. The message names the file, and the tensor or key where there is one. */
export class ModelError extends SetupError {
	constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'ModelError';
	}
}

/** A VAE that was to take the place of a model's own cannot be used. */
export class VaeError extends ModelError {
	constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'VaeError';
	}
}

/**
 * Words the first complaint of a zod error as expectation and fact, e.g. "`unet/config.json`: `class_embed_type`: only null is
 * supported, got "timestep"".
 *
 * @param file The file as people know it: relative to the model folder.
 * @param data What was parsed, to quote the offending value.
 */
export function fromZod(file: string, error: z.ZodError, data: unknown): ModelError {
	const issue = error.issues[0];
	if (!issue) return new ModelError(`\`${file}\`: expected another content`, { cause: error });
	const key = printable(issue.path.map((part) => String(part)).join('.'));
	const value = issue.path.reduce<unknown>(
		(at, part) => (at !== null && typeof at === 'object' ? (at as Record<PropertyKey, unknown>)[part] : undefined),
		data,
	);
	const shown = value === undefined ? 'nothing' : printable(textOf(value));
	// zod words the fact as a type ("received string"); the value itself tells more
	const expectation = issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
	const subject = key === '' ? '' : ` \`${key}\`:`;
	return new ModelError(`\`${file}\`:${subject} ${expectation}, got ${shown}`, { cause: error });
}

/** Makes a text from a file fit for a sentence: not too long, and without signs that a terminal would obey. */
export function printable(text: string): string {
	const most = 120;
	return (text.length > most ? `${text.slice(0, most)}…` : text).replace(/\p{C}/gu, '�');
}

function textOf(value: unknown): string {
	try {
		return JSON.stringify(value) ?? String(value);
	} catch {
		return 'something nested too deeply'; // a million brackets exhaust the stack
	}
}

/** Says why the system refused to read a file, in words for the commonest reasons. */
export function readFailure(error: unknown): string {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is none';
	if (code === 'EACCES' || code === 'EPERM') return 'it may not be read (permission denied)';
	if (code === 'EISDIR') return 'it is a folder';
	return error instanceof Error ? error.message : String(error);
}
