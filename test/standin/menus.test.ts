import { ApplicationCommandType, ContextMenuCommandBuilder, type Interaction } from 'discord.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Standin, startStandin, textOf } from '../../src/standin/index.ts';
import { type Bot, connectBot } from './support/bot.ts';
import { makePng } from './support/png.ts';
import { register } from './support/rest.ts';
import { many, shapes } from './support/shapes.ts';

const { User, Message } = ApplicationCommandType;
const menu = (name: string, type: typeof User | typeof Message) =>
	new ContextMenuCommandBuilder().setName(name).setType(type);
const menus = [
	menu('Show gallery', User),
	menu('Describe picture', Message).setContexts(0, 1).setIntegrationTypes(0, 1),
	menu('Remove', Message).setDefaultMemberPermissions(8192n),
].map((it) => it.toJSON());

let standin: Standin;
let bot: Bot;

beforeAll(async () => {
	standin = await startStandin();
	bot = await connectBot(standin, handle);
	await register(standin, menus);
});

afterAll(async () => {
	await bot.close();
	await standin.stop();
});

const picture = { name: 'sketch.png', contentType: 'image/png', bytes: makePng(5, 3) };

test('a command about a message brings the message, with what the bot could not read by itself', async () => {
	const message = standin.user('ren').say('look', [picture]);
	const handle = standin.user('mika').menu('Describe picture', message);
	expect(textOf(await handle.message())).toBe('look of ren: sketch.png 5x3');
	expect(handle.interaction.metadata).toMatchObject({ name: 'Describe picture', target_message_id: message.id });
	const read = await bot.client.rest.get(`/channels/${message.channel_id}/messages/${message.id}`);
	expect(read).toMatchObject({ content: '', attachments: [] });
	standin.assertClean();
});

test('a command about a user brings the user and the member', async () => {
	const handle = standin.user('mika').menu('Show gallery', standin.user('yuki'));
	expect(textOf(await handle.message())).toBe('yuki, member');
	standin.assertClean();
});

test('menus follow the same rules as other commands', async () => {
	const message = standin.user('ren').say('look');
	expect(() => standin.user('mika').menu('Remove', message)).toThrow('You do not have permission');
	expect(standin.user('kei').menu('Remove', message).interaction.state).toBe('waiting');
	const { id } = standin.createForeignChannel();
	const elsewhere = standin.user('mika').say('look', [], { channel: id });
	expect(() => standin.user('kei').menu('Remove', elsewhere)).toThrow('not available in this server');
	expect(textOf(await standin.user('ren').menu('Describe picture', elsewhere).message())).toBe('look of mika: ');
	standin.deleteMessage(message.id);
	expect(() => standin.user('mika').menu('Describe picture', message)).toThrow('This message is gone.');
});

const user = { name: 'x', type: 2 };
const refused: [string, object[]][] = [
	['a description', [{ ...user, description: 'd' }]],
	['options', [{ ...user, options: [shapes.option()] }]],
	['a second of one name', [user, user]],
	['a sixteenth', many(16, (n) => ({ name: `x${n}`, type: 3 }))],
];

test.for(refused)('menu commands are refused for %s', async ([, list]) => {
	expect(await register(standin, list)).toMatchObject({ status: 400, body: { code: 50_035 } });
	standin.clearRecords();
});

test('one name may be in each kind of menu, in capitals and with spaces', async () => {
	const list = [user, { name: 'x', type: 3 }, shapes.command(), { name: 'Draw Like This', type: 3 }];
	expect(await register(standin, list)).toMatchObject({ status: 200 });
	standin.assertClean();
});

async function handle(interaction: Interaction): Promise<unknown> {
	if (interaction.isMessageContextMenuCommand()) {
		const { content, author, attachments } = interaction.targetMessage;
		const files = attachments.map(({ name, width, height }) => `${name} ${width}x${height}`);
		return interaction.reply(`${content} of ${author.username}: ${files.join()}`);
	}
	if (!interaction.isUserContextMenuCommand()) return undefined;
	const { targetUser, targetMember } = interaction;
	return interaction.reply(`${targetUser.username}, ${targetMember ? 'member' : 'no member'}`);
}
