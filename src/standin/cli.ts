import { parseArgs } from 'node:util';
import { startServer } from './server.ts';

const usage = 'Usage: npm run standin -- [--port 8080] [--folder DIR] [--token TOKEN]';

/** Reads the flags, or ends the program with one line about what is wrong with them. */
function readFlags(): { port: number; folder?: string; token?: string } {
	try {
		const text = { type: 'string' } as const;
		const { values } = parseArgs({ options: { port: text, folder: text, token: text } });
		const port = Number(values.port ?? 0);
		if (values.port === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
			throw new Error(`Expected --port to be a number from 0 to 65535, got "${values.port}".`);
		}
		if (values.token === '' || values.folder === '') throw new Error('Expected --token and --folder not to be empty.');
		const { folder, token } = values;
		return { port, ...(folder === undefined ? {} : { folder }), ...(token === undefined ? {} : { token }) };
	} catch (error) {
		return fail(2, `${messageOf(error)} ${usage}`);
	}
}

function fail(status: number, message: string): never {
	console.error(message);
	process.exit(status);
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

const flags = readFlags();
const running = await startServer({
	...flags,
	onUnknownRoute: (method, path) => console.error(`The stand-in does not have ${method} ${path}.`),
}).catch((error: unknown) => fail(1, messageOf(error)));

console.log(`Stand-in is ready: ${running.core.url}`);
console.log(`DISCORD_TOKEN=${running.core.token} DISCORD_API=${running.core.url}/api`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.once(signal, () => {
		running.stop().then(
			() => process.exit(0),
			(error: unknown) => fail(1, messageOf(error)),
		);
	});
}
