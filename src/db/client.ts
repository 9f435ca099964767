import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import { type ConstructorOptions, fromPglite } from 'pg-boss';
import { SetupError } from '../errors.ts';
import { lockFolder } from './folder-lock.ts';
import { loadPostgres } from './postgres-driver.ts';
import * as schema from './schema.ts';

/** Drizzle over either database. A transaction has the same shape. */
export type Db = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface Database {
	db: Db;
	/** `embedded` has one owner, this process; `postgres` may be shared with other bots and workers. */
	kind: 'embedded' | 'postgres';
	/** How pg-boss reaches the same database. */
	boss: ConstructorOptions;
	close(): Promise<void>;
}

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Any number will do, as long as every Atelier takes the same: bots that start together then migrate one by one. */
const migrationLock = 7_301_224;

/**
 * Opens the database and brings its tables up to date: Postgres where an address is given, else PGlite in the state folder.
 *
 * @throws {SetupError} when Postgres does not answer, or another process uses the folder
 */
export function openDatabase(options: { databaseUrl: string | undefined; stateDir: string }): Promise<Database> {
	return options.databaseUrl === undefined ? openEmbedded(options.stateDir) : openPostgres(options.databaseUrl);
}

async function openEmbedded(stateDir: string): Promise<Database> {
	const unlock = await lockFolder(stateDir);
	const folder = join(stateDir, 'database');
	await mkdir(folder, { recursive: true });
	const client = await PGlite.create(folder);
	const db = drizzlePglite(client, { schema });
	await migratePglite(db, { migrationsFolder });
	return {
		db,
		kind: 'embedded',
		boss: { db: fromPglite(client), backend: 'pglite' },
		close: async () => {
			await client.close();
			await unlock();
		},
	};
}

async function openPostgres(url: string): Promise<Database> {
	const { postgres, drizzle, migrate } = await loadPostgres();
	const client = postgres(url, { max: 10, connect_timeout: 10, onnotice: () => {} });
	const db = drizzle(client, { schema });
	try {
		await client`select 1`;
		const one = postgres(url, { max: 1, onnotice: () => {} });
		try {
			await one`select pg_advisory_lock(${migrationLock})`;
			await migrate(drizzle(one), { migrationsFolder });
		} finally {
			await one.end();
		}
	} catch (cause) {
		await client.end({ timeout: 1 });
		if (!isDatabaseAway(cause)) throw cause;
		const { hostname, port, pathname } = new URL(url);
		throw new SetupError(
			`DATABASE_URL: no answer from Postgres at ${hostname}:${port || 5432}${pathname} (${rootCause(cause)}). Start it, correct the address, or leave DATABASE_URL out to use the embedded database. Example: postgres://atelier:secret@localhost:5432/atelier`,
			{ cause },
		);
	}
	return { db, kind: 'postgres', boss: { connectionString: url, max: 4 }, close: () => client.end({ timeout: 5 }) };
}

/** Answers whether a query failed because the database could not be reached or let us in, not because of the query. */
export function isDatabaseAway(error: unknown): boolean {
	for (let e: unknown = error; e instanceof Error; e = e.cause) {
		const { code, syscall } = e as Error & { code?: unknown; syscall?: unknown };
		if (typeof code === 'string' && awayCodes.test(code)) return true;
		// Of a local socket that is not there; of a file it means something else.
		if (code === 'ENOENT' && syscall === 'connect') return true;
		if (e instanceof AggregateError && e.errors.some(isDatabaseAway)) return true;
	}
	return false;
}

/**
 * Of Node's sockets, of postgres-js, and of Postgres itself: class 08 connection, 28 login, 3D no such database, 57P shutting
 * down, 53300 too many connections.
 */
const awayCodes =
	/^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|CONNECT_TIMEOUT|CONNECTION_(CLOSED|ENDED|DESTROYED|CONNECT_TIMEOUT)|08...|28...|3D000|57P0.|53300)$/;

/** Says in a few words what lies at the root of an error: drivers wrap it in the whole query. */
export function rootCause(error: unknown): string {
	let last = String(error);
	for (let e: unknown = error; e instanceof Error; e = e.cause) {
		last = e instanceof AggregateError ? rootCause(e.errors[0]) : e.message || String((e as { code?: unknown }).code);
	}
	return last;
}

/** Checks that the database answers; for the health page. */
export async function ping(db: Db): Promise<void> {
	await db.execute(sql`select 1`);
}
