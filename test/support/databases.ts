import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/db/client.ts';

export interface TestDatabase {
	database: Database;
	/** The same database for another process or a second opening. */
	config: { databaseUrl: string | undefined; stateDir: string };
	remove(): Promise<void>;
}

/** Both kinds of database, for `describe.each`; the real one is left out, with a word at the start, where there is none. */
export const databaseKinds = (['embedded', 'postgres'] as const).filter(
	(kind) => kind === 'embedded' || inject('postgresUrl'),
);

/** Makes an empty place for a database of one kind, without opening it. */
export async function makePlace(kind: Database['kind']): Promise<Omit<TestDatabase, 'database'>> {
	const stateDir = await mkdtemp(join(tmpdir(), 'atelier-test-'));
	const server = inject('postgresUrl');
	if (kind === 'embedded' || !server) {
		return {
			config: { databaseUrl: undefined, stateDir },
			remove: () => rm(stateDir, { recursive: true, force: true, maxRetries: 5 }),
		};
	}
	const name = `test_${randomBytes(6).toString('hex')}`;
	await administer(server, `create database ${name}`);
	const url = new URL(server);
	url.pathname = `/${name}`;
	return {
		config: { databaseUrl: url.href, stateDir },
		remove: async () => {
			await administer(server, `drop database ${name} with (force)`);
			await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/** Opens a fresh database of one kind, migrated. */
export async function makeDatabase(kind: Database['kind']): Promise<TestDatabase> {
	const place = await makePlace(kind);
	const database = await openDatabase(place.config);
	return {
		...place,
		database,
		remove: async () => {
			await database.close();
			await place.remove();
		},
	};
}

async function administer(server: string, statement: string): Promise<void> {
	const sql = postgres(server, { max: 1, onnotice: () => {} });
	await sql.unsafe(statement);
	await sql.end();
}
