import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';

export interface PostgresServer {
	/** Of a fresh, empty database. */
	createDatabase(): Promise<string>;
	/** Ends the server as a power cut would, and starts it again. */
	crash(): Promise<void>;
	/** Ends the server as a power cut would. */
	cut(): Promise<void>;
	stop(): Promise<void>;
}

/** Why there is no real Postgres here; `undefined` when there is one. */
export const noPostgres = findBinary('initdb') ? undefined : 'no Postgres server is installed here (initdb not found)';

/** Starts a Postgres of our own on a free port, in a folder that goes with it. Refuses to run as root, so it does not. */
export async function startPostgres(): Promise<PostgresServer> {
	const folder = mkdtempSync(join(tmpdir(), 'atelier-postgres-'));
	const user = unprivileged();
	if (user) chownSync(folder, user.uid, user.gid);
	const data = join(folder, 'data');
	const made = spawnSync(findBinary('initdb')!, ['-D', data, '-A', 'trust', '-U', 'atelier', '--no-sync'], {
		...user,
		encoding: 'utf8',
	});
	if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
	const port = await freePort();
	const run = async () => {
		const server = spawn(
			findBinary('postgres')!,
			['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-c', 'fsync=off', '-c', 'max_connections=200'],
			{ ...user, stdio: 'ignore' },
		);
		await answering(port);
		return server;
	};
	let server: Awaited<ReturnType<typeof run>> | undefined = await run();
	const url = (name: string) => `postgres://atelier@127.0.0.1:${port}/${name}`;
	const end = async (signal: NodeJS.Signals) => {
		if (!server || server.exitCode !== null) return;
		const gone = once(server, 'exit');
		server.kill(signal);
		await gone;
		server = undefined;
	};
	let databases = 0;
	return {
		createDatabase: async () => {
			const name = `test_${++databases}`;
			const sql = postgres(url('postgres'), { max: 1, onnotice: () => {} });
			await sql.unsafe(`create database ${name}`);
			await sql.end();
			return url(name);
		},
		// SIGQUIT is Postgres' "immediate" shutdown: no checkpoint, recovery at the next start.
		cut: () => end('SIGQUIT'),
		crash: async () => {
			await end('SIGQUIT');
			server = await run();
		},
		stop: async () => {
			await end('SIGQUIT');
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function findBinary(name: string): string | undefined {
	const debian = '/usr/lib/postgresql';
	const folders = [
		...(process.env.PATH ?? '').split(delimiter),
		...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []),
	];
	return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function unprivileged(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout || 65_534);
	return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, 'close');
	return port;
}

async function answering(port: number): Promise<void> {
	const deadline = Date.now() + 30_000;
	for (;;) {
		const sql = postgres({
			host: '127.0.0.1',
			port,
			user: 'atelier',
			database: 'postgres',
			max: 1,
			onnotice: () => {},
		});
		try {
			await sql`select 1`;
			return;
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await wait(50);
		} finally {
			await sql.end({ timeout: 1 });
		}
	}
}
