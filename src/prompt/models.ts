import { UserError } from '../errors.ts';
import { quoted } from './text.ts';

/** A model as members know it, and as recipes name it. */
export interface NamedModel {
	name: string;
	hash: string;
}

/** Says whether a model has this name, however it is spelled. */
export function isNamed({ name }: Pick<NamedModel, 'name'>, wanted: string): boolean {
	return keyOf(name) === keyOf(wanted);
}

/**
 * Finds the model that a member means. The case does not matter, nor whether blanks, `_` or `-` part the words; the beginning of
 * a name will do where no other begins so.
 *
 * @throws UserError `unknown-model`, listing what there is
 */
export function modelNamed<M extends NamedModel>(wanted: string, models: readonly M[]): M {
	const key = keyOf(wanted);
	const begun = models.filter(({ name }) => keyOf(name).startsWith(key));
	const found = models.find((model) => isNamed(model, wanted)) ?? (begun.length === 1 ? begun[0] : undefined);
	if (found) return found;
	const names = models.map(({ name }) => `\`${writtenAs(name)}\``).join(', ');
	throw new UserError('unknown-model', `There is no model ${quoted(wanted)} here. Choose one of ${names}.`);
}

/** Offers the names of models while one is typed; the first is the one that is used anyway. */
export function completeModels(
	typed: string,
	models: readonly NamedModel[],
	usual: NamedModel | undefined,
): { name: string; value: string }[] {
	const key = keyOf(typed);
	return models
		.filter(({ name }) => keyOf(name).includes(key))
		.slice(0, mostChoices)
		.map((model) => ({
			name: `${writtenAs(model.name)}${model === usual ? ' (used here anyway)' : ''}`.slice(0, longestChoice),
			value: writtenAs(model.name).slice(0, longestChoice),
		}));
}

/** A name as a flag takes it, without blanks. */
export function writtenAs(name: string): string {
	return name.replace(/\s+/g, '_');
}

/** Discord's limits for choices that are offered while somebody types. */
const mostChoices = 25;
const longestChoice = 100;

function keyOf(name: string): string {
	return name
		.trim()
		.toLowerCase()
		.replace(/[\s_-]+/g, ' ');
}
