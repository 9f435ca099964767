import { UserError } from '../errors.ts';

/** What can enlarge a picture; `sha256` is there where it is not the model's own. */
export interface Upscaler {
	name: string;
	scale: number;
	sha256?: string;
}

/** What is known of a model, as far as its pictures can be enlarged. */
export interface Enlarging {
	upscaler: Upscaler | undefined;
	upscalers?: readonly Upscaler[] | undefined;
}

/** Everything that can enlarge a model's pictures: its own first, then what is there for all models, but for one of the same name. */
export function upscalersOf({ upscaler, upscalers = [] }: Enlarging): Upscaler[] {
	const own = upscaler ? [{ name: upscaler.name, scale: upscaler.scale }] : [];
	return [...own, ...upscalers.filter(({ name }) => name !== upscaler?.name)];
}

/**
 * Finds the upscaler that a member chose.
 *
 * @throws {UserError} `upscaler-gone`
 */
export function upscalerNamed(name: string | undefined, all: readonly Upscaler[]): Upscaler {
	const found = all.find((it) => it.name === name);
	if (found) return found;
	throw new UserError(
		'upscaler-gone',
		'This upscaler is no longer installed here. Press U once more to choose another.',
	);
}
