/**
 * Drives the table of doors × channels × ratings × what the picture shows × what happens meanwhile through a whole bot and a
 * stand-in, and says what came of it. Exits with 1 if a picture appeared where it may not, or anything else was wrong.
 * `npm run doors -- [--on embedded,postgres] [--strength 2] [--seed 1] [--only '<part of a title>']`: strength 2 drives every
 * pair of columns, 3 every triple, 5 the whole product.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Database, openDatabase } from '../src/db/client.ts';
import { seeded } from '../test/moderation/random.ts';
import type { TestDatabase } from '../test/support/databases.ts';
import { DoorDrive } from '../test/support/door-drive.ts';
import { allCells, type Cell, covering, doors, expectedOf, titleOf } from '../test/support/door-table.ts';
import { noPostgres, startPostgres } from '../test/support/postgres.ts';

import { Workshop } from '../test/support/workshop.ts';

const { values } = parseArgs({
	options: {
		on: { type: 'string', default: noPostgres ? 'embedded' : 'embedded,postgres' },
		strength: { type: 'string', default: '2' },
		seed: { type: 'string', default: '1' },
		only: { type: 'string', default: '' },
	},
});
/** A workshop's stand-in and bot remember every channel and member that they ever saw. */
const cellsPerWorkshop = 500;

const cells = covering(allCells(), Number(values.strength), seeded(Number(values.seed))).filter((cell) =>
	titleOf(cell).includes(values.only),
);
const wrong: string[] = [];
// A broken easel must not leave a database server behind.
process.on('unhandledRejection', (error) => void wrong.push(`outside of any cell: ${String(error)}`));
for (const kind of values.on.split(',') as Database['kind'][]) {
	const started = performance.now();
	const before = wrong.length;
	for (let i = 0; i < cells.length; i += cellsPerWorkshop) {
		await driveAll(kind, cells.slice(i, i + cellsPerWorkshop));
		if (i + cellsPerWorkshop < cells.length)
			console.error(`${kind}: ${i + cellsPerWorkshop} of ${cells.length}, ${wrong.length - before} wrong`);
	}
	report(kind, wrong.length - before, (performance.now() - started) / 1000);
}
for (const line of wrong.slice(0, 50)) console.log(`wrong: ${line}`);
if (wrong.length > 50) console.log(`and ${wrong.length - 50} more`);
process.exitCode = wrong.length > 0 ? 1 : 0;

async function driveAll(kind: Database['kind'], some: readonly Cell[]): Promise<void> {
	const place = await openPlace(kind);
	const shop = await Workshop.open(place).catch(async (error: unknown) => {
		await place.remove();
		throw error;
	});
	try {
		const drive = new DoorDrive(shop);
		for (const cell of some) {
			const faults = await drive.run(cell).catch((error: unknown) => [String((error as Error).message ?? error)]);
			if (faults.length > 0) wrong.push(`${kind}: ${titleOf(cell)}: ${faults.join('; ')}`);
		}
	} finally {
		await shop.close();
	}
}

async function openPlace(kind: Database['kind']): Promise<TestDatabase> {
	const stateDir = await mkdtemp(join(tmpdir(), 'atelier-doors-'));
	const server = kind === 'postgres' ? await startPostgres() : undefined;
	const config = { databaseUrl: await server?.createDatabase(), stateDir };
	const database = await openDatabase(config);
	return {
		config,
		database,
		remove: async () => {
			await database.close();
			await server?.stop();
			await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

function report(kind: string, wrongs: number, seconds: number): void {
	const rows = Object.keys(doors).map((door) => {
		const own = cells.filter((cell) => cell.door === door).map((cell) => expectedOf(cell)!);
		const refused = own.filter(({ isRefused }) => isRefused).length;
		const shown = own.filter(({ isSeen }) => isSeen).length;
		return [door, own.length, shown, refused, own.length - shown - refused] as const;
	});
	const total = [1, 2, 3, 4].map((i) => rows.reduce((sum, row) => sum + Number(row[i]), 0));
	console.log(`${kind}: ${cells.length} cells in ${seconds.toFixed(0)} s, ${wrongs} wrong`);
	const head = ['door', 'cells', 'to be shown', 'refused', 'withheld'];
	for (const [name, ...counts] of [head, ...rows, ['all', ...total]])
		console.log(`    ${String(name).padEnd(40)}${counts.map((it) => String(it).padStart(13)).join('')}`);
}
