/** The card's nine sizes, by ratio. Pixels are those of a model of native size 1024. */
export const aspects = {
	'1:1': { width: 1024, height: 1024, label: '1:1 square' },
	'9:7': { width: 1152, height: 896, label: '9:7 landscape' },
	'7:9': { width: 896, height: 1152, label: '7:9 portrait' },
	'19:13': { width: 1216, height: 832, label: '19:13 landscape' },
	'13:19': { width: 832, height: 1216, label: '13:19 portrait' },
	'7:4': { width: 1344, height: 768, label: '7:4 wide landscape' },
	'4:7': { width: 768, height: 1344, label: '4:7 tall portrait' },
	'12:5': { width: 1536, height: 640, label: '12:5 panorama' },
	'5:12': { width: 640, height: 1536, label: '5:12 scroll' },
} as const;

export type Aspect = keyof typeof aspects;
export const aspectNames = Object.keys(aspects) as [Aspect, ...Aspect[]];

/** Holds when a request names no aspect: the size that a model calls native. */
export const defaultAspect: Aspect = '1:1';

/** Words for a shape. Portrait and landscape mean the size of the card's own example. */
const words: Record<string, Aspect> = {
	square: '1:1',
	portrait: '13:19',
	landscape: '19:13',
	tall: '4:7',
	wide: '7:4',
	panorama: '12:5',
};

/** What a member's aspect came to. `exact` is false where another ratio, or a word, was taken to the nearest of the nine. */
export interface ResolvedAspect {
	aspect: Aspect;
	asked: string;
	exact: boolean;
}

/**
 * Reads an aspect: one of the nine, any other ratio (`16:9`, `16x9`, `832×1216`) or a word (`portrait`). Another ratio goes to
 * the nearest by the logarithm, so that 2:1 is as far from 1:1 as 1:2 is. `undefined`: it is no aspect.
 */
export function resolveAspect(text: string): ResolvedAspect | undefined {
	const asked = text.trim().toLowerCase().replace(/\s+/g, '');
	const word = Object.hasOwn(words, asked) ? words[asked] : undefined;
	if (word !== undefined) return { aspect: word, asked, exact: asked === 'square' };

	const match = /^(\d{1,5}(?:\.\d{1,5})?)[:x×/](\d{1,5}(?:\.\d{1,5})?)$/.exec(asked);
	if (match === null) return undefined;
	const ratio = Math.log(Number(match[1]) / Number(match[2]));
	if (!Number.isFinite(ratio)) return undefined;
	const distance = (aspect: Aspect) => Math.abs(Math.log(aspects[aspect].width / aspects[aspect].height) - ratio);
	const aspect = aspectNames.reduce((best, next) => (distance(next) < distance(best) ? next : best));
	return { aspect, asked, exact: distance(aspect) < 1e-9 };
}

/** Lists the nine sizes as choices of an option: label and value. */
export function aspectChoices(): { name: string; value: string }[] {
	return aspectNames.map((value) => ({ name: aspects[value].label, value }));
}

/**
 * Takes the pixels of an aspect for a model: the card's pixels scaled to `nativeSize`, each side snapped to the nearest
 * multiple of `sizeMultiple` (a half goes up, as the demo model was trained), at least one multiple long. Small models
 * have fewer than nine sizes: at native 128 and multiple 32, 19:13 and 7:4 are both 160 × 96.
 */
export function sizeFor(aspect: Aspect, model: { nativeSize: number; sizeMultiple: number }): Size {
	const snap = (pixels: number) =>
		Math.max(1, Math.round((pixels * model.nativeSize) / 1024 / model.sizeMultiple)) * model.sizeMultiple;
	return { width: snap(aspects[aspect].width), height: snap(aspects[aspect].height) };
}

export interface Size {
	width: number;
	height: number;
}
