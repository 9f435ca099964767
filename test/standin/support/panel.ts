import {
	ActionRowBuilder,
	ApplicationCommandType,
	AttachmentBuilder,
	ButtonBuilder,
	ButtonStyle,
	ChannelSelectMenuBuilder,
	ChannelType,
	CheckboxGroupBuilder,
	ContainerBuilder,
	ContextMenuCommandBuilder,
	FileBuilder,
	FileUploadBuilder,
	type Interaction,
	LabelBuilder,
	MediaGalleryBuilder,
	MediaGalleryItemBuilder,
	MentionableSelectMenuBuilder,
	type MessageActionRowComponentBuilder,
	MessageFlags,
	ModalBuilder,
	RadioGroupBuilder,
	RoleSelectMenuBuilder,
	SlashCommandBuilder,
	StringSelectMenuBuilder,
	TextDisplayBuilder,
	TextInputBuilder,
	TextInputStyle,
	UserSelectMenuBuilder,
} from 'discord.js';
import { makePng } from './png.ts';

/** Commands of a bot that shows every control the page can draw. */
export const panelCommands = [
	new SlashCommandBuilder().setName('panel').setDescription('Opens the panel').setDefaultMemberPermissions(32n),
	new SlashCommandBuilder()
		.setName('look')
		.setDescription('Looks at a picture')
		.addAttachmentOption((it) => it.setName('picture').setDescription('Which').setRequired(true))
		.addRoleOption((it) => it.setName('role').setDescription('For whom')),
	new ContextMenuCommandBuilder().setName('Describe picture').setType(ApplicationCommandType.Message),
	new ContextMenuCommandBuilder().setName('Show gallery').setType(ApplicationCommandType.User),
].map((it) => it.toJSON());

/** What the panel shows as chosen. */
interface Chosen {
	channels: string[];
	roles: string[];
	note: string;
}

/** Answers for the bot with the panel, which keeps what was chosen in `chosen`. */
export function makePanel() {
	const chosen: Chosen = { channels: [], roles: [], note: 'nothing yet' };
	return async (interaction: Interaction): Promise<unknown> => {
		if (interaction.isChatInputCommand() && interaction.commandName === 'panel') {
			return interaction.reply({ ...panel(chosen), flags: MessageFlags.Ephemeral | MessageFlags.IsComponentsV2 });
		}
		if (interaction.isChatInputCommand()) {
			const { name, width, height, url } = interaction.options.getAttachment('picture', true);
			const sizeBytes = (await (await fetch(url)).arrayBuffer()).byteLength;
			const role = interaction.options.getRole('role')?.name ?? 'nobody';
			return interaction.reply(`${name} ${width}x${height}, ${sizeBytes} bytes, for ${role}`);
		}
		if (interaction.isMessageContextMenuCommand()) {
			return interaction.reply({ content: `about ${interaction.targetMessage.id}`, flags: MessageFlags.Ephemeral });
		}
		if (interaction.isUserContextMenuCommand())
			return interaction.reply(`gallery of ${interaction.targetUser.username}`);
		if (interaction.isModalSubmit() && interaction.isFromMessage()) {
			const { fields } = interaction;
			const files = [...(fields.getUploadedFiles('files')?.values() ?? [])].map((it) => it.name);
			const who = fields.getSelectedUsers('who')?.map((it) => it.username);
			chosen.note = [
				fields.getTextInputValue('words'),
				who,
				fields.getRadioGroup('how'),
				fields.getCheckboxGroup('where').join('+'),
				files.join('+'),
			].join(' · ');
			return interaction.update(panel(chosen));
		}
		if (!interaction.isMessageComponent()) return undefined;
		if (interaction.customId === 'form') return interaction.showModal(form());
		if (interaction.isChannelSelectMenu()) chosen.channels = interaction.values;
		if (interaction.isRoleSelectMenu()) chosen.roles = interaction.values;
		if (interaction.isStringSelectMenu()) chosen.note = interaction.values.join('+');
		if (interaction.isUserSelectMenu() || interaction.isMentionableSelectMenu()) return interaction.deferUpdate();
		return interaction.update(panel(chosen));
	};
}

