import type { TestProject } from 'vitest/node';
import { noPostgres, type PostgresServer, startPostgres } from './postgres.ts';

declare module 'vitest' {
	interface ProvidedContext {
		/** Of a server on which tests may make databases; `undefined` when there is none on this machine. */
		postgresUrl: string | undefined;
	}
}

let server: PostgresServer | undefined;

/** One Postgres for all test files; each file makes a database of its own on it. */
export async function setup(project: TestProject): Promise<void> {
	if (noPostgres) console.log(`The tests on Postgres are skipped: ${noPostgres}.`);
	else server = await startPostgres();
	project.provide('postgresUrl', await server?.createDatabase());
}

export async function teardown(): Promise<void> {
	await server?.stop();
}
