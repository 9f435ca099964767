import {
	ActionRowBuilder,
	type AnySelectMenuInteraction,
	ChannelSelectMenuBuilder,
	ChannelType,
	FileUploadBuilder,
	type Interaction,
	LabelBuilder,
	MentionableSelectMenuBuilder,
	type MessageActionRowComponentBuilder,
	ModalBuilder,
	RoleSelectMenuBuilder,
	TextDisplayBuilder,
	UserSelectMenuBuilder,
} from 'discord.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findControl, type Standin, startStandin } from '../../src/standin/index.ts';
import { type Bot, connectBot } from './support/bot.ts';
import { makePng } from './support/png.ts';
import { answer, register } from './support/rest.ts';
import { many, shapes, v2 } from './support/shapes.ts';

let standin: Standin;
let bot: Bot;
/** What the bot read from the last select or form. */
let seen: Record<string, unknown> = {};

beforeAll(async () => {
	standin = await startStandin();
	bot = await connectBot(standin, handle);
});

afterAll(async () => {
	await bot.close();
	await standin.stop();
});

async function panel(user = 'mika', channel = 'gallery') {
	const handle = standin.user(user).slash('imagine', { prompt: 'panel' }, { channel });
	return handle.message();
}

test('a user select brings the users and members that discord.js reads', async () => {
	await standin
		.user('mika')
		.select(await panel(), 'users', 'Yuki', 'sora')
		.acked();
	const { id } = standin.user('yuki');
	expect(seen).toMatchObject({ values: [id, standin.user('sora').id], users: ['yuki', 'sora'] });
	expect(seen.memberRoles).toEqual([['Newcomer'], ['Moderator']]);
	standin.assertClean();
});

test('a role select and a mentionable select bring roles', async () => {
	await standin
		.user('mika')
		.select(await panel(), 'roles', 'Artist')
		.acked();
	expect(seen).toMatchObject({ roles: ['Artist'] });
	await standin
		.user('mika')
		.select(await panel(), 'mentionables', 'ren', 'Moderator')
		.acked();
	expect(seen).toMatchObject({ users: ['ren'], roles: ['Moderator'] });
	standin.assertClean();
});

test('a channel select brings channels, with what the member may do there', async () => {
	await standin
		.user('kei')
		.select(await panel('kei'), 'channels', 'mod-log')
		.acked();
	expect(seen).toMatchObject({ channels: ['mod-log'], canManage: [true] });
	standin.assertClean();
});

test('a select offers only what its user sees and its bot asks for', async () => {
	const message = await panel();
	const mika = standin.user('mika');
	expect(() => mika.select(message, 'channels', 'mod-log')).toThrow('has no choice');
	expect(() => mika.select(message, 'channels', 'hangout')).toThrow('has no choice');
	expect(() => mika.select(message, 'roles', 'Nobody')).toThrow('has no choice');
	expect(() => mika.select(message, 'users', 'mika', 'mika')).toThrow('twice');
	expect(() => mika.select(message, 'users', 'mika', 'ren', 'sora', 'kei')).toThrow('Choose 3 or fewer.');
	expect(() => mika.select(message, 'users')).toThrow('Choose 1 or more.');
	standin.removeMember('ren');
	expect(() => mika.select(message, 'users', 'ren')).toThrow('has no choice');
});

test('what is chosen stays as the bot set it, and an update of the message changes it', async () => {
	const message = await panel();
	const gallery = standin.channel('gallery').id;
	expect(findControl(message, 'channels')).toMatchObject({
		channel_types: [0],
		default_values: [{ id: gallery, type: 'channel' }],
		min_values: 0,
		max_values: 5,
	});
	const picked = standin.user('mika').select(message, 'channels');
	expect(await picked.acked()).toBe(7);
	expect(seen).toMatchObject({ values: [], channels: [] });
});

test('a form takes users, roles, channels and files, and updates the message that it came from', async () => {
	const message = await panel();
	const opener = standin.user('mika').press(message, 'channels', { values: [standin.channel('sketches').id] });
	await opener.acked();
	const form = standin.user('mika').select(message, 'users', 'kei');
	expect((await form.modal()).components).toHaveLength(5);
	const file = { name: 'rules.json', contentType: 'application/json', bytes: Buffer.from('{}') };
	const picture = { name: 'mask.png', contentType: 'image/png', bytes: makePng(6, 4) };
	const submitted = await standin.user('mika').submit(form, {
		who: [standin.user('yuki').id],
		what: standin.role('Artist').id,
		files: [file, picture],
	});
	expect(await submitted.acked()).toBe(7);
	expect((await submitted.message()).id).toBe(message.id);
	expect(seen).toMatchObject({
		fromMessage: true,
		who: ['yuki'],
		what: ['Artist'],
		where: ['gallery'],
		files: [
			{ name: 'rules.json', text: '{}', width: null },
			{ name: 'mask.png', width: 6 },
		],
	});
	standin.assertClean();
});

