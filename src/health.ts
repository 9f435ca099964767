import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SetupError } from './errors.ts';

/**
 * Serves `GET /health` on the loopback address, for supervisors: 200 while all is well, 503 and what is wrong otherwise.
 *
 * @throws {SetupError} when the port is taken
 */
export async function serveHealth(
	port: number,
	check: () => Promise<Record<string, unknown>>,
): Promise<{ url: string; close(): Promise<void> }> {
	const server = createServer((request, response) => {
		const answer = (status: number, body: unknown) =>
			response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
		if (request.method !== 'GET' || (request.url !== '/' && request.url !== '/health')) {
			answer(404, { error: 'there is only /health here' });
			return;
		}
		check().then(
			(facts) => answer(200, { ok: true, ...facts }),
			(error: unknown) => answer(503, { ok: false, error: String(error) }),
		);
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', (cause: NodeJS.ErrnoException) => {
			const taken = cause.code === 'EADDRINUSE';
			reject(
				taken
					? new SetupError(`PORT = ${port}: another program uses this port. Example: PORT=0 for a free one`)
					: cause,
			);
		});
		server.listen(port, '127.0.0.1', resolve);
	});
	const { port: bound } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${bound}`,
		close: () => new Promise((resolve) => server.close(() => resolve())),
	};
}
