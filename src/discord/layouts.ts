import {
	ActionRowBuilder,
	type APIMessageTopLevelComponent,
	ButtonBuilder,
	ButtonStyle,
	ContainerBuilder,
	MediaGalleryBuilder,
	MediaGalleryItemBuilder,
	MessageFlags,
	SeparatorBuilder,
	TextDisplayBuilder,
} from 'discord.js';
import { altText, shorten } from '../commands/alt-text.ts';
import { encodePress, type Verb } from '../commands/custom-id.ts';
import { escaped } from '../commands/escape.ts';
import type { Generation } from '../db/generations.ts';
import { bandOf } from '../pipeline/aesthetic-bands.ts';
import { say, type Words } from '../words/index.ts';

const colours = { waiting: 0x5865f2, done: 0x2f9a6e, failed: 0xd0323a };
const shownPrompt = 300;

/** The body of a message in Components V2. Mentions are never parsed: prompts are other people's text. */
export interface MessageBody {
	flags: number;
	components: APIMessageTopLevelComponent[];
	allowed_mentions: { parse: [] };
}

/** A generation at which a moderator looks first. Everybody reads it, so it says neither what was asked for nor why. */
export function heldLayout({ id, userId }: Generation, words: Words): MessageBody {
	const box = container(colours.waiting).addTextDisplayComponents(text(words.held(`<@${userId}>`)));
	return body(box.addActionRowComponents(row(button('cancel', id, words.cancel), button('why', id, words.why))));
}

/** A generation in line: place, estimate, and a way out. */
export function queuedLayout(
	generation: Generation,
	line: { place: number; seconds: number },
	words: Words,
): MessageBody {
	const queued = words.queued(line.place, duration(line.seconds, words));
	return body(
		container(colours.waiting)
			.addTextDisplayComponents(text(`${title(generation, words)}\n${bar(0)} ${queued}`))
			.addActionRowComponents(row(button('cancel', generation.id, words.cancel))),
	);
}

/** A generation under the brush: a bar (no `steps`: its model is opened first), and what can be seen so far when `preview` names the attached file. */
export function progressLayout(
	generation: Generation,
	progress: { step: number; steps: number; preview?: string },
	words: Words,
): MessageBody {
	const { step, steps, preview } = progress;
	const done = steps === 0 ? `${bar(0)} ${words.loading}` : `${bar(step / steps)} ${words.painting(step, steps)}`;
	const box = container(colours.waiting).addTextDisplayComponents(text(`${title(generation, words)}\n${done}`));
	if (preview) box.addMediaGalleryComponents(gallery([{ name: preview, alt: words.preview }]));
	return body(box.addActionRowComponents(row(button('cancel', generation.id, words.cancel))));
}

/** A finished picture as a message shows it: its place in the generation, its attached file, and whether it is covered. */
export interface ShownPicture {
	position: number;
	file: string;
	isSpoiler: boolean;
	/** Its own; without it those of the recipe are shown. */
	seed?: number;
	/** From 0 to 1; `null` where nobody scored it. */
	aesthetic?: number | null;
}

/** The finished pictures with their buttons; of those that are `withheld` it says only how many. */
export function resultLayout(
	generation: Generation,
	result: { pictures: ShownPicture[]; withheld: number; seconds: number; modelName: string; canUpscale: boolean },
	words: Words,
): MessageBody {
	const { recipe, id } = generation;
	const { pictures, withheld, modelName, canUpscale } = result;
	const isUpscale = recipe.upscaler !== undefined;
	const seeds = recipe.keep === undefined ? recipe.seeds : pictures.map(({ seed }) => seed);
	const facts = [
		modelName,
		`${recipe.width}×${recipe.height}`,
		isUpscale ? words.enlargedBy(recipe.upscaler!) : words.steps(recipe.steps),
		...(recipe.guidanceInterval && !isUpscale ? [guidedIn(recipe.guidanceInterval, words)] : []),
		...(recipe.strength === undefined ? [] : [words.strength(String(recipe.strength))]),
		...(recipe.hires === undefined ? [] : [words.hires(String(recipe.hires.scale), String(recipe.hires.strength))]),
		...(recipe.keep === undefined ? [] : [bestOf(recipe.keep, recipe.seeds.length, pictures, words)]),
		words.seeds(seeds.map(String)),
		words.seconds(result.seconds.toFixed(1)),
		`<@${generation.userId}>`,
		words.aiMade,
	];
	const told = [
		...generation.notes.map((note) => escaped(say(words, note))),
		...(withheld > 0 ? [words.notShown(withheld)] : []),
	];
	const notes = told.map((note) => `\n-# ${note}`).join('');
	const scores = scoresOf(pictures, words);
	const items = pictures.map(({ position, file, isSpoiler }) => {
		return { name: file, alt: altText(generation, position, words), isSpoiler };
	});
	const box = container(colours.done)
		.addTextDisplayComponents(text(`${title(generation, words)}${notes}\n-# ${facts.join(' · ')}${scores}`))
		.addMediaGalleryComponents(gallery(items))
		.addSeparatorComponents(new SeparatorBuilder());
	const each = (verb: Verb, letter: string) =>
		pictures.map(({ position }) => button(verb, id, `${letter}${position + 1}`, position));
	if (!isUpscale) {
		const reroll = emojiButton('reroll', id, '🔄');
		box.addActionRowComponents(row(...(canUpscale ? each('up', 'U') : []), reroll));
		box.addActionRowComponents(row(...each('vary', 'V'), emojiButton('edit', id, '✏️')));
	}
	const [single] = pictures;
	if (single && pictures.length === 1) {
		const { position } = single;
		const extend = (verb: Verb, label: string) => button(verb, id, label, position);
		box.addActionRowComponents(
			row(
				button('vary-subtle', id, words.varySubtle, position),
				button('vary-strong', id, words.varyStrong, position),
				button('hires', id, '✨ 1.5×', position),
			),
			row(
				extend('pan-left', '⬅️'),
				extend('pan-up', '⬆️'),
				extend('pan-down', '⬇️'),
				extend('pan-right', '➡️'),
				extend('zoom-out', '🔍 1.5×'),
			),
		);
	}
	const why = withheld > 0 ? [button('why', id, words.why)] : [];
	return body(box.addActionRowComponents(row(emojiButton('delete', id, '🗑️'), emojiButton('report', id, '🚩'), ...why)));
}

