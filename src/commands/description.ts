import {
	ActionRowBuilder,
	type APIMessageTopLevelComponent,
	ButtonBuilder,
	ButtonStyle,
	ComponentType,
	ContainerBuilder,
	type Message,
	TextDisplayBuilder,
} from 'discord.js';
import type { PictureVerdict } from '../moderation/picture.ts';
import { bandOf } from '../pipeline/aesthetic-bands.ts';
import type { DescribedPicture } from '../pipeline/protocol.ts';
import { resolveAspect } from '../prompt/aspects.ts';
import { escapeFor, type Syntax } from '../prompt/syntax/index.ts';
import { arrange, joinTags } from '../prompt/tags.ts';
import { encodePress } from './custom-id.ts';

/** As many as a prompt can well use, and a message shows. */
const mostTags = 60;
const longestPrompt = 1800;

/**
 * Writes a prompt that asks for what was seen: in the card's order, names first after who is in it, for a syntax, with the nearest
 * shape as a flag.
 */
export function promptFor({ tags, width, height }: DescribedPicture, syntax: Syntax): string {
	const named = tags.toSorted((a, b) => Number(b.category === 'character') - Number(a.category === 'character'));
	const words = arrange(named.map(({ name }) => escapeFor(readable(name), syntax))).slice(0, mostTags);
	while (joinTags(words).length > longestPrompt) words.pop();
	const aspect = resolveAspect(`${width}:${height}`)?.aspect;
	return `${joinTags(words)}${aspect === undefined || aspect === '1:1' ? '' : ` --ar ${aspect}`}`;
}

/** `blue_hair` is written `blue hair`; a face such as `^_^` keeps its underscore. */
function readable(tag: string): string {
	return (tag.length > 3 && /\p{L}{2}/u.test(tag) ? tag.replaceAll('_', ' ') : tag).replace(/[`,]/g, '');
}

/** What the member sees who asked: tags to copy, ratings, score, and a button that draws them. */
export function descriptionLayout(
	seen: DescribedPicture,
	{ rating }: PictureVerdict & { show: 'open' | 'spoiler' },
	prompt: string,
): APIMessageTopLevelComponent[] {
	const percent = (p: number) => `${Math.round(p * 100)} %`;
	const { general, sensitive, questionable, explicit } = seen.ratings;
	const facts = [
		`${seen.width}×${seen.height}`,
		`counts as \`${rating}\``,
		`general ${percent(general)}, sensitive ${percent(sensitive)}, questionable ${percent(questionable)}, explicit ${percent(explicit)}`,
		...(seen.aesthetic === undefined ? [] : [`score: ${bandOf(seen.aesthetic)} (${seen.aesthetic.toFixed(2)})`]),
	];
	const words = prompt === '' ? 'Nothing that I know is in this picture.' : `\`\`\`\n${prompt}\n\`\`\``;
	const box = new ContainerBuilder()
		.setAccentColor(0x5865f2)
		.addTextDisplayComponents(
			new TextDisplayBuilder().setContent(`**What I see in it**\n${words}\n-# ${facts.join(' · ')}`),
		);
	if (prompt !== '')
		box.addActionRowComponents(
			new ActionRowBuilder<ButtonBuilder>().addComponents(
				new ButtonBuilder()
					.setCustomId(encodePress({ verb: 'draw', id: 'tags' }))
					.setLabel('Draw these')
					.setStyle(ButtonStyle.Primary),
			),
		);
	return [box.toJSON()];
}

/** Finds the prompt in such a message again: it is the only place that holds it. */
export function promptIn({ components }: Pick<Message, 'components'>): string | undefined {
	const boxes = components.flatMap((it) => (it.type === ComponentType.Container ? it.components : []));
	const texts = boxes.flatMap((it) => (it.type === ComponentType.TextDisplay ? [it.content] : []));
	return /```\n([^`]+)\n```/.exec(texts.join('\n'))?.[1];
}

/** Says why a picture is not described. */
export function refusalFor(verdict: PictureVerdict & { show: 'withheld' }, ceiling: string): string {
	switch (verdict.rule) {
		case 'minors':
			return `This picture looks sexual, and \`${verdict.match}\` says that a minor is in it. It is not described, here or anywhere.`;
		case 'picture':
			return `This picture counts as \`${verdict.rating}\`, and this channel allows \`${ceiling}\` at most. Ask in a channel that allows more.`;
		case 'unrated':
			return 'This picture could not be rated, so it is not described. Please try again later.';
	}
}
