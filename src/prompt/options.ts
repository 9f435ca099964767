import { UserError } from '../errors.ts';
import { type SamplerName, samplerNames, samplers } from '../pipeline/samplers/index.ts';
import { type ScheduleName, scheduleNames, schedules } from '../pipeline/schedule/names.ts';
import { resolveAspect } from './aspects.ts';
import { type Family, type FamilyValue, families, familyValues } from './families.ts';
import { loraLimits, readLoraList } from './loras.ts';
import { type PresetName, presetNames, presets } from './presets.ts';
import { type StyleName, styleNames, styles } from './styles.ts';
import { type Syntax, syntaxes, syntaxNames } from './syntax/index.ts';
import { quoted } from './text.ts';

/** The limits of what a member may ask for. */
export const limits = {
	/** Characters of a prompt, and of a negative, after cleaning. */
	promptLength: 2000,
	steps: { min: 1, max: 50 },
	/** As in the card's Space. */
	guidance: { min: 1, max: 12 },
	/** Where in the schedule guidance begins and ends, as shares. */
	guided: { min: 0, max: 1 },
	seed: { min: 0, max: Number.MAX_SAFE_INTEGER },
	/** As WebUI's slider. */
	clipskip: { min: 1, max: 12 },
	count: { min: 1, max: 4 },
	/** Of what a picture is drawn over with. */
	strength: { min: 0.05, max: 1 },
	/** Candidates of which the most pleasing are shown. */
	best: { min: 5, max: 16 },
} as const;

/**
 * Every option with one value: its names as a flag (the first is the one that messages use), what it takes, an example, and
 * how its value is read. `read` gives `undefined` for what it cannot take.
 */
