import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OptionValue, type Place, type Standin, startStandin } from '../../src/standin/index.ts';
import { commands } from './support/bot.ts';
import { answer, register, rest } from './support/rest.ts';
import { shapes } from './support/shapes.ts';

let standin: Standin;

beforeAll(async () => {
	standin = await startStandin();
	await register(standin, commands);
});

afterAll(() => standin.stop());

test.for<[string, Record<string, OptionValue>, string]>([
	['a required option left out', {}, '“prompt” is required.'],
	['text over max_length', { prompt: 'x'.repeat(41) }, '“prompt” must have 40 or fewer characters.'],
	['a number over max_value', { prompt: 'x', steps: 51 }, '“steps” must be 50 or less.'],
	['a number below min_value', { prompt: 'x', steps: 0 }, '“steps” must be 1 or more.'],
	['a fraction where a whole number is wanted', { prompt: 'x', steps: 1.5 }, '“steps” must be a whole number.'],
	['a value that is no choice', { prompt: 'x', aspect: '3:2' }, '“aspect” must be one of: Square, Wide.'],
	['an option that does not exist', { prompt: 'x', seed: 1 }, 'This command has no option named “seed”.'],
])("Discord's client does not send %s", ([, options, message]) => {
	expect(() => standin.user('mika').slash('imagine', options)).toThrow(message);
});

test('with autocomplete anything may be sent', () => {
	const { interaction } = standin.user('mika').slash('imagine', { prompt: 'x', model: 'made up' });
	expect(interaction.state).toBe('waiting');
});

test.for<[string, string, Place, string | null]>([
	['mika', 'settings show', {}, 'You do not have permission to use this command.'],
	['sora', 'settings show', {}, null],
	['sora', 'settings show', { channel: 'dm' }, 'This command cannot be used in direct messages.'],
	['mika', 'after-dark', { channel: 'gallery' }, 'This command can only be used in age-restricted channels.'],
	['mika', 'after-dark', { channel: 'after-dark' }, null],
	['mika', 'after-dark', { channel: 'late sketches' }, null],
	['mika', 'after-dark', { channel: 'warm-ups' }, 'This command can only be used in age-restricted channels.'],
	['mika', 'after-dark', { channel: 'dm' }, 'This command can only be used in age-restricted channels.'],
	['mika', 'after-dark', { channel: 'gallery', unchecked: true }, null],
])('%s running /%s with %o: %s', ([user, path, place, message]) => {
	const run = () => standin.user(user).slash(path, {}, place);
	if (message === null) expect(run).not.toThrow();
	else expect(run).toThrow(message);
});

test('subcommands travel nested', async () => {
	const { interaction } = standin.user('sora').slash('settings adult set', { on: true });
	expect(interaction.metadata).toMatchObject({ name: 'settings' });
	expect(() => standin.user('sora').slash('settings adult set', {})).toThrow('“on” is required.');
	expect(() => standin.user('sora').slash('settings')).toThrow('Choose one of the parts of this command.');
});

test('a command is not offered in a guild that is not the one it was registered for', async () => {
	const [first] = standin.state.guilds.keys();
	const path = `/applications/${standin.state.application.id}/guilds/${first}/commands`;
	await rest(standin, 'PUT', path, [shapes.command({ name: 'local' })]);
	const other = standin.createGuild('Other', ['lobby']).channels[0]?.id ?? '';
	expect(standin.user('mika').slash('local').interaction.name).toBe('local');
	expect(() => standin.user('mika').slash('local', {}, { channel: other })).toThrow('`local`');
});

test('a guild command without user install is not available in a foreign guild', async () => {
	const { id } = standin.createForeignChannel();
	expect(() => standin.user('sora').slash('after-dark', {}, { channel: id })).toThrow('not available in this server');
});

test('controls that are disabled, missing or over-full cannot be used', async () => {
	const { button, row, select } = shapes;
	const options = ['a', 'b', 'c'].map((value) => ({ label: value, value }));
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' });
	await answer(standin, handle, {
		type: 4,
		data: { components: [row(button(1, { disabled: true })), row(select({ options, max_values: 2 }))] },
	});
	const message = await handle.message();
	const mika = standin.user('mika');
	expect(() => mika.press(message, 'c1')).toThrow('This control is disabled.');
	expect(() => mika.press(message, 'gone')).toThrow('Expected a control `gone`');
	expect(() => mika.press(message, 's', { values: ['a', 'b', 'c'] })).toThrow('Choose 2 or fewer.');
	expect(() => mika.press(message, 's', { values: ['z'] })).toThrow('“s” has no choice “z”.');
	expect(mika.press(message, 's', { values: ['a', 'b'] }).interaction.type).toBe(3);
});

test('a form is checked before it is sent, and keeps what the bot filled in', async () => {
	const mika = standin.user('mika');
	const handle = mika.slash('imagine', { prompt: 'x' });
	const components = [shapes.input(1, { value: 'a cat', max_length: 9 }), shapes.input(2)];
	await answer(standin, handle, { type: 9, data: shapes.modal({ components }) });
	await expect(mika.submit(handle)).rejects.toThrow('“l” is required.');
	await expect(mika.submit(handle, { t1: 'far too long', t2: 'x' })).rejects.toThrow('9 or fewer');
	await expect(mika.submit(handle, { t3: 'x' })).rejects.toThrow('no field “t3”');
	await expect(standin.user('ren').submit(handle, { t2: 'x' })).rejects.toThrow('no longer open');
	expect((await mika.submit(handle, { t2: 'x' })).interaction.type).toBe(5);
});

test('a wait that is not met says what was last seen', async () => {
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' });
	await answer(standin, handle, { type: 4, data: { content: 'what there is' } });
	await expect(handle.waitFor((it) => it.content === 'more', 1)).rejects.toThrow(/Waited 1 ms .*what there is/s);
});
