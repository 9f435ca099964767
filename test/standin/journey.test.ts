import {
	ActionRowBuilder,
	AttachmentBuilder,
	ButtonBuilder,
	ButtonStyle,
	CheckboxBuilder,
	ContainerBuilder,
	Events,
	type Interaction,
	LabelBuilder,
	MediaGalleryBuilder,
	MediaGalleryItemBuilder,
	MessageFlags,
	ModalBuilder,
	RadioGroupBuilder,
	SeparatorBuilder,
	StringSelectMenuBuilder,
	TextDisplayBuilder,
	TextInputBuilder,
	TextInputStyle,
} from 'discord.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buttonsOf, mediaUrls, type Standin, startStandin, textOf } from '../../src/standin/index.ts';
import { type Bot, connectBot } from './support/bot.ts';
import { makePng } from './support/png.ts';

const pictures = [0, 1, 2, 3].map((seed) => makePng(48, 32, seed));
const seen: { fields?: unknown; channel?: unknown } = {};
let standin: Standin;
let bot: Bot;

beforeAll(async () => {
	standin = await startStandin();
	bot = await connectBot(standin, handle);
});

afterAll(async () => {
	await bot.close();
	await standin.stop();
});

test('a slash command ends in one Components V2 message with four pictures of the sizes sent', async () => {
	const handle = standin.user('mika').slash('imagine', { prompt: 'a cat' }, { channel: 'gallery' });
	expect(await handle.acked()).toBe(5);
	const message = await handle.waitFor((it) => mediaUrls(it).length === 4);
	expect(standin.picturesOf(message)).toEqual(pictures);
	expect(message.flags).toBe(MessageFlags.IsComponentsV2);
	expect(message.attachments).toEqual([]);
	expect(message.components?.[0]).toMatchObject({
		type: 17,
		spoiler: false,
		components: [
			{ type: 10, content: '**a cat**' },
			{ type: 12, items: [0, 1, 2, 3].map((n) => ({ description: `Image ${n}`, media: { width: 48, height: 32 } })) },
			{ type: 14, divider: true, spacing: 1 },
			{ type: 1 },
			{ type: 1 },
		],
	});
	expect(handle.history.map((it) => textOf(it).includes('50%'))).toContain(true);
	const file = await fetch(mediaUrls(message)[0] ?? '');
	expect(file.headers.get('content-type')).toBe('image/png');
	expect(Buffer.from(await file.arrayBuffer())).toEqual(pictures[0]);
	standin.assertClean();
});

test('a button is answered with a follow-up, another with an ephemeral reply that only its user sees', async () => {
	const message = await draw();
	const followed = standin.user('ren').press(message, 'U1');
	expect(await followed.acked()).toBe(6);
	expect((await followed.waitForFollowup()).attachments[0]?.filename).toBe('SPOILER_up.png');
	const replied = standin.user('ren').press(message, 'V1');
	const ephemeral = await replied.message();
	expect(standin.user('ren').messagesIn('gallery')).toContainEqual(ephemeral);
	expect(standin.user('mika').messagesIn('gallery')).not.toContainEqual(ephemeral);
	// The private message's own button works, for its user only.
	const inner = standin.user('ren').press(ephemeral, 'again');
	expect((await inner.waitFor((it) => it.content === 'pressed again')).id).toBe(ephemeral.id);
	expect(() => standin.user('mika').press(ephemeral, 'again')).toThrow('This message is gone.');
	standin.assertClean();
});

test('a modal arrives as the bot made it, and its fields arrive as the user filled them in', async () => {
	const message = await draw();
	const pressed = standin.user('mika').press(message, '✏️');
	expect((await pressed.modal()).title).toBe('Edit the prompt');
	const submitted = await standin.user('mika').submit(pressed, { prompt: 'a dog', size: 'l', sampler: ['dpm'] });
	expect(textOf(await submitted.waitFor((it) => textOf(it).includes('a dog')))).toBe('edited: a dog');
	expect(seen.fields).toEqual({ prompt: 'a dog', sampler: ['dpm'], size: 'l', upscale: true });
	standin.assertClean();
});

test('a select deletes the message, and its pictures go with it', async () => {
	const message = await draw();
	const picked = standin.user('mika').press(message, 'm:job1', { values: ['delete'] });
	await picked.deleted();
	expect(standin.message(message.id)).toBeUndefined();
	expect((await fetch(mediaUrls(message)[0] ?? '')).status).toBe(404);
	standin.assertClean();
});

