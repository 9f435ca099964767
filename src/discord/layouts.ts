import {
	ActionRowBuilder,
	type APIMessageTopLevelComponent,
	ButtonBuilder,
	ButtonStyle,
	ContainerBuilder,
	escapeMarkdown,
	MediaGalleryBuilder,
	MediaGalleryItemBuilder,
	MessageFlags,
	SeparatorBuilder,
	TextDisplayBuilder,
} from 'discord.js';
import { altText, shorten } from '../commands/alt-text.ts';
import { encodePress, type Verb } from '../commands/custom-id.ts';
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

/** The finished pictures with their buttons. `files` are the names of the attached files, in order. */
export function resultLayout(
	generation: Generation,
	result: { files: string[]; seconds: number; modelName: string; canUpscale: boolean },
): MessageBody {
	const { recipe, id } = generation;
	const { files, modelName, canUpscale } = result;
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
	const notes = generation.notes.map((note) => `\n-# ${escaped(note)}`).join('');
	const box = container(colours.done)
		.addTextDisplayComponents(text(`${title(generation)}${notes}\n-# ${facts.join(' · ')}`))
		.addMediaGalleryComponents(gallery(files.map((name, i) => ({ name, alt: altText(generation, i) }))))
		.addSeparatorComponents(new SeparatorBuilder());
	const each = (verb: Verb, letter: string) => files.map((_, i) => button(verb, id, `${letter}${i + 1}`, i));
	if (!isUpscale) {
		const reroll = emojiButton('reroll', id, '🔄');
		box.addActionRowComponents(row(...(canUpscale ? each('up', 'U') : []), reroll));
		box.addActionRowComponents(row(...each('vary', 'V'), emojiButton('edit', id, '✏️')));
	}
	return body(box.addActionRowComponents(row(emojiButton('delete', id, '🗑️'))));
}

/** What stands in place of pictures that do not come. */
export function endedLayout(generation: Generation, why: string): MessageBody {
	return body(container(colours.failed).addTextDisplayComponents(text(`${title(generation)}\n${why}`)));
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

/** Takes the meaning from all that Discord would read as markup, a mention, a link or a timestamp. */
function escaped(userText: string): string {
	return escapeMarkdown(userText, { heading: true, bulletedList: true, numberedList: true, maskedLink: true })
		.replaceAll('<', '\\<')
		.replaceAll('@', '@\u200b')
		.replace(/(https?):\/\//gi, '$1:\u200b//');
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

function gallery(items: { name: string; alt: string }[]): MediaGalleryBuilder {
	return new MediaGalleryBuilder().addItems(
		items.map(({ name, alt }) => new MediaGalleryItemBuilder().setURL(`attachment://${name}`).setDescription(alt)),
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
