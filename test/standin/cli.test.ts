import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startStandin } from '../../src/standin/index.ts';
import type { PageState } from '../../src/standin/page-api.ts';

const cli = path.resolve('src/standin/cli.ts');
const children: ChildProcess[] = [];

afterEach(async () => {
	for (const child of children.splice(0)) {
		if (child.exitCode !== null || child.signalCode !== null) continue;
		child.kill('SIGKILL');
		await once(child, 'exit');
	}
});

function run(...flags: string[]) {
	const child = spawn('node', [cli, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
	children.push(child);
	const output = { text: '' };
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output.text += chunk));
	return { child, output };
}

async function ready(...flags: string[]) {
	const { child, output } = run(...flags);
	while (!output.text.includes('DISCORD_API')) await once(child.stdout, 'data');
	const url = /ready: (\S+)/.exec(output.text)?.[1] ?? '';
	return { child, output, url };
}

test('it prints its address and what the bot needs, and ends on SIGTERM', async () => {
	const { child, output, url } = await ready('--port', '0', '--token', 'T');
	expect(output.text).toBe(`Stand-in is ready: ${url}\nDISCORD_TOKEN=T DISCORD_API=${url}/api\n`);
	expect((await fetch(`${url}/standin/state`)).status).toBe(200);
	child.kill('SIGTERM');
	expect(await once(child, 'exit')).toEqual([0, null]);
});

test('what was sent before a SIGKILL is there after it', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'standin-'));
	const first = await ready('--folder', folder);
	const { guilds } = (await (await fetch(`${first.url}/standin/state`)).json()) as PageState;
	const channel = guilds[0]?.channels[0]?.id ?? '';
	const headers = { authorization: 'Bot stand.in.token' };
	const form = new FormData();
	form.append('payload_json', JSON.stringify({ content: 'kept', attachments: [{ id: '0' }] }));
	form.append('files[0]', new Blob(['bytes of the file']), 'a.txt');
	await fetch(`${first.url}/api/v10/channels/${channel}/messages`, { method: 'POST', headers, body: form });
	await untilSaved(folder, 'kept');
	first.child.kill('SIGKILL');
	await once(first.child, 'exit');

	const second = await ready('--folder', folder);
	const messages = await fetch(`${second.url}/standin/channels/${channel}/messages`);
	const [message] = (await messages.json()) as { content: string; attachments: { url: string }[] }[];
	expect(message?.content).toBe('kept');
	const file = await fetch(message?.attachments[0]?.url ?? '');
	expect(await file.text()).toBe('bytes of the file');
	await rm(folder, { recursive: true });
});

test.for([
	{ flags: ['--port', 'many'], says: 'Expected --port to be a number' },
	{ flags: ['--prot', '1'], says: "Unknown option '--prot'" },
	{ flags: ['--token', ''], says: 'not to be empty' },
])('$flags ends with status 2 and one line', async ({ flags, says }) => {
	const { child, output } = run(...flags);
	expect(await once(child, 'close')).toEqual([2, null]);
	expect(output.text).toContain(says);
	expect(output.text.trim().split('\n')).toHaveLength(1);
});

test('a port in use ends with one line that says so', async () => {
	const standin = await startStandin();
	const { child, output } = run('--port', String(standin.port));
	expect(await once(child, 'close')).toEqual([1, null]);
	expect(output.text).toBe(`Port ${standin.port} is in use by another program; choose another, or 0 for a free one.\n`);
	await standin.stop();
});

/** Waits for the debounced write. Looking and listening are in one turn, so no change is missed in between. */
async function untilSaved(folder: string, text: string): Promise<void> {
	const watcher = watch(folder);
	const isSaved = () => readFileSync(path.join(folder, 'state.json'), 'utf8').includes(text);
	while (!isSaved()) await once(watcher, 'change');
	watcher.close();
}
