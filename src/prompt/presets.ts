/**
 * What is added to a prompt and to a negative unless the member says otherwise: the quality presets that users of the card's
 * Space know by name. `card` is the card's own prefix and negative, word for word, and what the Space calls Standard v3.1; the
 * texts of the others are ours, made of the tags that the card explains.
 */
export const presets = {
	card: {
		label: 'Standard v3.1 (the model card’s prefix and negative)',
		known: ['standard', 'standard v3.1'],
		prefix: ['masterpiece', 'best quality', 'very aesthetic', 'absurdres'],
		negative: [
			'nsfw',
			'lowres',
			'(bad)',
			'text',
			'error',
			'fewer',
			'extra',
			'missing',
			'worst quality',
			'jpeg artifacts',
			'low quality',
			'watermark',
			'unfinished',
			'displeasing',
			'oldest',
			'early',
			'chromatic aberration',
			'signature',
			'extra digits',
			'artistic error',
			'username',
			'scan',
			'[abstract]',
		],
	},
	'standard-v3.0': {
		label: 'Standard v3.0 (without aesthetic tags)',
		known: ['standard v3.0'],
		prefix: ['masterpiece', 'best quality'],
		negative: [
			'nsfw',
			'lowres',
			'worst quality',
			'low quality',
			'normal quality',
			'bad anatomy',
			'bad hands',
			'extra digits',
			'fewer digits',
			'cropped',
			'blurry',
			'jpeg artifacts',
			'text',
			'signature',
			'watermark',
			'username',
		],
	},
	light: {
		label: 'Light v3.1 (a short prefix and negative)',
		known: ['light v3.1'],
		prefix: ['best quality', 'very aesthetic'],
		negative: ['nsfw', 'lowres', 'worst quality', 'low quality', 'displeasing', 'watermark', 'signature'],
	},
	heavy: {
		label: 'Heavy v3.1 (a long prefix and negative)',
		known: ['heavy v3.1'],
		prefix: ['masterpiece', 'best quality', 'very aesthetic', 'absurdres', 'highres'],
		negative: [
			'nsfw',
			'lowres',
			'worst quality',
			'low quality',
			'normal quality',
			'displeasing',
			'very displeasing',
			'oldest',
			'early',
			'bad anatomy',
			'bad hands',
			'bad feet',
			'bad proportions',
			'extra digits',
			'fewer digits',
			'extra arms',
			'missing limb',
			'artistic error',
			'cropped',
			'blurry',
			'chromatic aberration',
			'jpeg artifacts',
			'scan artifacts',
			'scan',
			'unfinished',
			'sketch',
			'text',
			'error',
			'logo',
			'signature',
			'watermark',
			'username',
			'[abstract]',
		],
	},
	none: { label: 'None (nothing added)', known: [], prefix: [], negative: [] },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

/** Holds when a request names no preset. */
export const defaultPreset: PresetName = 'card';

/** Lists the presets as choices of an option: label and value. */
export function presetChoices(): { name: string; value: string }[] {
	return presetNames.map((value) => ({ name: presets[value].label, value }));
}

/** Reads a preset as plain lists, whichever it is. */
export function presetNamed(name: PresetName): Preset {
	return presets[name];
}

export interface Preset {
	readonly label: string;
	/** Other names under which it may be asked for. */
	readonly known: readonly string[];
	readonly prefix: readonly string[];
	readonly negative: readonly string[];
}
