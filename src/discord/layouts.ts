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

const colours = { waiting: 0x5865f2, done: 0x2f9a6e, failed: 0xd0323a };
const shownPrompt = 300;

/** The body of a message in Components V2. Mentions are never parsed: prompts are other people's text. */
export interface MessageBody {
	flags: number;
	components: APIMessageTopLevelComponent[];
	allowed_mentions: { parse: [] };
}

/** A generation in line: place, estimate, and a way out. */
export function queuedLayout(generation: Generation, line: { place: number; seconds: number }): MessageBody {
	const place = line.place === 1 ? 'next in line' : `number ${line.place} in line`;
	return body(
		container(colours.waiting)
			.addTextDisplayComponents(
				text(`${title(generation)}\n${bar(0)} queued: ${place} · about ${duration(line.seconds)}`),
			)
			.addActionRowComponents(row(button('cancel', generation.id, 'Cancel'))),
	);
}

/** A generation under the brush: a bar, and what can be seen so far when `preview` names the attached file. */
export function progressLayout(
	generation: Generation,
	progress: { step: number; steps: number; preview?: string },
): MessageBody {
	const { step, steps, preview } = progress;
	const box = container(colours.waiting).addTextDisplayComponents(
		text(`${title(generation)}\n${bar(step / steps)} step ${step} of ${steps}`),
	);
	if (preview) box.addMediaGalleryComponents(gallery([{ name: preview, alt: 'A rough preview of the picture' }]));
	return body(box.addActionRowComponents(row(button('cancel', generation.id, 'Cancel'))));
}

/** A finished picture as a message shows it: its place in the generation, its attached file, and whether it is covered. */
export interface ShownPicture {
	position: number;
	file: string;
	isSpoiler: boolean;
}

/** The finished pictures with their buttons; of those that are `withheld` it says only how many. */
export function resultLayout(
	generation: Generation,
	result: { pictures: ShownPicture[]; withheld: number; seconds: number; modelName: string; canUpscale: boolean },
): MessageBody {
	const { recipe, id } = generation;
	const { pictures, withheld, modelName, canUpscale } = result;
	const isUpscale = recipe.upscaler !== undefined;
	const facts = [
		modelName,
		`${recipe.width}×${recipe.height}`,
		isUpscale ? `enlarged by ${recipe.upscaler}` : `${recipe.steps} steps`,
		`${recipe.seeds.length === 1 ? 'seed' : 'seeds'} ${recipe.seeds.join(', ')}`,
		`${result.seconds.toFixed(1)} s`,
		`<@${generation.userId}>`,
		'AI-made',
	];
	const told = [...generation.notes.map(escaped), ...(withheld > 0 ? [notShown(withheld)] : [])];
	const notes = told.map((note) => `\n-# ${note}`).join('');
	const items = pictures.map(({ position, file, isSpoiler }) => {
		return { name: file, alt: altText(generation, position), isSpoiler };
	});
	const box = container(colours.done)
		.addTextDisplayComponents(text(`${title(generation)}${notes}\n-# ${facts.join(' · ')}`))
		.addMediaGalleryComponents(gallery(items))
		.addSeparatorComponents(new SeparatorBuilder());
	const each = (verb: Verb, letter: string) =>
		pictures.map(({ position }) => button(verb, id, `${letter}${position + 1}`, position));
	if (!isUpscale) {
		const reroll = emojiButton('reroll', id, '🔄');
		box.addActionRowComponents(row(...(canUpscale ? each('up', 'U') : []), reroll));
		box.addActionRowComponents(row(...each('vary', 'V'), emojiButton('edit', id, '✏️')));
	}
	const why = withheld > 0 ? [button('why', id, 'Why?')] : [];
	return body(box.addActionRowComponents(row(emojiButton('delete', id, '🗑️'), emojiButton('report', id, '🚩'), ...why)));
}

/** What stands in place of pictures that do not come. */
export function endedLayout(generation: Generation, why: string): MessageBody {
	return body(container(colours.failed).addTextDisplayComponents(text(`${title(generation)}\n${why}`)));
}

/** What stands in place of pictures that may not be shown. Everybody reads it, so it says neither what was asked for nor why. */
export function withheldLayout({ id, userId }: Generation): MessageBody {
	const box = container(colours.failed).addTextDisplayComponents(
		text(`Not shown here. Nothing was charged.\n-# For <@${userId}>: the button says why, to them and to moderators.`),
	);
	return body(box.addActionRowComponents(row(button('why', id, 'Why?'))));
}

/** What stands there when somebody cancelled what may not be shown any more. */
export function forgottenLayout({ userId }: Generation): MessageBody {
	return body(
		container(colours.failed).addTextDisplayComponents(text(`Cancelled. Nothing was charged.\n-# <@${userId}>`)),
	);
}

function notShown(count: number): string {
	return count === 1 ? '1 picture is not shown here' : `${count} pictures are not shown here`;
}

const verbsOfKind: Record<Generation['kind'], string> = {
	imagine: '',
	edit: '',
	reroll: '🔄 ',
	variation: 'Variations of ',
	upscale: 'Enlargement of ',
};

function title({ kind, request }: Generation): string {
	return `${verbsOfKind[kind]}**${escaped(shorten(request.prompt, shownPrompt))}**`;
}

function bar(share: number): string {
	const full = Math.round(Math.min(1, Math.max(0, share)) * 20);
	return `${'▰'.repeat(full)}${'▱'.repeat(20 - full)}`;
}

function duration(seconds: number): string {
	if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
	return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
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
