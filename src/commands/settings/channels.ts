import { ChannelSelectMenuBuilder, ChannelType } from 'discord.js';
import { type ChannelSettings, settingsOfPlace, spoilers } from '../../moderation/settings.ts';
import { names, placeText } from './describe.ts';
import { channelOf, placeOf } from './desk.ts';
import {
	type Act,
	button,
	type Choice,
	type Desk,
	type Field,
	fieldId,
	line,
	lineWith,
	oneOf,
	type Part,
	row,
	type Section,
	sectionId,
	text,
} from './panel.ts';

/** Where a picture may be asked for; media channels too, but Discord's description of its API has no menu of them. */
const drawable = [
	ChannelType.GuildText,
	ChannelType.GuildAnnouncement,
	ChannelType.GuildForum,
	ChannelType.GuildVoice,
	ChannelType.GuildStageVoice,
] as const;

/** What a menu says when a channel has no word of its own. */
const asServer = 'server';

/** Where the bot draws, how daring, what is covered: for the whole server (`arg` is ''), or for one channel. */
export const channels: Section = {
	name: 'channels',
	label: 'Channels',
	hint: 'Where I draw, how daring, what is covered',
	show: (desk, arg) => (arg === '' ? wholeServer(desk) : oneChannel(desk, arg)),
	fields: {
		draws: placeField('draws', (value) => value === 'true'),
		ceiling: placeField('ceiling', (value) => value),
		spoiler: placeField('spoiler', (value) => value),
		adult: {
			button: ({ arg }): Act => ({ kind: 'change', channelId: '', patch: { adultGuild: arg === 'on' } }),
		},
		channel: {
			select: ({ interaction, desk: { guild } }): Act => {
				const [channelId] = interaction.values;
				return { kind: 'show', arg: channelOf(guild, channelId).id };
			},
		},
	},
};

/** A menu that sets one key, of the server or of the channel that `arg` names. */
function placeField(key: keyof ChannelSettings, read: (value: string) => unknown): Field {
	return {
		select: ({ interaction, desk: { guild }, arg }) => {
			const channelId = arg === '' ? '' : channelOf(guild, arg).id;
			const [value = asServer] = interaction.values;
			return { kind: 'change', channelId, patch: { [key]: value === asServer ? null : read(value) }, arg };
		},
	};
}

function wholeServer({ settings, version, rows }: Desk): Part[] {
	const { draws, ceiling, spoiler, adultGuild } = settings;
	const own = rows.filter(({ channelId, values }) => channelId !== '' && Object.keys(values).length > 0);
	const differing = own
		.slice(0, 10)
		.map(({ channelId }) => `<#${channelId}>`)
		.join(', ');
	const more = own.length > 10 ? ` and ${own.length - 10} more` : '';
	return [
		text('## Channels', 'What holds in every channel without choices of its own.'),
		oneOf(fieldId('draws', version), choicesOf.draws(), String(draws)),
		oneOf(fieldId('ceiling', version), choicesOf.ceiling(), ceiling),
		oneOf(fieldId('spoiler', version), choicesOf.spoiler(), spoiler),
		lineWith(
			`**Discord’s age restriction of the whole server** counts for every channel: **${adultGuild ? 'yes' : 'no'}**`,
			button(fieldId('adult', version, adultGuild ? 'off' : 'on'), adultGuild ? 'Do not count it' : 'Count it'),
		),
		line(),
		text(
			'### One channel',
			own.length > 0 ? `Their own choices have ${differing}${more}.` : 'None has choices of its own yet.',
		),
		channelMenu(version),
	];
}

async function oneChannel(desk: Desk, channelId: string): Promise<Part[]> {
	const channel = channelOf(desk.guild, channelId);
	const own = desk.rows.find((it) => it.channelId === channelId);
	const values = (own?.values ?? {}) as ChannelSettings;
	const server = settingsOfPlace(desk.settings, {});
	const id = (field: string) => fieldId(field, own?.version ?? 0, channelId);
	const place = await placeOf(desk, channelId);
	const withServer = (choices: Choice[], key: keyof ChannelSettings) => {
		const now = choices.find(({ value }) => value === String(server[key]))?.label ?? '';
		return [{ value: asServer, label: now.replace(': ', ': as the server, ') }, ...choices];
	};
	const chosen = (key: keyof ChannelSettings) => (values[key] === undefined ? asServer : String(values[key]));
	return [
		text(`## <#${channelId}>`, placeText(place), '-# Its threads and posts are as it is.'),
		oneOf(id('draws'), withServer(choicesOf.draws(), 'draws'), chosen('draws')),
		oneOf(id('ceiling'), withServer(choicesOf.ceiling(), 'ceiling'), chosen('ceiling')),
		oneOf(id('spoiler'), withServer(choicesOf.spoiler(), 'spoiler'), chosen('spoiler')),
		line(),
		channelMenu(desk.version, channel.id),
		row(button(sectionId('channels'), 'The whole server')),
	];
}

function channelMenu(version: number, chosen?: string): Part {
	const select = new ChannelSelectMenuBuilder()
		.setCustomId(fieldId('channel', version, chosen))
		.setPlaceholder('Choose a channel…')
		.setChannelTypes(...drawable);
	if (chosen !== undefined) select.setDefaultChannels(chosen);
	return row(select);
}

const choicesOf = {
	draws: (): Choice[] => [
		{ value: 'true', label: 'Drawing: yes' },
		{ value: 'false', label: 'Drawing: no' },
	],
	ceiling: (): Choice[] => [
		{
			value: 'discord',
			label: 'Ratings: as high as Discord allows',
			description: 'All where a channel is restricted by age, else up to sensitive',
		},
		{ value: 'safe', label: 'Ratings: only safe', description: 'Nothing daring at all' },
		{ value: 'sensitive', label: 'Ratings: no NSFW, up to sensitive', description: 'No NSFW, whatever Discord allows' },
		{ value: 'nsfw', label: 'Ratings: up to nsfw', description: 'Only where Discord restricts by age' },
		{ value: 'explicit', label: 'Ratings: up to explicit', description: 'Only where Discord restricts by age' },
	],
	spoiler: (): Choice[] => spoilers.map((value) => ({ value, label: `Spoilers: ${names.spoiler[value]}` })),
};
