import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Standin, startStandin } from '../../src/standin/index.ts';
import { commands } from './support/bot.ts';
import { answer, register, rest } from './support/rest.ts';
import { many, shapes, v2 } from './support/shapes.ts';

const { button, row, select, text, option, command, input, modal } = shapes;
let standin: Standin;

beforeAll(async () => {
	standin = await startStandin();
});

afterEach(() => standin.clearRecords());

afterAll(() => standin.stop());

/** Every issue as `path: CODE`, read from Discord's nested form. */
function flatten(errors: unknown, path: string[] = []): string[] {
	if (typeof errors !== 'object' || errors === null) return [];
	return Object.entries(errors).flatMap(([key, inner]: [string, unknown]) =>
		key === '_errors'
			? (inner as { code: string }[]).map(({ code }) => `${path.join('.')}: ${code}`)
			: flatten(inner, [...path, key]),
	);
}

function send(body: object) {
	return rest(standin, 'POST', `/channels/${standin.channel('gallery').id}/messages`, body);
}

async function openModal(data: object) {
	await register(standin, commands);
	return answer(standin, standin.user('mika').slash('imagine', { prompt: 'x' }), { type: 9, data });
}

describe('messages', () => {
	test.for<[string, object, string]>([
		[
			'more than 40 components, nested ones counted',
			{ flags: v2, components: many(8, (r) => row(...many(5, (n) => button(r * 5 + n)))) },
			'components: COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
		],
		[
			'a custom_id twice',
			{ components: [row(button(1), button(1))] },
			'components.0.components.1.custom_id: COMPONENT_CUSTOM_ID_DUPLICATED',
		],
		[
			'an id twice',
			{ components: [row(button(1, { id: 7 }), button(2, { id: 7 }))] },
			'components.0.components.1.id: COMPONENT_ID_DUPLICATED',
		],
		[
			'content with the V2 flag',
			{ flags: v2, content: 'x', components: [text(1)] },
			'content: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
		],
		[
			'embeds with the V2 flag',
			{ flags: v2, embeds: [{ title: 'x' }], components: [text(1)] },
			'embeds: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
		],
		['a V2 component without the flag', { components: [text(1)] }, 'components.0.type: UNION_TYPE_CHOICES'],
		[
			'a button without custom_id',
			{ components: [row({ type: 2, style: 1, label: 'x' })] },
			'components.0.components.0.custom_id: BASE_TYPE_REQUIRED',
		],
		[
			'a link button with custom_id',
			{ components: [row(button(1, { style: 5, url: 'https://a/' }))] },
			'components.0.components.0.custom_id: CUSTOM_ID_NOT_ALLOWED',
		],
		[
			'a link button without url',
			{ components: [row({ type: 2, style: 5, label: 'x' })] },
			'components.0.components.0.url: BASE_TYPE_REQUIRED',
		],
		[
			'a button with neither label nor emoji',
			{ components: [row({ type: 2, style: 1, custom_id: 'x' })] },
			'components.0.components.0.label: BUTTON_COMPONENT_EMPTY',
		],
		[
			'a button and a select in one row',
			{ components: [row(button(1), select())] },
			'components.0.components: COMPONENT_LAYOUT_WIDTH_EXCEEDED',
		],
		[
			'two selects in one row',
			{ components: [row(select(), select({ custom_id: 's2' }))] },
			'components.0.components: COMPONENT_LAYOUT_WIDTH_EXCEEDED',
		],
		[
			'embeds of more than 6000 characters together',
			{ embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] },
			'embeds: MAX_EMBED_SIZE_EXCEEDED',
		],
		[
			'text displays of more than 4000 characters together',
			{ flags: v2, components: [text(2001), text(2000)] },
			'components: COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
		],
		[
			'min_values above max_values',
			{ components: [row(select({ min_values: 1, max_values: 0 }))] },
			'components.0.components.0.max_values: NUMBER_TYPE_MIN',
		],
		[
			'min_values above the default max_values',
			{ components: [row(select({ min_values: 2 }))] },
			'components.0.components.0.min_values: NUMBER_TYPE_MAX',
		],
		[
			'an option value twice',
			{ components: [row(select({ options: many(2, (n) => ({ label: `l${n}`, value: 'v' })) }))] },
			'components.0.components.0.options.1.value: SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
		],
		[
			'attachment:// without such a file',
			{ flags: v2, components: [{ type: 12, items: [{ media: { url: 'attachment://x.png' } }] }] },
			'components.0.items.0.media.url: UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
		],
		[
			'an attachment that was not sent',
			{ content: 'x', attachments: [{ id: '0' }] },
			'attachments.0.id: ATTACHMENT_NOT_FOUND',
		],
	])('%s is refused', async ([, body, issue]) => {
		const sent = await send(body);
		expect(sent).toMatchObject({ status: 400, body: { code: 50_035 } });
		expect(flatten(sent.body.errors)).toContain(issue);
		expect(() => standin.assertClean()).toThrow(issue.split(': ')[1] ?? '');
	});

	test.for<[string, object]>([
		[
			'40 components',
			{
				flags: v2,
				components: [
					...many(6, (r) => row(...many(5, (n) => button(r * 5 + n)))),
					row(button(98), button(99)),
					text(1),
				],
			},
		],
		['4000 characters of text', { flags: v2, components: [text(2000), text(2000)] }],
		['6000 characters of embeds', { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2000) }] }],
		['a link button', { components: [row({ type: 2, style: 5, label: 'x', url: 'https://a/' })] }],
	])('%s is taken', async ([, body]) => {
		expect(await send(body)).toMatchObject({ status: 200 });
		standin.assertClean();
	});
});