test('autocomplete shows what the bot suggests', async () => {
	const choices = await standin.user('mika').choices('imagine', 'model', { prompt: 'x', model: 'an' });
	expect(choices).toEqual([{ name: 'an: SDXL', value: 'sdxl' }]);
});

test.for([
	{ channel: 'gallery', nsfw: false, guild: true },
	{ channel: 'after-dark', nsfw: true, guild: true },
	{ channel: 'late sketches', nsfw: true, guild: true },
	{ channel: 'warm-ups', nsfw: false, guild: true },
	{ channel: 'dm', nsfw: undefined, guild: false },
])(
	'the bot can tell the age restriction of $channel from its cache and the payload',
	async ({ channel, nsfw, guild }) => {
		const handle = standin.user('mika').slash('imagine', { prompt: 'where' }, { channel });
		await handle.message();
		expect(seen.channel).toEqual({ nsfw, guild });
	},
);

test('in a guild that the bot is not in, only the payload tells the age restriction', async () => {
	const { id } = standin.createForeignChannel({ nsfw: true });
	const raw = new Promise<unknown>((resolve) => bot.client.once(Events.Raw, (packet) => resolve(packet)));
	const handle = standin.user('mika').slash('imagine', { prompt: 'where' }, { channel: id });
	await handle.message();
	expect(seen.channel).toEqual({ nsfw: undefined, guild: false });
	expect(await raw).toMatchObject({
		d: { channel: { nsfw: true }, authorizing_integration_owners: { 1: handle.interaction.userId } },
	});
	await expect(bot.client.channels.fetch(id)).rejects.toMatchObject({ code: 50001 });
});

test('an attachment option brings the file along', async () => {
	const image = { name: 'start.png', contentType: 'image/png', bytes: makePng(7, 5) };
	const handle = standin.user('mika').slash('imagine', { prompt: 'where', image });
	await handle.message();
	expect(textOf(await handle.waitFor((it) => it.content !== ''))).toContain('start.png 7x5');
});

test('a message sent to a channel again with its nonce is not sent twice', async () => {
	const channel = await bot.client.channels.fetch(standin.channel('sketches').id);
	if (!channel?.isSendable()) throw new Error('expected a channel that takes messages');
	const send = () =>
		channel.send({
			content: 'late',
			nonce: 'job-1',
			enforceNonce: true,
			files: [new AttachmentBuilder(makePng(4, 2))],
		});
	const [first, second] = [await send(), await send()];
	expect(second.id).toBe(first.id);
	expect(standin.messagesIn('sketches')).toHaveLength(1);
	await first.edit('later');
	expect(standin.message(first.id)).toMatchObject({ content: 'later', attachments: [{ width: 4, height: 2 }] });
	await first.delete();
	expect(standin.messagesIn('sketches')).toEqual([]);
	standin.assertClean();
});

test('a user gets a direct message, and edits of a deleted message are refused', async () => {
	const user = await bot.client.users.fetch(standin.user('ren').id);
	const sent = await user.send('hello');
	expect(standin.user('ren').messagesIn('dm')).toMatchObject([{ id: sent.id, content: 'hello' }]);
	standin.deleteMessage(sent.id);
	await expect(sent.edit('again')).rejects.toMatchObject({ code: 10_008 });
	standin.assertClean();
});

async function draw() {
	const handle = standin.user('mika').slash('imagine', { prompt: 'a cat' }, { channel: 'gallery' });
	return handle.waitFor((it) => buttonsOf(it).length > 0);
}