/** What stands in place of pictures that do not come. */
export function endedLayout(generation: Generation, why: string, words: Words): MessageBody {
	return body(container(colours.failed).addTextDisplayComponents(text(`${title(generation, words)}\n${why}`)));
}

/** What stands in place of pictures that may not be shown. Everybody reads it, so it says neither what was asked for nor why. */
export function withheldLayout({ id, userId }: Generation, words: Words): MessageBody {
	const box = container(colours.failed).addTextDisplayComponents(text(words.withheld(`<@${userId}>`)));
	return body(box.addActionRowComponents(row(button('why', id, words.why))));
}

/** What stands there when somebody cancelled what may not be shown any more. */
export function forgottenLayout({ userId }: Generation, words: Words): MessageBody {
	return body(container(colours.failed).addTextDisplayComponents(text(`${words.cancelled}\n-# <@${userId}>`)));
}

/** Says which part of the schedule was guided. */
function guidedIn(interval: NonNullable<Generation['recipe']['guidanceInterval']>, words: Words): string {
	const [from, to] = interval.map((share) => String(Math.round(share * 100)));
	return words.guided(from!, to!);
}

/** Says what was chosen from; where nobody scored them, the first ones were. */
function bestOf(keep: number, candidates: number, pictures: readonly ShownPicture[], words: Words): string {
	const isChosen = pictures.some(({ aesthetic }) => aesthetic != null);
	return isChosen ? words.best(keep, candidates) : words.first(keep, candidates);
}

/** A line with the score of each picture in the card's bands; nothing where there are none. */
function scoresOf(pictures: readonly ShownPicture[], words: Words): string {
	const scores = pictures.flatMap(({ position, aesthetic }) => {
		if (aesthetic == null) return [];
		const which = pictures.length > 1 ? `${position + 1} ` : '';
		return [`${which}${bandOf(aesthetic)} (${aesthetic.toFixed(2)})`];
	});
	return scores.length > 0 ? `\n-# ${words.score}: ${scores.join(' · ')}` : '';
}

function title({ kind, request }: Generation, words: Words): string {
	const prompt = `**${escaped(shorten(request.prompt, shownPrompt))}**`;
	switch (kind) {
		case 'variation':
			return words.variationsOf(prompt);
		case 'upscale':
			return words.enlargementOf(prompt);
		case 'reroll':
			return `🔄 ${prompt}`;
		case 'image':
			return `🖼️ ${prompt}`;
		case 'inpaint':
			return `🖌️ ${prompt}`;
		case 'extend':
			return `↔️ ${prompt}`;
		case 'hires':
			return `✨ ${prompt}`;
		default:
			return prompt;
	}
}

function bar(share: number): string {
	const full = Math.round(Math.min(1, Math.max(0, share)) * 20);
	return `${'▰'.repeat(full)}${'▱'.repeat(20 - full)}`;
}

function duration(seconds: number, words: Words): string {
	if (seconds < 60) return words.seconds(String(Math.max(1, Math.round(seconds))));
	return seconds < 3600 ? words.minutes(Math.round(seconds / 60)) : words.hours((seconds / 3600).toFixed(1));
}

function body(box: ContainerBuilder): MessageBody {
	return { flags: MessageFlags.IsComponentsV2, components: [box.toJSON()], allowed_mentions: { parse: [] } };
}

const container = (colour: number) => new ContainerBuilder().setAccentColor(colour);
const text = (content: string) => new TextDisplayBuilder().setContent(content);
const row = (...buttons: ButtonBuilder[]) => new ActionRowBuilder<ButtonBuilder>().addComponents(...buttons);

function gallery(items: { name: string; alt: string; isSpoiler?: boolean }[]): MediaGalleryBuilder {
	return new MediaGalleryBuilder().addItems(
		items.map(({ name, alt, isSpoiler = false }) =>
			new MediaGalleryItemBuilder().setURL(`attachment://${name}`).setDescription(alt).setSpoiler(isSpoiler),
		),
	);
}

function button(verb: Verb, generationId: string, label: string, position?: number): ButtonBuilder {
	const customId = encodePress({ verb, id: generationId, ...(position !== undefined && { position }) });
	return new ButtonBuilder().setCustomId(customId).setLabel(label).setStyle(ButtonStyle.Secondary);
}

function emojiButton(verb: Verb, generationId: string, emoji: string): ButtonBuilder {
	return new ButtonBuilder()
		.setCustomId(encodePress({ verb, id: generationId }))
		.setEmoji({ name: emoji })
		.setStyle(verb === 'edit' ? ButtonStyle.Primary : ButtonStyle.Secondary);
}