function panel({ channels, roles, note }: Chosen) {
	const row = (...parts: MessageActionRowComponentBuilder[]) =>
		new ActionRowBuilder<MessageActionRowComponentBuilder>().addComponents(...parts);
	const container = new ContainerBuilder()
		.setAccentColor(0x5a60e0)
		.addTextDisplayComponents(
			new TextDisplayBuilder().setContent(
				`## Where the bot draws\nIn ${channels.map((id) => `<#${id}>`).join(', ') || 'no channel'}, for ${roles.map((id) => `<@&${id}>`).join(', ') || 'everybody'}.\n-# ${note}`,
			),
		)
		.addActionRowComponents(
			row(
				new ChannelSelectMenuBuilder()
					.setCustomId('channels')
					.setPlaceholder('Channels')
					.setChannelTypes(ChannelType.GuildText, ChannelType.GuildForum)
					.setMinValues(0)
					.setMaxValues(5)
					.setDefaultChannels(channels),
			),
			row(
				new RoleSelectMenuBuilder().setCustomId('roles').setPlaceholder('Roles').setMinValues(0).setDefaultRoles(roles),
			),
			row(new UserSelectMenuBuilder().setCustomId('users').setPlaceholder('Who is banned?')),
			row(
				new MentionableSelectMenuBuilder().setCustomId('mentionables').setPlaceholder('Who is told?').setMaxValues(2),
			),
			row(
				new StringSelectMenuBuilder()
					.setCustomId('ceiling')
					.setPlaceholder('Ceiling')
					.addOptions(
						{ label: 'Safe', value: 'safe', description: 'Nothing suggestive', emoji: '🟢' },
						{ label: 'Sensitive', value: 'sensitive', description: 'Swimsuits and the like', emoji: '🟡' },
					),
			),
			row(
				new ButtonBuilder().setCustomId('form').setLabel('Words…').setStyle(ButtonStyle.Secondary),
				new ButtonBuilder().setCustomId('undo').setLabel('Undo').setStyle(ButtonStyle.Danger),
			),
		)
		.addMediaGalleryComponents(
			new MediaGalleryBuilder().addItems(
				new MediaGalleryItemBuilder().setURL('attachment://reported.png').setDescription('Reported').setSpoiler(true),
			),
		)
		.addFileComponents(new FileBuilder().setURL('attachment://rules.zip'));
	const files = [
		new AttachmentBuilder(makePng(320, 200, 3), { name: 'reported.png' }),
		new AttachmentBuilder(Buffer.from('PK-rules'), { name: 'rules.zip' }),
	];
	return { components: [container], files, flags: MessageFlags.IsComponentsV2 } as const;
}

function form() {
	const words = new TextInputBuilder().setCustomId('words').setStyle(TextInputStyle.Paragraph).setMaxLength(100);
	const option = (value: string) => ({ label: value.toUpperCase(), value });
	return new ModalBuilder()
		.setCustomId('form')
		.setTitle('Words that are banned')
		.addLabelComponents(
			new LabelBuilder().setLabel('Words').setDescription('One in each line').setTextInputComponent(words),
			new LabelBuilder()
				.setLabel('Except for')
				.setUserSelectMenuComponent(new UserSelectMenuBuilder().setCustomId('who').setMaxValues(3)),
			new LabelBuilder()
				.setLabel('How')
				.setRadioGroupComponent(new RadioGroupBuilder().setCustomId('how').addOptions(option('block'), option('hold'))),
			new LabelBuilder()
				.setLabel('Where')
				.setCheckboxGroupComponent(
					new CheckboxGroupBuilder().setCustomId('where').addOptions(option('prompt'), option('picture')),
				),
			new LabelBuilder()
				.setLabel('From a file')
				.setFileUploadComponent(
					new FileUploadBuilder().setCustomId('files').setRequired(false).setFileTypes('image', '.json'),
				),
		);
}
