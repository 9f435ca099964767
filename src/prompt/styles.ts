/**
 * How a picture is drawn, by the names that users of the card's Space know. `tags` follow what the member asks for, `negative`
 * comes on top of the negative. The texts are ours.
 */
export const styles = {
	none: { label: 'None', tags: [], negative: [] },
	cinematic: {
		label: 'Cinematic',
		tags: ['cinematic lighting', 'dramatic shadow', 'depth of field', 'film grain', 'color grading', 'wide shot'],
		negative: ['flat color', 'simple background', 'sketch', 'monochrome'],
	},
	photographic: {
		label: 'Photographic',
		tags: ['photorealistic', 'realistic', 'natural lighting', 'bokeh', 'sharp focus'],
		negative: ['flat color', 'sketch', 'lineart', 'chibi', 'monochrome'],
	},
	anime: {
		label: 'Anime',
		tags: ['anime coloring', 'anime screenshot', 'clean lineart', 'vivid colors'],
		negative: ['photorealistic', 'realistic', '3d', 'sketch'],
	},
	manga: {
		label: 'Manga',
		tags: ['monochrome', 'greyscale', 'screentones', 'ink', 'hatching', 'high contrast'],
		negative: ['photorealistic', '3d', 'colorful', 'blurry'],
	},
	'digital-art': {
		label: 'Digital Art',
		tags: ['digital painting', 'soft shading', 'rim lighting', 'intricate details', 'matte painting'],
		negative: ['photorealistic', 'sketch', 'flat color', 'greyscale'],
	},
	'pixel-art': {
		label: 'Pixel art',
		tags: ['pixel art', 'limited palette', 'dithering', 'hard edges', 'sprite'],
		negative: ['photorealistic', 'realistic', '3d', 'gradient', 'blurry', 'film grain'],
	},
	'fantasy-art': {
		label: 'Fantasy art',
		tags: ['fantasy', 'ethereal glow', 'magic', 'ornate', 'dramatic clouds', 'painterly'],
		negative: ['photorealistic', 'modern', 'cityscape', 'flat color', 'sketch'],
	},
	neonpunk: {
		label: 'Neonpunk',
		tags: ['cyberpunk', 'neon lights', 'glowing', 'purple theme', 'city lights', 'reflection'],
		negative: ['greyscale', 'sepia', 'sketch', 'simple background'],
	},
	'3d-model': {
		label: '3D Model',
		tags: ['3d', 'render', 'global illumination', 'smooth shading', 'detailed texture'],
		negative: ['lineart', 'sketch', 'flat color', 'greyscale', 'traditional media'],
	},
} as const satisfies Record<string, Style>;

export type StyleName = keyof typeof styles;
export const styleNames = Object.keys(styles) as [StyleName, ...StyleName[]];

/** Holds when a request names no style. */
export const defaultStyle: StyleName = 'none';

/** Lists the styles as choices of an option: label and value. */
export function styleChoices(): { name: string; value: StyleName }[] {
	return styleNames.map((value) => ({ name: styles[value].label, value }));
}

/** Reads a style as plain lists, whichever it is. */
export function styleNamed(name: StyleName): Style {
	return styles[name];
}

export interface Style {
	readonly label: string;
	readonly tags: readonly string[];
	readonly negative: readonly string[];
}