describe('commands', () => {
	test.for<[string, object, string]>([
		[
			'a required option after an optional one',
			{ options: [option(), option({ name: 'p', required: true })] },
			'0.options.1: APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
		],
		[
			'choices with autocomplete',
			{ options: [option({ autocomplete: true, choices: [{ name: 'a', value: 'a' }] })] },
			'0.options.0.autocomplete: APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_WITH_CHOICES',
		],
		['an upper-case name', { name: 'Imagine' }, '0.name: APPLICATION_COMMAND_INVALID_NAME'],
		[
			'an upper-case option',
			{ options: [option({ name: 'Prompt' })] },
			'0.options.0.name: APPLICATION_COMMAND_INVALID_NAME',
		],
		[
			'an upper-case localised name',
			{ name_localizations: { de: 'Bild' } },
			'0.name_localizations.de: APPLICATION_COMMAND_INVALID_NAME',
		],
		[
			'min_value above max_value',
			{ options: [option({ type: 4, min_value: 3, max_value: 1 })] },
			'0.options.0.min_value: NUMBER_TYPE_MAX',
		],
		[
			'min_length above max_length',
			{ options: [option({ min_length: 3, max_length: 1 })] },
			'0.options.0.min_length: NUMBER_TYPE_MAX',
		],
		['an unknown locale', { name_localizations: { xx: 'y' } }, '0.name_localizations.xx: BASE_TYPE_CHOICES'],
		[
			'an option name twice',
			{ options: [option(), option()] },
			'0.options.1.name: APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS',
		],
		[
			'a subcommand beside an option',
			{ options: [option(), { type: 1, name: 's', description: 'd' }] },
			'0.options: APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
		],
	])('%s is refused', async ([, extra, issue]) => {
		const put = await register(standin, [command(extra)]);
		expect(put).toMatchObject({ status: 400, body: { code: 50_035 } });
		expect(flatten(put.body.errors)).toContain(issue);
	});

	test('two commands of one name are refused, and the old list stays', async () => {
		await register(standin, [command({ name: 'old' })]);
		expect((await register(standin, [command(), command()])).status).toBe(400);
		const path = `/applications/${standin.state.application.id}/commands`;
		expect((await rest(standin, 'GET', path)).body).toMatchObject([{ name: 'old' }]);
	});
});

describe('modals', () => {
	test.for<[string, object, string]>([
		['six components', modal({ components: many(6, (n) => input(n)) }), 'data.components: BASE_TYPE_BAD_LENGTH'],
		[
			'a custom_id twice',
			modal({ components: [input(1), input(1)] }),
			'data.components.1.component.custom_id: COMPONENT_CUSTOM_ID_DUPLICATED',
		],
		[
			'min_length above max_length',
			modal({ components: [input(1, { min_length: 5, max_length: 4 })] }),
			'data.components.0.component.min_length: NUMBER_TYPE_MAX',
		],
	])('%s is refused', async ([, data, issue]) => {
		const opened = await openModal(data);
		expect(opened).toMatchObject({ status: 400, body: { code: 50_035 } });
		expect(flatten(opened.body.errors)).toContain(issue);
	});

	test('five components are taken', async () => {
		expect((await openModal(modal({ components: many(5, (n) => input(n)) }))).status).toBe(204);
		standin.assertClean();
	});
});
