import { UserError } from '../errors.ts';
import type { Recipe } from '../recipe.ts';
import { quoted } from './text.ts';

/** A LoRA as a member names it. */
export interface NamedLora {
	name: string;
	/** 1 is as it was trained; below 0 it works against what it was trained on. */
	weight: number;
}

/** The limits of what a member may ask for: those of a recipe. */
export const loraLimits = { count: 8, weight: { min: -4, max: 4 } } as const;

/** As in Stable Diffusion WebUI: `<lora:name>` or `<lora:name:0.8>`. */
const tagPattern = /<lora:([^<>]*)>/giu;

/**
 * Reads a list as the option and the flag take it: `ink:0.8, sketch`. In names, `_` may stand for a blank.
 *
 * @returns the same as tags of a prompt; `undefined` if it cannot be read.
 */
export function readLoraList(text: string): string | undefined {
	const parts = text.split(/[,，、]/).map((part) => part.trim());
	// a blank would leave open where a flag's value ends
	if (parts.some((part) => /[\s<>]/.test(part))) return undefined;
	const loras = parts.map(readLora);
	return loras.every((lora) => lora !== undefined) ? loras.map(loraTag).join(' ') : undefined;
}

/** Writes a LoRA as a tag of a prompt. */
export function loraTag({ name, weight }: NamedLora): string {
	return `<lora:${name}:${weight}>`;
}

/**
 * Takes the tags of LoRAs out of a prompt. A name that comes twice counts once, as it was written last.
 *
 * @throws UserError `bad-lora`, `too-many-loras`
 */
export function takeLoraTags(prompt: string): { text: string; loras: NamedLora[] } {
	const found = new Map<string, NamedLora>();
	const text = prompt.replace(tagPattern, (tag, inner: string) => {
		const lora = readLora(inner.trim());
		if (!lora)
			throw new UserError(
				'bad-lora',
				`${quoted(tag)} cannot be read. Write a name and a weight from ${loraLimits.weight.min} to ${loraLimits.weight.max}, for example \`<lora:name:0.8>\`.`,
			);
		found.delete(keyOf(lora.name));
		found.set(keyOf(lora.name), lora);
		return '';
	});
	if (found.size > loraLimits.count)
		throw new UserError(
			'too-many-loras',
			`The prompt names ${found.size} LoRAs, and at most ${loraLimits.count} work together. Leave some out.`,
		);
	return { text: found.size === 0 ? prompt : tidy(text), loras: [...found.values()] };
}

/**
 * Finds the LoRAs that are meant, in the order of their names, so that the order in a prompt changes nothing. Those of weight 0 are
 * left out.
 *
 * @throws UserError `unknown-lora`, listing what there is
 */
export function chooseLoras(
	wanted: readonly NamedLora[],
	known: readonly { name: string; sha256: string }[],
): NonNullable<Recipe['loras']> {
	const chosen = wanted.map(({ name, weight }) => {
		const own = known.find((lora) => lora.name === name) ?? known.find((lora) => keyOf(lora.name) === keyOf(name));
		if (!own)
			throw new UserError(
				'unknown-lora',
				`There is no LoRA ${quoted(name)}. ${listed(known.map((lora) => lora.name))}`,
			);
		return { name: own.name, sha256: own.sha256, weight };
	});
	return chosen.filter(({ weight }) => weight !== 0).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Discord's limits for choices that are offered while somebody types. */
const choices = { most: 25, length: 100 };

/** Offers ways to finish the last name of a list that is being typed. */
export function completeLoras(typed: string, known: readonly { name: string }[]): string[] {
	const [, before = '', last = ''] = /^(.*[,，、]\s*)?(.*)$/su.exec(typed) ?? [];
	return known
		.map(({ name }) => name.replace(/\s+/g, '_'))
		.filter((name) => !/[:,<>]/.test(name) && keyOf(name).includes(keyOf(last.trim())))
		.map((name) => `${before}${name}`)
		.filter((list) => list.length <= choices.length)
		.slice(0, choices.most);
}

function readLora(text: string): NamedLora | undefined {
	const [, name, written = '1'] = /^([^:]+?)(?:\s*:\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)))?$/u.exec(text) ?? [];
	const weight = Number(written);
	const { min, max } = loraLimits.weight;
	return name !== undefined && weight >= min && weight <= max ? { name, weight: weight + 0 } : undefined; // + 0 makes 0 of −0
}

function keyOf(name: string): string {
	return name.toLowerCase().replace(/[\s_]+/g, '_');
}

/** A tag that stood between two commas leaves one of them. */
function tidy(text: string): string {
	return text
		.replace(/[,，、](?:\s*[,，、])+/g, ',')
		.replace(/\s{2,}/g, ' ')
		.replace(/^[\s,，、]+|[\s,，、]+$/g, '');
}

function listed(names: readonly string[]): string {
	if (names.length === 0) return 'There are none here: whoever runs the bot can add some.';
	const shown = names.slice(0, 20).map((name) => `\`${name}\``);
	const more = names.length - shown.length;
	return `There ${names.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}
