import { ChannelSelectMenuBuilder, ChannelType, type Guild, PermissionFlagsBits } from 'discord.js';
import { UserError } from '../../errors.ts';
import { retentionText } from './describe.ts';
import { channelOf } from './desk.ts';
import { type Act, type Choice, fieldId, oneOf, row, type Section, text } from './panel.ts';

const changed = (patch: Record<string, unknown>): Act => ({ kind: 'change', channelId: '', patch });

/** Who may press U, V, 🔄 and ✏️ under whose pictures. */
export const pressing: Section = {
	name: 'buttons',
	label: 'Buttons',
	hint: 'Who may press whose',
	show: ({ settings, version }) => [
		text(
			'## Buttons',
			'Who may press U, V, 🔄 and ✏️ under somebody’s pictures. What they ask for counts as their own wish. Only the author and moderators delete.',
		),
		oneOf(
			fieldId('buttons', version),
			[
				{ value: 'everyone', label: 'Everyone' },
				{ value: 'author', label: 'Only the author and moderators' },
			],
			settings.buttons,
		),
	],
	fields: { buttons: { select: ({ interaction }) => changed({ buttons: interaction.values[0] }) } },
};

const forever = 'forever';

/** How long prompts and pictures are kept. */
export const privacy: Section = {
	name: 'privacy',
	label: 'Privacy',
	hint: 'How long prompts and pictures are kept',
	show: ({ settings: { retentionDays }, version }) => [
		text(
			'## Privacy',
			'For how long I keep prompts and pictures of this server. Then they go from my database and disk, and their messages where Discord lets me. Members can delete their own at any time with `/mydata`.',
		),
		oneOf(
			fieldId('retention', version),
			[
				{ value: forever, label: 'Until somebody deletes them' },
				...daysChoices([1, 7, 30, 90, 180, 365], retentionDays, (days) => retentionText(days)),
			],
			retentionDays === null ? forever : String(retentionDays),
		),
	],
	fields: {
		retention: {
			select: ({ interaction: { values } }) =>
				changed({ retentionDays: values[0] === forever ? null : Number(values[0]) }),
		},
	},
};

/** Where reports go, and how long a warning counts. */
export const reports: Section = {
	name: 'reports',
	label: 'Reports',
	hint: 'Where 🚩 reports go, how long a warning counts',
	show: ({ settings: { logChannelId, strikeDays }, version, guild }) => {
		const select = new ChannelSelectMenuBuilder()
			.setCustomId(fieldId('log', version))
			.setPlaceholder('Choose the moderators’ channel…')
			.setChannelTypes(ChannelType.GuildText)
			.setMinValues(0);
		if (logChannelId !== null && guild.channels.cache.has(logChannelId)) select.setDefaultChannels(logChannelId);
		return [
			text(
				'## Reports',
				`**Where they go:** ${logChannelId === null ? 'nowhere yet. Choose a channel that only moderators see.' : `<#${logChannelId}>`}`,
				'Wishes at which moderators look first go there too.',
				...(isOpenToAll(guild, logChannelId) ? [openToAll] : []),
			),
			row(select),
			text('**A warning counts for**'),
			oneOf(
				fieldId('strikes', version),
				daysChoices([7, 14, 30, 60, 90, 180, 365], strikeDays, (days) => `${days} days`),
				String(strikeDays),
			),
		];
	},
	fields: {
		log: {
			select: ({ interaction: { values }, desk: { guild } }) => {
				const [channelId] = values;
				if (channelId === undefined) return changed({ logChannelId: null });
				const channel = channelOf(guild, channelId);
				const me = guild.members.me;
				const needed = [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages];
				if (!me || !channel.permissionsFor(me).has(needed))
					throw new UserError(
						'cannot-write',
						`I cannot write in <#${channelId}>. Give me View Channel and Send Messages there, or choose another channel.`,
					);
				return changed({ logChannelId: channelId });
			},
		},
		strikes: { select: ({ interaction: { values } }) => changed({ strikeDays: Number(values[0]) }) },
	},
};

const openToAll =
	'⚠️ **Everybody sees this channel.** Cards show reported pictures, prompts, and who reported them. Take View Channel from @everyone there, or choose another channel.';

function isOpenToAll(guild: Guild, channelId: string | null): boolean {
	const channel = guild.channels.cache.get(channelId ?? '');
	return channel?.permissionsFor(guild.roles.everyone).has(PermissionFlagsBits.ViewChannel) ?? false;
}

/** Numbers of days to choose from, with the one that holds now. */
function daysChoices(offered: number[], now: number | null, label: (days: number) => string): Choice[] {
	const all = [...new Set([...offered, ...(now === null ? [] : [now])])].toSorted((a, b) => a - b);
	return all.map((days) => ({ value: String(days), label: label(days) }));
}
