import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { APIApplicationCommandOption, APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { components } from '../../src/commands/components/index.ts';
import type { Command, Component, MessageCommand } from '../../src/commands/context.ts';
import { encodePress, verbs } from '../../src/commands/custom-id.ts';
import { commands, messageCommands } from '../../src/commands/index.ts';
import { generations, sanctions } from '../../src/db/schema.ts';
import type { InteractionHandle } from '../../src/standin/index.ts';
import { makePng } from '../standin/support/png.ts';
import { buttonsOf } from '../support/page.ts';
import { rated, Workshop } from '../support/workshop.ts';

const root = fileURLToPath(new URL('../../src', import.meta.url));
const texts = new Map(
	readdirSync(root, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => [file.split(sep).join('/'), readFileSync(join(root, file), 'utf8')]),
);
const filesWith = (pattern: RegExp) => [...texts].flatMap(([file, text]) => (pattern.test(text) ? [file] : []));

describe('there are few ways, and a gate in each', () => {
	test('one function leads to the queue, and it admits first', () => {
		expect(filesWith(/import \{[^}]*\baccept\b[^}]*\} from '[./]+\/queue\/accept\.ts'/)).toEqual([
			'commands/submit.ts',
		]);
		expect(filesWith(/\binsertGeneration\(/).toSorted()).toEqual(['db/generations.ts', 'queue/accept.ts']);
		const submit = texts.get('commands/submit.ts')!;
		expect(submit.indexOf('termsOf(')).toBeGreaterThan(0);
		expect(submit.indexOf('termsOf(')).toBeLessThan(submit.indexOf('accept('));
		expect(submit.split('admitOrHold(')).toHaveLength(2);
	});

	/** Who takes stored pictures out, and what asks there whether they may be seen. */
	const readers: Record<string, string[]> = {
		'discord/last-word.ts': ['judge(', 'judgeImages('],
		'commands/case-file.ts': ['judge(', 'judgeImages('],
		'commands/components/why.ts': ['judge(', 'judgeImages('],
		'commands/components/upscale.ts': ['admit(', 'judgeImages('],
		// Members' own pictures, in an archive that only they get: theirs by law.
		'commands/export.ts': [],
		// The parent of a picture, for the painter.
		'queue/sources.ts': [],
		// What a picture repeats, for the painter, who compares the two.
		'queue/reference.ts': [],
	};

	test('stored pictures are read in few places, and each judges words and picture', () => {
		const found = filesWith(/store\.get\(/).filter((file) => !file.startsWith('images/'));
		expect(found.toSorted()).toEqual(Object.keys(readers).toSorted());
		for (const [file, gates] of Object.entries(readers))
			for (const gate of gates) expect(texts.get(file), file).toContain(gate);
	});

	test('every verb has one component, and every component a verb', () => {
		expect(components.map(({ verb }) => verb).toSorted()).toEqual([...verbs].toSorted());
	});
});

/** A way in: a command with its parts, or what a component does with one kind of interaction. */
type Door = { name: string; open: (from: APIMessage, id: string, by: string) => Promise<void> };

let shop: Workshop;
beforeAll(async () => {
	shop = await Workshop.open();
	await shop.choose({ logChannelId: shop.discord.channel('mod-log').id, limits: { newcomers: { days: 1 } } });
});
afterAll(async () => {
	vi.restoreAllMocks();
	await shop.close();
});

const asked = '1girl, nude, breasts out';

/** Runs something and waits until what it opens has been handled to its end; what is asked back in a form is filled in. */
async function through(handler: { mock: { settledResults: { type: string }[] } }, act: () => InteractionHandle) {
	const before = handler.mock.settledResults.length;
	const handle = act();
	await vi.waitFor(() => {
		expect(handler.mock.settledResults.length).toBeGreaterThan(before);
		expect(handler.mock.settledResults.at(-1)!.type).not.toBe('incomplete');
	}, 5000);
	return handle;
}

/** What was gone through, by command or verb and kind. */
const used = new Set<string>();
const spied = new Map<unknown, ReturnType<typeof vi.fn>>();
function spyOn<T extends object>(on: T, method: keyof T & string) {
	const key = `${'verb' in on ? on.verb : (on as { data: { name: string } }).data.name} ${method}`;
	used.add(key);
	const known = spied.get(key);
	if (known) return known;
	const spy = vi.spyOn(on as Record<string, never>, method as never) as unknown as ReturnType<typeof vi.fn>;
	spied.set(key, spy);
	return spy;
}

const control = (customId: string, type: 2 | 3) =>
	type === 2
		? { type: 2, style: 2, label: 'x', custom_id: customId }
		: { type: 3, custom_id: customId, options: [{ label: 'x', value: 'x' }] };

/** Presses a control that the message need not have: `customId`s can be made up. */
function press(by: string, from: APIMessage, customId: string, type: 2 | 3) {
	const forged = { ...from, components: [{ type: 1, components: [control(customId, type)] }] } as unknown as APIMessage;
	const options = { unchecked: true, ...(type === 3 && { values: ['x', '1h', shop.discord.channel('gallery').id] }) };
	return shop.discord.user(by).press(forged, customId, options);
}

/** Sends a form that need not have been opened by its button. */
async function submit(by: string, from: APIMessage, customId: string) {
	const user = shop.discord.user(by);
	const opener = press(by, from, encodePress({ verb: 'edit', id: buttonsOf(from)[0]!.customId.split(':')[2]! }), 2);
	await opener.modal();
	const fields = ['prompt', 'negative', 'reason', 'text', 'words', 'value', 'file'];
	opener.interaction.modal = {
		custom_id: customId,
		title: 'x',
		components: fields.map((id) => ({
			type: 18,
			label: 'x',
			component: { type: 4, custom_id: id, style: 2, required: false },
		})),
	} as unknown as NonNullable<typeof opener.interaction.modal>;
	const values = Object.fromEntries(fields.map((id) => [id, id === 'prompt' ? asked : '1girl']));
	return user.submit(opener, values);
}

function doorsOf(component: Component): Door[] {
	const { verb } = component;
	const kinds = (['button', 'select', 'modal'] as const).filter((kind) => component[kind]);
	return kinds.flatMap((kind) =>
		[undefined, 0].map(
			(position): Door => ({
				name: `${verb}, a ${kind}${position === undefined ? '' : ' with a position'}`,
				open: async (from, id, by) => {
					const spy = spyOn(component, kind);
					const customId = encodePress({ verb, id, ...(position !== undefined && { position }) });
					if (kind === 'modal') {
						const sent = await submit(by, from, customId);
						await through(spy, () => sent);
					} else await through(spy, () => press(by, from, customId, kind === 'button' ? 2 : 3));
				},
			}),
		),
	);
}

function doorsOfCommand(command: Command): Door[] {
	return pathsOf(command.data.name, command.data.options ?? []).map(({ path, options }) => ({
		name: `/${path}`,
		open: async (from, _, by) => {
			const values = Object.fromEntries(options.flatMap((option) => filled(option)));
			const spy = spyOn(command, 'execute');
			const user = shop.discord.user(by);
			await through(spy, () => user.slash(path, values, { channel: from.channel_id, unchecked: true }));
		},
	}));
}

function doorOfMenu(command: MessageCommand): Door {
	const { name } = command.data;
	return {
		name: `${name}, in the menu of a message`,
		open: async (from, _, by) => {
			const spy = spyOn(command, 'execute');
			await through(spy, () => shop.discord.user(by).menu(name, from));
		},
	};
}

type Path = { path: string; options: APIApplicationCommandOption[] };
function pathsOf(path: string, options: APIApplicationCommandOption[]): Path[] {
	const parts = options.filter(({ type }) => type <= 2);
	if (parts.length === 0) return [{ path, options }];
	return parts.flatMap((part) =>
		pathsOf(`${path} ${part.name}`, (part as { options?: APIApplicationCommandOption[] }).options ?? []),
	);
}

/** Fills an option in: texts ask for what may not be drawn, everything else is any value that Discord lets through. */
function filled(option: APIApplicationCommandOption): [string, string | number | boolean | ReturnType<typeof file>][] {
	const { name, type } = option;
	const given = option as { choices?: { value: string | number }[]; min_value?: number };
	if (!option.required && type !== 3) return [];
	if (type === 3) return name === 'prompt' || option.required ? [[name, given.choices?.[0]?.value ?? asked]] : [];
	if (type === 4 || type === 10) return [[name, given.choices?.[0]?.value ?? given.min_value ?? 1]];
	if (type === 5) return [[name, true]];
	if (type === 11) return [[name, file()]];
	const { discord } = shop;
	return [
		[
			name,
			type === 7 ? discord.channel('gallery').id : type === 8 ? discord.role('Artist').id : discord.user('ren').id,
		],
	];
}

const file = () => ({ name: 'a.png', contentType: 'image/png', bytes: Buffer.from(makePng(64, 64, 1)) });

const doors = [...commands.flatMap(doorsOfCommand), ...messageCommands.map(doorOfMenu), ...components.flatMap(doorsOf)];
/** Each of them once. */
const fewDoors = doors.filter(({ name }) => !name.endsWith('with a position'));

const queued = () => shop.db.$count(generations);
/** Every picture file that any message carries, public and private ones. */
const pictures = () =>
	[...shop.discord.state.messages.values()].flatMap((stored) =>
		stored.attachments.filter(({ content_type: type }) => type?.startsWith('image/')).map(({ id }) => id),
	);

async function enter(door: Door, from: APIMessage, by: string) {
	const before = { queued: await queued(), pictures: new Set(pictures()) };
	await door.open(from, buttonsOf(from)[0]!.customId.split(':')[2]!, by);
	// What was accepted would be painted and posted: the easel and the outbox get a moment.
	if ((await queued()) > before.queued) await new Promise((resolve) => setTimeout(resolve, 300));
	return {
		queued: (await queued()) - before.queued,
		pictures: pictures().filter((id) => !before.pictures.has(id)).length,
	};
}

/** A picture in a channel that allows everything, with its message. */
async function explicitPicture() {
	await shop.db.delete(sanctions);
	shop.discord.setNsfw('after-dark', true);
	shop.ratings = rated({ explicit: 1 });
	return shop.picture('mika', asked, 'after-dark');
}

test('the doors that paint open where it is allowed: this drive can see something', async () => {
	const opened: string[] = [];
	for (const door of doors.filter(({ name }) => /^(\/imagine|up|vary|hires|pan|zoom|reroll|remix)\b/.test(name))) {
		const result = await enter(door, await explicitPicture(), 'mika');
		if (result.queued === 1) opened.push(door.name.split(',')[0]!);
	}
	const larger = ['hires', 'pan-left', 'pan-up', 'pan-right', 'pan-down', 'zoom-out'];
	expect(new Set(opened)).toEqual(
		new Set(['/imagine', 'up', 'vary', 'vary-subtle', 'vary-strong', ...larger, 'reroll', 'remix']),
	);
}, 60_000);

describe.each([
	['mika', doors],
	['kei, who moderates,', fewDoors],
] as const)('nothing explicit is queued or shown by %s in a channel that lost its age restriction', (name, entries) => {
	const by = name.split(',')[0]!;
	test.each(entries.map((door) => [door.name, door] as const))('%s', async (_, door) => {
		const message = await explicitPicture();
		shop.discord.setNsfw('after-dark', false);
		expect(await enter(door, message, by)).toEqual({ queued: 0, pictures: 0 });
	});
});

describe('nothing at all is queued or shown where the bot does not draw', () => {
	test.each(fewDoors.map((door) => [door.name, door] as const))('%s', async (_, door) => {
		await shop.db.delete(sanctions);
		shop.ratings = rated({ general: 1 });
		await shop.choose({ draws: true });
		const message = await shop.picture('mika', '1girl, smile', 'sketches');
		await shop.choose({ draws: false });
		expect(await enter(door, message, 'mika')).toEqual({ queued: 0, pictures: 0 });
	});
});

test('every door was gone through', () => {
	const all = [
		...[...commands, ...messageCommands].map(({ data }) => `${data.name} execute`),
		...components.flatMap((c) =>
			(['button', 'select', 'modal'] as const).filter((k) => c[k]).map((k) => `${c.verb} ${k}`),
		),
	];
	const unused = all.filter((key) => !used.has(key));
	expect(unused).toEqual([]);
});
