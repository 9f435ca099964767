/**
 * What is added to a prompt and to a negative unless the member says otherwise. Only what the card gives word for word is
 * here: the card's Space also has a light and a heavy preset, whose text the card does not hold.
 */
export const presets = {
	card: {
		label: 'The model card’s prefix and negative',
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
	none: { label: 'Nothing added', prefix: [], negative: [] },
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
	readonly prefix: readonly string[];
	readonly negative: readonly string[];
}
