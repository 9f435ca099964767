import type { ImagineRequest } from './request.ts';
import { joinTags, splitTags, uniqueTags } from './tags.ts';

/** What a server gives to wishes that do not say otherwise. */
export type RequestDefaults = Pick<ImagineRequest, 'preset' | 'style' | 'aspect' | 'model' | 'negative'>;

/** Fills in a server's defaults: what the member says wins, but for the negative, to which the server's is added. */
export function withDefaults(request: ImagineRequest, defaults: RequestDefaults): ImagineRequest {
	const negative = uniqueTags([...splitTags(request.negative ?? ''), ...splitTags(defaults.negative ?? '')]);
	return { ...defaults, ...request, ...(negative.length > 0 && { negative: joinTags(negative) }) };
}
