import { limitFor } from '../moderation/member.ts';
import { withDefaults } from '../prompt/defaults.ts';
import { defaultCount, type ModelFacts, makeRecipe } from '../prompt/recipe.ts';
import type { ImagineRequest } from '../prompt/request.ts';
import type { Recipe } from '../recipe.ts';
import type { Call } from './context.ts';

/**
 * Fills in what holds for wishes in this place that do not say otherwise: the server's defaults, and for a member who may have fewer
 * pictures a day than are usually drawn, as many as that.
 */
export function withUsual(request: ImagineRequest, { place, member }: Pick<Call, 'place' | 'member'>): ImagineRequest {
	const { perDay = 0 } = limitFor(place.guild, member);
	const count = request.count ?? (perDay > 0 && perDay < defaultCount ? perDay : undefined);
	return withDefaults({ ...request, ...(count !== undefined && { count }) }, place.guild.defaults);
}

/** Makes the recipe of a wish in this place, by what is usual there. @throws {UserError} as `makeRecipe` does */
export function recipeFor(
	request: ImagineRequest,
	model: ModelFacts,
	call: Pick<Call, 'place' | 'member' | 'randomSeed'>,
): { recipe: Recipe; notes: string[] } {
	const { ceiling, guild } = call.place;
	const { randomSeed } = call;
	return makeRecipe(withUsual(request, call), { model, ceiling, randomSeed, wildcards: guild.wildcards });
}