test('a form does not take what it does not offer', async () => {
	const form = standin.user('mika').select(await panel(), 'users', 'kei');
	const mika = standin.user('mika');
	const text = { name: 'notes.txt', contentType: 'text/plain', bytes: Buffer.from('x') };
	const huge = { name: 'huge.png', contentType: 'image/png', bytes: Buffer.alloc(10 * 2 ** 20 + 1) };
	await expect(mika.submit(form, { who: ['1'], files: [] })).rejects.toThrow('has no choice “1”');
	await expect(mika.submit(form, { who: [], files: [] })).rejects.toThrow('“Who” needs 1 or more choices.');
	await expect(mika.submit(form, { who: [mika.id], files: [text] })).rejects.toThrow('not one of: .json, image');
	await expect(mika.submit(form, { who: [mika.id], files: [huge] })).rejects.toThrow('10 MiB is the most');
	await expect(mika.submit(form, { who: [mika.id], files: ['1'] })).rejects.toThrow('This file is gone.');
});

const options = many(3, (n) => ({ label: `${n}`, value: `${n}`, default: true }));
const someone = { id: '123456789012345678', type: 'user' };
const inMessage: [string, object, RegExp][] = [
	['more defaults than may be chosen', { type: 3, options, max_values: 2 }, /TOO_MANY_DEFAULT/],
	['default values below the least', { type: 5, default_values: [someone], min_values: 2, max_values: 3 }, /between 2/],
	['default values above the most', { type: 7, default_values: [someone, someone] }, /between 1 and 1/],
	['a default value of another kind', { type: 6, default_values: [someone] }, /default_values/],
	['more than 25 choices', { type: 8, max_values: 26 }, /max_values/],
	['a placeholder over 150 characters', { type: 8, placeholder: 'x'.repeat(151) }, /placeholder/],
];

test.for(inMessage)('a message is refused for %s', async ([, select, message]) => {
	const handle = standin.user('mika').slash('imagine', { prompt: 'raw' });
	const data = { flags: v2, components: [shapes.row({ custom_id: 's', ...select })] };
	const refused = await answer(standin, handle, { type: 4, data });
	expect(refused.status).toBe(400);
	expect(JSON.stringify(refused.body)).toMatch(message);
	standin.clearRecords();
});

const inModal: [string, object, RegExp][] = [
	['a disabled select', { type: 5, disabled: true }, /cannot be disabled/],
	['a required select of none', { type: 8, min_values: 0 }, /must not be required/],
	['a required upload of none', { type: 19, min_values: 0 }, /must not be required/],
	['one radio button', { type: 21, options: many(1, (n) => ({ label: `${n}`, value: `${n}` })) }, /options/],
	['eleven checkboxes', { type: 22, options: many(11, (n) => ({ label: `${n}`, value: `${n}` })) }, /options/],
];

test.for(inModal)('a form is refused for %s', async ([, component, message]) => {
	const handle = standin.user('mika').slash('imagine', { prompt: 'raw' });
	const label = { type: 18, label: 'l', component: { custom_id: 'c', ...component } };
	const refused = await answer(standin, handle, { type: 9, data: shapes.modal({ components: [label] }) });
	expect(refused.status).toBe(400);
	expect(JSON.stringify(refused.body)).toMatch(message);
	standin.clearRecords();
});

test('options of commands name roles and mentionables, and the bot reads them', async () => {
	const option = (name: string, type: number) => ({ name, type, description: 'd' });
	const raw = [option('user', 6), option('channel', 7), option('role', 8), option('who', 9)];
	await register(standin, [shapes.command({ name: 'name', options: raw })]);
	const [yuki, artist] = [standin.user('yuki').id, standin.role('Artist').id];
	const values = { user: yuki, channel: standin.channel('news').id, role: artist, who: artist };
	await standin.user('mika').slash('name', values).acked();
	expect(seen).toEqual({ user: 'yuki', channel: 'news', role: 'Artist', who: 'Artist' });
	expect(() => standin.user('mika').slash('name', { role: yuki })).toThrow('“role” has no choice');
	expect(() => standin.user('mika').slash('name', { channel: standin.channel('mod-log').id })).toThrow('no choice');
});

