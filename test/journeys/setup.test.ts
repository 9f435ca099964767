import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Program, startBot, startStandinProgram } from '../support/program.ts';

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-setup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Starts the bot with settings that cannot work, and returns the one line that it ends with. */
const lineOf = async (env: Record<string, string>) => {
	const { code, stderr, stdout } = await Program.run('src/main.ts', [], {
		PORT: '0',
		STATE_DIR: join(folder, 'state'),
		...env,
	});
	expect(code).toBe(1);
	expect(stdout).not.toContain('is ready');
	const lines = stderr
		.trim()
		.split('\n')
		.filter((line) => !/^\d{4}-/.test(line));
	expect(lines, stderr).toHaveLength(1);
	return lines[0]!;
};

const brokenModel = async (name: string, spoil: (path: string) => Promise<unknown>) => {
	const path = join(folder, name);
	await cp('models/demo', path, { recursive: true });
	await spoil(path);
	return path;
};
const unet = 'unet/diffusion_pytorch_model.safetensors';

describe('a set-up that cannot work ends with one line that says what to do', () => {
	test('a bad value in the environment', async () => {
		expect(await lineOf({ PORT: 'x' })).toMatch(/^PORT = "x": .*Example: 7300/);
	});

	test('a model folder that is not there', async () => {
		expect(await lineOf({ MODEL_DIR: join(folder, 'nowhere') })).toMatch(
			/^MODEL_DIR = .*nowhere.*model folder.*Example: models\/demo$/,
		);
	});

	test('a model folder that lacks a file', async () => {
		const path = await brokenModel('lacking', (model) => rm(join(model, 'vae/config.json')));
		expect(await lineOf({ MODEL_DIR: path })).toContain('vae/config.json');
	});

	test('a model folder that lacks weights', async () => {
		const path = await brokenModel('weightless', (model) => rm(join(model, unet)));
		expect(await lineOf({ MODEL_DIR: path })).toContain('unet/');
	});

	test('a model to choose from that is not there', async () => {
		expect(await lineOf({ MODELS: 'nothing-xl' })).toMatch(
			/^MODELS = "nothing-xl": expected `models.nothing-xl` or .* to be a model, there is none\. Example: /,
		);
	});

	test('a VAE that is not there', async () => {
		expect(await lineOf({ VAE: join(folder, 'nowhere') })).toMatch(/^VAE = .*nowhere.*expected a VAE, there is none/);
	});

	test('a truncated weight file', async () => {
		const path = await brokenModel('truncated', (model) => truncate(join(model, unet), 1_000_000));
		expect(await lineOf({ MODEL_DIR: path })).toContain(unet);
	});

	test('a weight file whose header lies', async () => {
		const header = JSON.stringify({ 'conv_in.weight': { dtype: 'F16', shape: [4, 4], data_offsets: [0, 99] } });
		const bytes = Buffer.alloc(8 + header.length + 99);
		bytes.writeBigUInt64LE(BigInt(header.length));
		bytes.write(header, 8);
		const path = await brokenModel('lying', (model) => writeFile(join(model, unet), bytes));
		const line = await lineOf({ MODEL_DIR: path });
		expect(line).toContain(unet);
		expect(line).toContain('conv_in.weight');
	});

	test('a Postgres that does not answer', async () => {
		const line = await lineOf({ DATABASE_URL: 'postgres://atelier:secret@127.0.0.1:1/atelier' });
		expect(line).toMatch(/^DATABASE_URL: no answer from Postgres at 127\.0\.0\.1:1\/atelier.*Example/);
		expect(line).not.toContain('atelier:secret@127');
	});

	test.for(['/proc/atelier', '/dev/null/atelier'])('a state folder that cannot be: %s', async (path) => {
		expect(await lineOf({ STATE_DIR: path })).toMatch(/^STATE_DIR = .*Example: state$/);
	});

	test('a port that is taken', async () => {
		const server = createServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => server.once('listening', resolve));
		const { port } = server.address() as { port: number };
		expect(await lineOf({ PORT: String(port) })).toMatch(new RegExp(`^PORT = ${port}.* in use`));
		server.close();
	});

	test('a token that Discord refuses', async () => {
		const standin = await startStandinProgram(join(folder, 'discord'));
		try {
			expect(await lineOf({ ...standin.env, DISCORD_TOKEN: 'not.the.token' })).toMatch(
				/^DISCORD_TOKEN: Discord refuses/,
			);
		} finally {
			await standin.program.end();
		}
	});

	test('a Discord that cannot be reached', async () => {
		const line = await lineOf({ DISCORD_TOKEN: 'any.old.token', DISCORD_API: 'http://127.0.0.1:1/api' });
		expect(line).toMatch(/^DISCORD_API: Discord cannot be reached/);
	});

	test('a second bot on the folder of a first', { timeout: 90_000 }, async () => {
		const state = join(folder, 'shared');
		const { program } = await startBot({ STATE_DIR: state });
		expect(await lineOf({ STATE_DIR: state })).toMatch(/^STATE_DIR = .*another Atelier uses this folder.*STATE_DIR=/);
		await program.end();
		// Given back, and also when its owner was killed.
		const heir = await startBot({ STATE_DIR: state });
		await heir.program.end('SIGKILL');
		const next = await startBot({ STATE_DIR: state });
		expect(await next.program.end('SIGTERM')).toBe(0);
	});

	test('a worker without a database to share', async () => {
		const { code, stderr } = await Program.run('src/worker.ts', [], { STATE_DIR: join(folder, 'worker') });
		expect(code).toBe(1);
		expect(stderr).toMatch(/^DATABASE_URL is not set/);
	});
});
