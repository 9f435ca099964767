import { createHash } from 'node:crypto';
import { mkdir, realpath, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from '../errors.ts';

/** Some systems take no longer path for a local socket. */
const longestSocketPath = 100;

/**
 * Makes this process the only one that uses a folder. The lock is a listening local socket: the kernel lets go of it however
 * the process ends, so that a killed bot never locks its successor out, and no process id can be mistaken for another.
 *
 * @returns a function that gives the folder back
 * @throws {SetupError} when another process holds the folder
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
	await mkdir(folder, { recursive: true });
	const path = socketPath(await realpath(folder));
	const server = createServer((socket) => socket.end());
	const listen = () =>
		new Promise<boolean>((resolve, reject) => {
			server.once('error', (error: NodeJS.ErrnoException) =>
				error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
			);
			server.listen(path, () => resolve(true));
		});
	if (!(await listen())) {
		if (await answers(path)) {
			throw new SetupError(
				`STATE_DIR = ${JSON.stringify(folder)}: another Atelier uses this folder. Stop that one, or give this one a folder of its own (example: STATE_DIR=state-2).`,
			);
		}
		await unlink(path);
		server.removeAllListeners('error');
		if (!(await listen())) throw new SetupError(`STATE_DIR = ${JSON.stringify(folder)}: cannot be locked, try again.`);
	}
	server.unref();
	return () => new Promise((resolve) => server.close(() => resolve()));
}

function socketPath(folder: string): string {
	const name = createHash('sha256').update(folder).digest('hex').slice(0, 24);
	if (process.platform === 'win32') return `\\\\.\\pipe\\atelier-${name}`;
	const inside = join(folder, 'lock.sock');
	return inside.length <= longestSocketPath ? inside : join(tmpdir(), `atelier-${name}.sock`);
}

function answers(path: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(path);
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}