async function handle(interaction: Interaction): Promise<unknown> {
	if (interaction.isAutocomplete()) {
		return interaction.respond([{ name: `${interaction.options.getFocused()}: SDXL`, value: 'sdxl' }]);
	}
	if (interaction.isChatInputCommand()) {
		const prompt = interaction.options.getString('prompt', true);
		if (prompt === 'where') {
			const { channel } = interaction;
			const inGuild = channel !== null && !channel.isDMBased();
			const asked = channel?.isThread() ? channel.parent : channel;
			seen.channel = { nsfw: inGuild && asked && 'nsfw' in asked ? asked.nsfw : undefined, guild: inGuild };
			const image = interaction.options.getAttachment('image');
			return interaction.reply(`here ${image?.name} ${image?.width}x${image?.height}`);
		}
		const { interaction: acknowledged } = await interaction.deferReply({ withResponse: true });
		if (!acknowledged.responseMessageLoading) throw new Error('expected a loading message');
		await interaction.editReply({
			components: [new TextDisplayBuilder().setContent('Drawing… 50%')],
			flags: MessageFlags.IsComponentsV2,
		});
		return interaction.editReply(result(prompt));
	}
	if (interaction.isModalSubmit()) {
		const { fields } = interaction;
		const prompt = fields.getTextInputValue('prompt');
		const sampler = fields.getStringSelectValues('sampler');
		seen.fields = { prompt, sampler, size: fields.getRadioGroup('size'), upscale: fields.getCheckbox('upscale') };
		if (!interaction.isFromMessage()) throw new Error('expected a modal from a message');
		return interaction.update({ components: [new TextDisplayBuilder().setContent(`edited: ${prompt}`)], files: [] });
	}
	if (interaction.isStringSelectMenu()) {
		await interaction.deferUpdate();
		return interaction.deleteReply();
	}
	if (!interaction.isButton()) return undefined;
	if (interaction.customId === 'again') return interaction.update({ content: 'pressed again' });
	if (interaction.customId.startsWith('u:')) {
		await interaction.deferUpdate();
		return interaction.followUp({ files: [new AttachmentBuilder(makePng(9, 6), { name: 'SPOILER_up.png' })] });
	}
	if (interaction.customId.startsWith('v:')) {
		const again = new ButtonBuilder().setCustomId('again').setLabel('Again').setStyle(ButtonStyle.Primary);
		const row = new ActionRowBuilder<ButtonBuilder>().addComponents(again);
		return interaction.reply({ content: 'only you', flags: MessageFlags.Ephemeral, components: [row] });
	}
	return interaction.showModal(editModal());
}

function result(prompt: string) {
	const button = (id: string, label: string) =>
		new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(ButtonStyle.Secondary);
	const edit = new ButtonBuilder().setCustomId('e:job1').setEmoji('✏️').setStyle(ButtonStyle.Primary);
	const more = new StringSelectMenuBuilder()
		.setCustomId('m:job1')
		.addOptions({ label: 'Seed', value: 'seed' }, { label: 'Delete', value: 'delete' });
	const items = pictures.map((_, index) =>
		new MediaGalleryItemBuilder().setURL(`attachment://${index}.png`).setDescription(`Image ${index}`),
	);
	const container = new ContainerBuilder()
		.addTextDisplayComponents(new TextDisplayBuilder().setContent(`**${prompt}**`))
		.addMediaGalleryComponents(new MediaGalleryBuilder().addItems(...items))
		.addSeparatorComponents(new SeparatorBuilder())

		.addActionRowComponents(
			new ActionRowBuilder<ButtonBuilder>().addComponents(button('u:0', 'U1'), button('v:0', 'V1'), edit),
		)
		.addActionRowComponents(new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(more));
	return {
		components: [container],
		files: pictures.map((bytes, index) => new AttachmentBuilder(bytes, { name: `${index}.png` })),
		flags: MessageFlags.IsComponentsV2,
		allowedMentions: { parse: [] },
	} as const;
}

function editModal() {
	const input = new TextInputBuilder().setCustomId('prompt').setStyle(TextInputStyle.Paragraph).setMaxLength(100);
	const sampler = new StringSelectMenuBuilder()
		.setCustomId('sampler')
		.addOptions({ label: 'Euler', value: 'euler' }, { label: 'DPM', value: 'dpm' });
	const size = new RadioGroupBuilder()
		.setCustomId('size')
		.addOptions({ label: 'S', value: 's' }, { label: 'L', value: 'l' });
	return new ModalBuilder()
		.setCustomId('edit:job1')
		.setTitle('Edit the prompt')
		.addTextDisplayComponents(new TextDisplayBuilder().setContent('Change what you like'))
		.addLabelComponents(
			new LabelBuilder().setLabel('Prompt').setTextInputComponent(input),
			new LabelBuilder().setLabel('Sampler').setStringSelectMenuComponent(sampler),
			new LabelBuilder().setLabel('Size').setRadioGroupComponent(size),
			new LabelBuilder()
				.setLabel('Upscale')
				.setCheckboxComponent(new CheckboxBuilder().setCustomId('upscale').setDefault(true)),
		);
}
