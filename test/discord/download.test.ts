import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isOpenAddress } from '../../src/discord/addresses.ts';
import { type AttachmentSource, attachmentSource, downloadAttachment } from '../../src/discord/download.ts';

let server: Server;
let port: number;
let answer: RequestListener = () => {};
let asked: string[] = [];

beforeAll(async () => {
	server = createServer((request, response) => {
		asked.push(`${request.headers.host} ${request.url}`);
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	({ port } = server.address() as AddressInfo);
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});

const ours = (): AttachmentSource => ({ origins: [`http://127.0.0.1:${port}`], isOurs: true });
const limits = { maxBytes: 1000, timeoutMs: 5000 };
const get = (path = '/attachments/1/2/a.png', source = ours(), own = limits) => {
	asked = [];
	return downloadAttachment(path.includes('://') ? path : `http://127.0.0.1:${port}${path}`, source, own);
};

test('a file arrives whole, whatever type it claims', async () => {
	answer = (_, response) => response.setHeader('content-type', 'text/html').end(Buffer.alloc(999, 7));
	expect(await get()).toEqual(new Uint8Array(999).fill(7));
	expect(await get('/ephemeral-attachments/1/2/a.png')).toHaveLength(999);
});

describe('nothing is asked outside the places that are allowed', () => {
	test.for([
		'http://127.0.0.1:1/attachments/1/2/a.png',
		'https://cdn.discordapp.com/attachments/1/2/a.png',
		'http://localhost/attachments/1/2/a.png',
		'http://user:word@127.0.0.1:{port}/attachments/1/2/a.png',
		'http://127.0.0.1:{port}@evil.example/attachments/1/2/a.png',
		'http://127.0.0.1:{port}/attachments/../api/v10/users/@me',
		'http://127.0.0.1:{port}/attachments/%2e%2e/api',
		'http://127.0.0.1:{port}/',
		'ftp://127.0.0.1:{port}/attachments/1/2/a.png',
		'file:///attachments/etc/passwd',
		'data:image/png;base64,AAAA',
		'//127.0.0.1:{port}/attachments/1/2/a.png',
		'not a url',
		'',
	])('%j', async (url) => {
		answer = (_, response) => response.end('no');
		await expect(get(`${url.replace('{port}', String(port))}`.replace(/^$/, '://'))).rejects.toMatchObject({
			code: 'bad-attachment',
		});
		expect(asked).toEqual([]);
	});

	test.for([
		'http://cdn.discordapp.com/attachments/1/2/a.png',
		'https://cdn.discordapp.com:8443/attachments/1/2/a.png',
		'https://cdn.discordapp.com./attachments/1/2/a.png',
		'https://cdn.discordapp.com.evil.example/attachments/1/2/a.png',
		'https://evil.example/?https://cdn.discordapp.com/attachments/1/2/a.png',
		'https://cdn.discordapp.com@evil.example/attachments/1/2/a.png',
		'https://cdn。discordapp.com.evil/attachments/1/2/a.png',
		'https://0x7f.1/attachments/1/2/a.png',
		'https://2130706433/attachments/1/2/a.png',
		'https://[::ffff:127.0.0.1]/attachments/1/2/a.png',
		'https://discord.com/attachments/1/2/a.png',
	])('of Discord itself: %j', async (url) => {
		const looked: string[] = [];
		const source = {
			...attachmentSource('https://discord.com/api'),
			resolve: async (host: string) => [looked.push(host), '127.0.0.1'].map(String),
		};
		await expect(downloadAttachment(url, source, limits)).rejects.toMatchObject({ code: 'bad-attachment' });
		expect(looked).toEqual([]);
	});

	test.for(['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', 'fd00::1', '::ffff:8.8.8.8', '64:ff9b::7f00:1'])(
		'Discord’s name at the closed address %s',
		async (address) => {
			// the first is open: one closed address is reason enough
			const source = { origins: [`http://cdn.test:${port}`], isOurs: false, resolve: async () => ['8.8.8.8', address] };
			await expect(get(`http://cdn.test:${port}/attachments/1/2/a.png`, source)).rejects.toMatchObject({
				code: 'attachment-gone',
			});
			expect(asked).toEqual([]);
		},
	);
});

test('a name is looked up once, and the connection goes to what was found', async () => {
	answer = (_, response) => response.end('yes');
	let looks = 0;
	const source = {
		origins: [`http://cdn.test:${port}`],
		isOurs: true,
		resolve: async () => (looks++ ? ['192.0.2.1'] : ['127.0.0.1']),
	};
	expect(await get(`http://cdn.test:${port}/attachments/1/2/a.png`, source)).toHaveLength(3);
	expect(looks).toBe(1);
	expect(asked).toEqual([`cdn.test:${port} /attachments/1/2/a.png`]);
});

test.for<[string, RequestListener, string]>([
	[
		'a redirect',
		(_, r) => r.writeHead(302, { location: `http://127.0.0.1:${port}/attachments/1/2/b.png` }).end(),
		'attachment-gone',
	],
	['an error', (_, r) => r.writeHead(404).end('gone'), 'attachment-gone'],
	[
		'an announced size over the limit',
		(_, r) => r.writeHead(200, { 'content-length': 1001 }).end(Buffer.alloc(1001)),
		'attachment-too-large',
	],
	['more than the limit without saying so', (_, r) => r.end(Buffer.alloc(4000)), 'attachment-too-large'],
	[
		'a broken connection',
		(_, r) => r.writeHead(200, { 'content-length': 900 }).write('half', () => r.destroy()),
		'attachment-gone',
	],
	['an answer that never ends', (_, r) => r.writeHead(200).write('a'), 'attachment-slow'],
	['no answer', () => {}, 'attachment-slow'],
])('%s is said in words to the member', async ([, listener, code]) => {
	answer = listener;
	const refusal = await get('/attachments/1/2/a.png', ours(), { ...limits, timeoutMs: 300 }).catch(
		(error: unknown) => error,
	);
	expect(refusal).toMatchObject({ name: 'UserError', code });
	expect((refusal as Error).message).toMatch(/^[A-Z].*\.$/);
	expect(asked).toHaveLength(1);
});

test.for(['8.8.8.8', '162.159.135.233', '2606:4700::6810:1', '2a00:1450:4001::1'])('%s is open', (address) => {
	expect(isOpenAddress(address)).toBe(true);
});
test.for(
	'0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.31.255.255 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 :: ::1 fe80::1 fe80::1%eth0 fc00::1 fdff::1 ff02::1 ::ffff:1.1.1.1 ::ffff:0:1.1.1.1 64:ff9b::1.1.1.1 64:ff9b:1::1 2001::1 2002:7f00:1:: 2001:db8::1 0177.0.0.1 2130706433 localhost'.split(
		' ',
	),
)('%s is closed', (address) => {
	expect(isOpenAddress(address)).toBe(false);
});