async function handle(interaction: Interaction): Promise<unknown> {
	if (interaction.isChatInputCommand()) {
		const { options: given } = interaction;
		if (interaction.commandName === 'name') {
			const [user, channel] = [given.getUser('user')?.username, given.getChannel('channel')?.name];
			const who = given.getMentionable('who');
			seen = { user, channel, role: given.getRole('role')?.name, who: who && 'name' in who ? who.name : who };
			return interaction.reply('named');
		}
		if (given.getString('prompt') !== 'panel') return undefined;
		return interaction.reply({ content: 'panel', components: rows() });
	}
	if (interaction.isAnySelectMenu()) return choose(interaction);
	if (!interaction.isModalSubmit() || !interaction.isFromMessage()) return undefined;
	const { fields } = interaction;
	const files = [...(fields.getUploadedFiles('files')?.values() ?? [])];
	seen = {
		fromMessage: interaction.isFromMessage(),
		who: fields.getSelectedUsers('who')?.map((it) => it.username),
		what: fields.getSelectedRoles('what')?.map((it) => it?.name),
		where: fields.getSelectedChannels('where')?.map((it) => it.name),
		files: await Promise.all(
			files.map(async ({ name, url, width }) => ({ name, width, text: await (await fetch(url)).text() })),
		),
	};
	return interaction.update({ content: 'changed' });
}

function choose(interaction: AnySelectMenuInteraction) {
	const { values } = interaction;
	if (interaction.isUserSelectMenu()) {
		const members = [...interaction.members.values()];
		seen = {
			values,
			users: interaction.users.map((it) => it.username),
			memberRoles: members.map((it) => {
				if (!('cache' in it.roles)) throw new Error('expected a member of a guild that the bot knows');
				return it.roles.cache.filter((role) => role.name !== '@everyone').map((role) => role.name);
			}),
		};
		return interaction.users.some((it) => it.username === 'kei')
			? interaction.showModal(form())
			: interaction.deferUpdate();
	}
	if (interaction.isRoleSelectMenu()) seen = { values, roles: interaction.roles.map((it) => it.name) };
	if (interaction.isMentionableSelectMenu()) {
		seen = {
			values,
			users: interaction.users.map((it) => it.username),
			roles: interaction.roles.map((it) => it.name),
		};
	}
	if (interaction.isChannelSelectMenu()) {
		seen = {
			values,
			channels: interaction.channels.map((it) => ('name' in it ? it.name : null)),
			canManage: interaction.channels.map(
				(it) => 'permissionsFor' in it && it.permissionsFor(interaction.user)?.has('ManageChannels'),
			),
		};
		return interaction.update({ components: rows() });
	}
	return interaction.deferUpdate();
}

function rows() {
	const row = (select: MessageActionRowComponentBuilder) =>
		new ActionRowBuilder<MessageActionRowComponentBuilder>().addComponents(select).toJSON();
	return [
		row(new UserSelectMenuBuilder().setCustomId('users').setMaxValues(3)),
		row(new RoleSelectMenuBuilder().setCustomId('roles').setPlaceholder('Who may draw?')),
		row(new MentionableSelectMenuBuilder().setCustomId('mentionables').setMaxValues(2)),
		row(
			new ChannelSelectMenuBuilder()
				.setCustomId('channels')
				.setChannelTypes(ChannelType.GuildText)
				.setMinValues(0)
				.setMaxValues(5)
				.setDefaultChannels(standin.channel('gallery').id),
		),
	];
}

function form() {
	const upload = new FileUploadBuilder().setCustomId('files').setMinValues(1).setMaxValues(2).setRequired(false);
	const where = new ChannelSelectMenuBuilder().setCustomId('where').setDefaultChannels(standin.channel('gallery').id);
	return new ModalBuilder()
		.setCustomId('form')
		.setTitle('Who, what, where')
		.addTextDisplayComponents(new TextDisplayBuilder().setContent('Choose.'))
		.addLabelComponents(
			new LabelBuilder().setLabel('Who').setUserSelectMenuComponent(new UserSelectMenuBuilder().setCustomId('who')),
			new LabelBuilder()
				.setLabel('What')
				.setRoleSelectMenuComponent(new RoleSelectMenuBuilder().setCustomId('what').setRequired(false)),
			new LabelBuilder().setLabel('Where').setChannelSelectMenuComponent(where),
			new LabelBuilder().setLabel('Files').setFileUploadComponent(upload.setFileTypes('.json', 'image')),
		);
}
