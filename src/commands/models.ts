import { UserError } from '../errors.ts';
import { isNamed, modelNamed, writtenAs } from '../prompt/models.ts';
import type { ImagineRequest } from '../prompt/request.ts';
import type { Recipe } from '../recipe.ts';
import type { Call, Services } from './context.ts';

type Model = Services['models'][number];
type Here = Pick<Call, 'models' | 'place'>;

/** The model that is drawn with in a place where nobody says otherwise: the server's choice while it is installed, else the operator's. */
export function usualModel({ models, place }: Here): Model {
	const wanted = place.guild.defaults.model;
	return models.find((model) => wanted !== undefined && isNamed(model, wanted)) ?? models[0];
}

/**
 * Finds the model of a wish: the one that it names, else the usual one. `notes` say where the server's choice has gone.
 *
 * @throws {UserError} `unknown-model`
 */
export function modelFor(
	here: Here,
	{ model: wanted }: Pick<ImagineRequest, 'model'>,
): { model: Model; notes: string[] } {
	if (wanted !== undefined) return { model: modelNamed(wanted, here.models), notes: [] };
	const model = usualModel(here);
	const chosen = here.place.guild.defaults.model;
	return { model, notes: chosen === undefined || isNamed(model, chosen) ? [] : [goneNote(chosen, model)] };
}

/**
 * Finds the model that a picture was drawn with, for what is made from it.
 *
 * @throws {UserError} `model-gone`
 */
export function modelOf({ models }: Pick<Services, 'models'>, { model }: Pick<Recipe, 'model'>): Model {
	const own = models.find(({ hash }) => hash === model);
	if (own) return own;
	throw new UserError(
		'model-gone',
		'The model that drew this picture is no longer installed here. Press ✏️ to draw its prompt with another one.',
	);
}

/**
 * Finds the model for a prompt that was changed: the one that it names now, else the picture's own. Where that has gone it is the usual
 * one, and `notes` say so.
 *
 * @throws {UserError} `unknown-model`
 */
export function modelForEdit(
	here: Here,
	request: ImagineRequest,
	before: { recipe: Recipe; request: ImagineRequest },
): { model: Model; request: ImagineRequest; notes: string[] } {
	if (request.model !== before.request.model) return { ...modelFor(here, request), request };
	const own = here.models.find(({ hash }) => hash === before.recipe.model);
	if (own) return { model: own, request, notes: [] };
	const { model: name, ...rest } = request;
	const { model, notes } = modelFor(here, {});
	return { model, request: rest, notes: [goneNote(name, model), ...notes] };
}

function goneNote(gone: string | undefined, { name }: Model): string {
	const which = gone === undefined ? 'The model that drew the picture' : `The model ${writtenAs(gone)}`;
	return `${which} is no longer installed, so this is drawn with ${name}.`;
}