export const options = {
	aspect: {
		flags: ['ar', 'aspect'],
		takes: 'a ratio like 13:19 or 16:9, or square, portrait or landscape',
		example: '13:19',
		read: (raw: RawValue) => resolveAspect(String(raw))?.asked,
	},
	seed: {
		flags: ['seed'],
		takes: `a whole number from 0 to ${limits.seed.max}`,
		example: '0',
		read: (raw: RawValue) => wholeNumber(raw, limits.seed),
	},
	steps: {
		flags: ['steps'],
		takes: `a whole number from ${limits.steps.min} to ${limits.steps.max}`,
		example: '20',
		read: (raw: RawValue) => wholeNumber(raw, limits.steps),
	},
	guidance: {
		flags: ['cfg', 'guidance'],
		takes: `a number from ${limits.guidance.min} to ${limits.guidance.max}`,
		example: '6',
		read: (raw: RawValue) => decimal(raw, limits.guidance),
	},
	'cfg-from': {
		flags: ['cfg-from'],
		takes: `a number from ${limits.guided.min} to ${limits.guided.max}`,
		example: '0.1',
		read: (raw: RawValue) => decimal(raw, limits.guided),
	},
	'cfg-until': {
		flags: ['cfg-until'],
		takes: `a number from ${limits.guided.min} to ${limits.guided.max}`,
		example: '0.8',
		read: (raw: RawValue) => decimal(raw, limits.guided),
	},
	best: {
		flags: ['best'],
		takes: `a whole number from ${limits.best.min} to ${limits.best.max}`,
		example: '8',
		read: (raw: RawValue) => wholeNumber(raw, limits.best),
	},
	count: {
		flags: ['n', 'count'],
		takes: `a whole number from ${limits.count.min} to ${limits.count.max}`,
		example: '2',
		read: (raw: RawValue) => wholeNumber(raw, limits.count),
	},
	quality: family('quality', 'best'),
	rating: family('rating', 'safe'),
	year: family('year', 'newest'),
	aesthetic: family('aesthetic', 'aesthetic'),
	preset: {
		flags: ['preset'],
		takes: listed(presetNames),
		example: 'none',
		read: (raw: RawValue): PresetName | undefined =>
			choice(raw, presetNames, (name) => [presets[name].label, ...presets[name].known]),
	},
	style: {
		flags: ['style'],
		takes: listed(styleNames),
		example: 'manga',
		read: (raw: RawValue): StyleName | undefined => choice(raw, styleNames, (name) => [styles[name].label]),
	},
	model: {
		flags: ['model'],
		takes: 'the name of a model that is installed here, without blanks',
		example: 'animagine-xl-3.1',
		// which there are is known later
		read: (raw: RawValue) => /^[^\s,，、<>`]{1,100}$/u.exec(String(raw).trim())?.[0],
	},
	strength: {
		flags: ['strength'],
		takes: `a number from ${limits.strength.min} to ${limits.strength.max}`,
		example: '0.5',
		read: (raw: RawValue) => decimal(raw, limits.strength),
	},
	hires: {
		flags: ['hires'],
		takes: '`yes` or `no`; alone it is yes',
		example: '',
		isBare: true,
		read: (raw: RawValue): boolean | undefined => yesOrNo(raw),
	},
	sampler: {
		flags: ['sampler'],
		takes: listed(samplerNames),
		example: samplerNames[0],
		read: (raw: RawValue): SamplerName | undefined => choice(raw, samplerNames, (name) => [samplers[name].label]),
	},
	schedule: {
		flags: ['schedule'],
		takes: listed(scheduleNames),
		example: 'karras',
		read: (raw: RawValue): ScheduleName | undefined =>
			choice(raw, scheduleNames, (name) => [schedules[name].label, schedules[name].webui]),
	},
	syntax: {
		flags: ['syntax'],
		takes: listed(syntaxNames),
		example: 'webui',
		read: (raw: RawValue): Syntax | undefined => choice(raw, syntaxNames, (name) => [syntaxes[name].label]),
	},
	clipskip: {
		flags: ['clipskip', 'clip-skip'],
		takes: `a whole number from ${limits.clipskip.min} to ${limits.clipskip.max}, usually 2`,
		example: '2',
		read: (raw: RawValue) => wholeNumber(raw, limits.clipskip),
	},
	lora: {
		flags: ['lora'],
		takes: `a name, with a weight from ${loraLimits.weight.min} to ${loraLimits.weight.max} behind a colon if it is not 1`,
		example: 'name:0.8',
		addsUp: true,
		read: (raw: RawValue) => readLoraList(String(raw)),
	},
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as OptionName[];

/** As it comes: a number, a text or a truth from a slash option, always text from a flag. */
export type RawValue = string | number | boolean;

/**
 * Reads the value of an option.
 *
 * @throws UserError `bad-<option>`, naming what it takes, with an example
 */
export function readOption(name: OptionName, raw: RawValue): string | number | boolean {
	const value = options[name].read(raw);
	if (value !== undefined) return value;
	const { flags, takes, example } = options[name];
	throw new UserError(
		`bad-${name}`,
		`${title(name)} takes ${takes}, not ${quoted(String(raw))}. Example: \`--${flags[0]} ${example}\`.`,
	);
}

function title(name: string): string {
	return name.charAt(0).toUpperCase() + name.slice(1);
}

function family<F extends Family>(name: F, example: FamilyValue<F>) {
	const values = familyValues(name);
	const table: Record<string, { tags: readonly string[]; label: string }> = families[name];
	return {
		flags: [name],
		takes: listed(values),
		example,
		read: (raw: RawValue): FamilyValue<F> | undefined =>
			choice(raw, values, (value) => [table[value]!.tags.join(', '), table[value]!.label]),
	} as const;
}

/** A choice may be written as its name, its tags or its label, in any case, with blanks, underscores or hyphens. */
function choice<T extends string>(
	raw: RawValue,
	values: readonly T[],
	spellings: (value: T) => string[],
): T | undefined {
	const key = (text: string) =>
		text
			.toLowerCase()
			.replace(/^["']|["']$/g, '')
			.replace(/[\s_-]+/g, ' ')
			.trim();
	const wanted = key(String(raw));
	return values.find((value) => [value, ...spellings(value)].some((spelling) => key(spelling) === wanted));
}

function wholeNumber(raw: RawValue, range: Range): number | undefined {
	const value = typeof raw === 'number' ? raw : /^\d+$/.test(String(raw).trim()) ? Number(raw) : Number.NaN;
	return Number.isSafeInteger(value) && within(value, range) ? value + 0 : undefined; // + 0 makes 0 of −0
}

function decimal(raw: RawValue, range: Range): number | undefined {
	const value = typeof raw === 'number' ? raw : /^\d+(?:\.\d+)?$/.test(String(raw).trim()) ? Number(raw) : Number.NaN;
	return within(value, range) ? value : undefined;
}

function yesOrNo(raw: RawValue): boolean | undefined {
	const word = String(raw).trim().toLowerCase();
	if (['true', 'yes', 'on', '1'].includes(word)) return true;
	return ['false', 'no', 'off', '0'].includes(word) ? false : undefined;
}

function within(value: number, { min, max }: Range): boolean {
	return value >= min && value <= max;
}

function listed(names: readonly string[]): string {
	return names.length === 1 ? `\`${names[0]}\`` : `one of ${names.map((name) => `\`${name}\``).join(', ')}`;
}

interface Range {
	min: number;
	max: number;
}

interface Option {
	readonly flags: readonly [string, ...string[]];
	readonly takes: string;
	readonly example: string;
	/** Given twice, it holds both values, with a comma between them. */
	readonly addsUp?: true;
	/** As a flag it needs no value: alone it means yes, and another value follows only after `=` or `:`. */
	readonly isBare?: true;
	readonly read: (raw: RawValue) => string | number | boolean | undefined;
}
