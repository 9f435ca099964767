import type { APIApplicationCommandOption } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { components } from '../../src/commands/components/index.ts';
import { commands, messageCommands } from '../../src/commands/index.ts';
import { seeded } from '../moderation/random.ts';
import { databaseKinds } from '../support/databases.ts';
import { DoorDrive } from '../support/door-drive.ts';
import {
	allCells,
	type Cell,
	covering,
	doorNames,
	expectedOf,
	knownOptions,
	quiet,
	titleOf,
	wayOf,
} from '../support/door-table.ts';
import { Workshop } from '../support/workshop.ts';

const inDoors = new Set(doorNames.flatMap((door) => wayOf(door).of));

describe('the table of doors is whole', () => {
	test('every command, menu and verb is in it, or is known to show and start nothing', () => {
		const all = [
			...commands.map(({ data }) => `/${data.name}`),
			...messageCommands.map(({ data }) => data.name),
			...components.map(({ verb }) => verb),
		];
		expect([...new Set([...inDoors, ...quiet])].toSorted()).toEqual([...new Set(all)].toSorted());
		expect(quiet.filter((name) => inDoors.has(name))).toEqual([]);
	});

	test('every option of a command that leads to pictures is known', () => {
		const optionsOf = (data: { options?: APIApplicationCommandOption[] | undefined }) =>
			(data.options ?? []).map(({ name }) => name);
		for (const { data } of commands.filter(({ data: { name } }) => `/${name}` in knownOptions))
			expect(optionsOf(data).toSorted(), data.name).toEqual(knownOptions[`/${data.name}`]!.toSorted());
	});
});

/**
 * Some of all cells, chosen so that each door, place, rating, picture and moment is among them: the whole table is driven by
 * `npm run doors`, see docs/doors.md.
 */
const all = allCells();
const each = covering(all, 1, seeded(3));
const cells = [...each, ...covering(all, 2, seeded(4)).slice(0, 48 - each.length)];

describe.each(databaseKinds)('no picture appears where it may not (%s)', (kind) => {
	// Each kind of database drives its share.
	const own = cells.filter((_, i) => i % databaseKinds.length === databaseKinds.indexOf(kind));
	let shop: Workshop;
	let drive: DoorDrive;
	beforeAll(async () => {
		shop = await Workshop.open(kind);
		drive = new DoorDrive(shop);
	});
	afterAll(() => shop.close());

	test.each(own.map((cell) => [titleOf(cell), cell] as const))('%s', async (_, cell) => {
		expect(await drive.run(cell)).toEqual([]);
	});

	test('a cell that expects too little is told of what appears', async () => {
		const cell: Cell = {
			door: 'typed tag',
			place: 'text 🔞',
			wanted: 'explicit',
			truth: 'explicit',
			moment: 'nothing happens',
		};
		expect(expectedOf(cell)).toMatchObject({ isRefused: false, isSeen: true });
		const faults = await drive.run(cell, { ...expectedOf(cell)!, isSeen: false });
		expect(faults).toContainEqual(expect.stringMatching(/a picture that is explicit appeared in \d+/));
	});
});
