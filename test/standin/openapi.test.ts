import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Standin, startStandin } from '../../src/standin/index.ts';
import { loadOpenApi } from '../../src/standin/openapi.ts';
import { commands } from './support/bot.ts';
import { answer, register, rest } from './support/rest.ts';
import { many, shapes, v2 } from './support/shapes.ts';

const { button, row, select, option, command, input, modal } = shapes;
let standin: Standin;

beforeAll(async () => {
	standin = await startStandin();
});

afterEach(() => standin.clearRecords());

afterAll(() => standin.stop());

const gallery = (count: number) => ({ type: 12, items: many(count, () => ({ media: { url: 'https://a/b' } })) });
const message = (body: object) => ['message', body] as const;
const put = (extra: object) => ['command', command(extra)] as const;
const form = (extra: object) => ['modal', modal(extra)] as const;

test.for<[string, readonly ['message' | 'command' | 'modal', object]]>([
	['a custom_id of 101', message({ components: [row(button(1, { custom_id: 'x'.repeat(101) }))] })],
	['a button label of 81', message({ components: [row(button(1, { label: 'x'.repeat(81) }))] })],
	['six buttons in a row', message({ components: [row(...many(6, (n) => button(n)))] })],
	[
		'26 options',
		message({ components: [row(select({ options: many(26, (n) => ({ label: 'l', value: `v${n}` })) }))] }),
	],
	['a gallery of eleven', message({ flags: v2, components: [gallery(11)] })],
	['an empty gallery', message({ flags: v2, components: [gallery(0)] })],
	['content of 2001', message({ content: 'x'.repeat(2001) })],
	['an embed description of 4097', message({ embeds: [{ description: 'x'.repeat(4097) }] })],
	['eleven embeds', message({ embeds: many(11, () => ({ title: 'a' })) })],
	['a text input in a message', message({ components: [row({ type: 4, custom_id: 't', style: 1, label: 'x' })] })],
	['an unknown component', message({ flags: v2, components: [{ type: 99 }] })],
	['a section without accessory', message({ flags: v2, components: [{ type: 9, components: [shapes.text(1)] }] })],
	[
		'a container in a container',
		message({ flags: v2, components: [{ type: 17, components: [{ type: 17, components: [shapes.text(1)] }] }] }),
	],
	['a misspelt key', message({ components: [row(button(1, { customId: 'x' }))] })],
	['a misspelt key at the top', message({ component: [] })],
	['a button style of 9', message({ components: [row(button(1, { style: 9 }))] })],
	['a command name of 33', put({ name: 'x'.repeat(33) })],
	['26 options of a command', put({ options: many(26, (n) => option({ name: `o${n}` })) })],
	['26 choices', put({ options: [option({ choices: many(26, (n) => ({ name: `n${n}`, value: 'v' })) })] })],
	['an option max_length of 6001', put({ options: [option({ max_length: 6001 })] })],
	['a modal title of 46', form({ title: 'x'.repeat(46) })],
	['a label of 46', form({ components: [{ ...input(1), label: 'x'.repeat(46) }] })],
	['a button in a modal', form({ components: [row(button(1))] })],
])('%s is refused with 50035 and recorded', async ([, [kind, body]]) => {
	const { status, body: refusal } = await sendAs(kind, body);
	expect({ status, code: refusal.code }).toEqual({ status: 400, code: 50_035 });
	expect(refusal.errors).toBeDefined();
	expect(standin.violations).toMatchObject([{ by: 'bot' }]);
});

test('validation can be switched off', async () => {
	const lenient = await startStandin({ validate: false });
	const path = `/channels/${lenient.channel('gallery').id}/messages`;
	expect((await rest(lenient, 'POST', path, { content: 'x', unknown: 1 })).status).toBe(200);
	await lenient.stop();
});

test('an integer may be a string of digits, as discord.js sends permissions', async () => {
	expect((await register(standin, [command({ default_member_permissions: '32' })])).status).toBe(200);
});

test('a multipart part that a list leaves out, or that is not named files[n], is refused; without a list all are new', async () => {
	const path = `/channels/${standin.channel('gallery').id}/messages`;
	const file = { name: 'a.png', bytes: Buffer.alloc(9) };
	expect((await rest(standin, 'POST', path, { content: 'x', attachments: [] }, [file])).status).toBe(400);
	expect((await rest(standin, 'POST', path, { content: 'x' }, [file])).status).toBe(200);
	const form = new FormData();
	form.append('payload_json', '{"content":"x"}');
	form.append('upload', new Blob(['x']), 'a.png');
	const headers = { authorization: `Bot ${standin.token}` };
	const response = await fetch(`${standin.api}/v10${path}`, { method: 'POST', headers, body: form });
	expect(response.status).toBe(400);
});

test('an answer that the document does not allow is found', () => {
	const openapi = loadOpenApi();
	const route = { method: 'GET', path: '/gateway' };
	expect(openapi.response(route, 200, { url: 'ws://127.0.0.1:1' })).toEqual([]);
	expect(openapi.response(route, 200, { url: 7 })).toMatchObject([{ path: ['url'] }]);
	expect(openapi.response(route, 302, undefined)).toHaveLength(1);
});

async function sendAs(kind: 'message' | 'command' | 'modal', body: object) {
	if (kind === 'command') return register(standin, [body]);
	if (kind === 'message') return rest(standin, 'POST', `/channels/${standin.channel('gallery').id}/messages`, body);
	await register(standin, commands);
	return answer(standin, standin.user('mika').slash('imagine', { prompt: 'x' }), { type: 9, data: body });
}
