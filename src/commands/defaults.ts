import { limitFor } from '../moderation/member.ts';
import { withDefaults } from '../prompt/defaults.ts';
import { defaultCount } from '../prompt/recipe.ts';
import type { ImagineRequest } from '../prompt/request.ts';
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
