import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket, type TcpSocketConnectOpts } from 'node:net';
import { isOpenAddress } from '../../src/discord/addresses.ts';
import { type AttachmentSource, downloadAttachment } from '../../src/discord/download.ts';
import { UserError } from '../../src/errors.ts';
import { pick, type Random, seeded } from '../../test/moderation/random.ts';

const limits = { maxBytes: 65_536, timeoutMs: 250 };

/** What the server of our own files does to who asks. */
const tempers: Record<string, (response: ServerResponse, trap: string) => void> = {
	fine: (response) => response.end(Buffer.alloc(1000)),
	fines: (response) => response.end(Buffer.alloc(limits.maxBytes)),
	redirect: (response, trap) => response.writeHead(302, { location: `${trap}/attachments/1/2/a.png` }).end(),
	moved: (response, trap) => response.writeHead(308, { location: trap }).end(),
	refresh: (response, trap) =>
		response.writeHead(200, { refresh: `0; url=${trap}`, link: `<${trap}>; rel=preload` }).end('a'),
	early: (response) => {
		response.writeEarlyHints({ link: '</x>; rel=preload' });
		response.end('a');
	},
	large: (response) => response.writeHead(200, { 'content-length': 10 ** 9 }).end(),
	flood: (response) => response.end(Buffer.alloc(2_000_000)),
	short: (response) => response.writeHead(200, { 'content-length': 5000 }).write('a', () => response.destroy()),
	slow: (response) => response.writeHead(200).write('a'),
	silent: () => {},
	gone: (response) => response.writeHead(404).end('gone'),
	packed: (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(Buffer.alloc(100)),
	cut: (response) => response.socket?.destroy(),
	rude: (response) => response.socket?.end('HTTP/9.9 hello\r\n\r\n'),
};

const closed = [
	'127.0.0.1',
	'10.0.0.1',
	'169.254.169.254',
	'192.168.0.1',
	'172.16.3.4',
	'100.64.0.1',
	'0.0.0.0',
	'::1',
	'fe80::1',
	'fd00::1',
	'::ffff:127.0.0.1',
	'64:ff9b::a00:1',
	'2002:7f00:1::',
	'2001:db8::1',
];
const open = ['162.159.130.233', '8.8.8.8', '2606:4700::6810:84e5'];

/** Parts from which hostile URLs are put together. */
const schemes = [
	'http://',
	'https://',
	'HTTPS://',
	'ftp://',
	'file:///',
	'data:',
	'javascript:',
	'//',
	'https:/',
	'https:\\\\',
	' https://',
	'ht\ntps://',
	'blob:https://',
	'ws://',
	'gopher://',
	'',
];
const users = ['', '', '', 'a@', 'a:b@', '127.0.0.1@', 'cdn.discordapp.com@', 'cdn.discordapp.com:443@', '%40'];
const hosts = [
	'{ours}',
	'{ours}',
	'{ours}',
	'{trap}',
	'cdn.discordapp.com',
	'cdn.discordapp.com',
	'media.discordapp.net',
	'cdn.discordapp.com.',
	'cdn.discordapp.com.evil.test',
	'evil.test',
	'CDN.DISCORDAPP.COM',
	'cdn。discordapp。com',
	'xn--cdn.com',
	'localhost',
	'127.0.0.1',
	'0x7f.1',
	'0177.0.0.1',
	'2130706433',
	'[::1]',
	'[::ffff:7f00:1]',
	'169.254.169.254',
	'127.1',
	'①②⑦.0.0.1',
	'cdn.discordapp.com%00.evil.test',
	'cdn.discordapp.com\\@evil.test',
	'',
];
const ports = ['', '', '', ':443', ':80', ':8443', ':0', ':65536', ':{trapPort}', ':-1'];
const paths = [
	'/attachments/1/2/{temper}',
	'/attachments/1/2/{temper}',
	'/attachments/1/2/{temper}',
	'/ephemeral-attachments/1/2/{temper}',
	'/',
	'',
	'/api/v10/users/@me',
	'/attachments/../api',
	'/attachments/%2e%2e/%2e%2e/api',
	'/attachments/..;/x',
	'//evil.test/attachments/',
	'/attachments/\r\nHost: evil.test',
	'/attachments/?u={trap}',
	'/attachments/#{trap}',
	'\\attachments\\1',
];

export interface UrlFigures {
	urls: number;
	/** How often each answer was given: `fetched`, or the code of a refusal. */
	answers: Map<string, number>;
	/** Connections that were tried: to our own server, and to open addresses of Discord's hosts (they were cut off here). */
	connections: { ours: number; discord: number };
	wrong: string[];
}

/**
 * Asks for hostile URLs beside two servers: one that may be asked, with every bad manner, and a trap. Names lead wherever the fuzz
 * wants, and elsewhere at the second look. Every connection of this process is watched, and none leaves the machine.
 */
export async function fuzzUrls(count: number, seed: number, atOnce = 40): Promise<UrlFigures> {
	const random = seeded(seed);
	const figures: UrlFigures = { urls: count, answers: new Map(), connections: { ours: 0, discord: 0 }, wrong: [] };
	const trap = await listen(() => figures.wrong.push('the trap was asked'));
	const ours = await listen((response, path) => {
		if (!/^\/(?:ephemeral-)?attachments\//.test(path)) figures.wrong.push(`our server was asked for ${path}`);
		const temper = path.split(/[/?#]/).find((part) => part in tempers) ?? 'fine';
		tempers[temper]!(response, trap.origin);
	});
	const stopWatching = watch(figures, ours.port);
	try {
		let left = count;
		const lane = async () => {
			while (left-- > 0) await askOne(figures, random, { ours, trap });
		};
		await Promise.all(Array.from({ length: atOnce }, lane));
	} finally {
		stopWatching();
		await Promise.all([trap.close(), ours.close()]);
	}
	return figures;
}

async function askOne(
	figures: UrlFigures,
	random: Random,
	{ ours, trap }: Record<'ours' | 'trap', Listening>,
): Promise<void> {
	const isOurs = random() < 0.5;
	const url = hostileUrl(random, { ours: ours.host, trap: trap.host, trapPort: String(trap.port) });
	let looks = 0;
	const found = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
		pick(random, random() < 0.5 ? open : closed),
	);
	const source: AttachmentSource = isOurs
		? { origins: [ours.origin], isOurs: true }
		: {
				origins: ['https://cdn.discordapp.com', 'https://media.discordapp.net'],
				isOurs: false,
				// a second look, if there were one, would lead inside
				resolve: async () => (looks++ === 0 ? found : ['127.0.0.1']),
			};
	const answer = await downloadAttachment(url, source, limits).then(
		(bytes) => (bytes.length <= limits.maxBytes ? 'fetched' : 'wrong: too many bytes'),
		(error: unknown) => (error instanceof UserError ? error.code : `wrong: ${String(error)}`),
	);
	figures.answers.set(answer, (figures.answers.get(answer) ?? 0) + 1);
	if (answer.startsWith('wrong') || looks > 1 || (!isOurs && answer === 'fetched'))
		figures.wrong.push(`${answer} after ${looks} looks for ${JSON.stringify(url)}`);
}

function hostileUrl(random: Random, names: Record<string, string>): string {
	const isNearlyFine = random() < 0.6;
	const parts = isNearlyFine
		? [
				random() < 0.5 ? 'http://{ours}' : 'https://cdn.discordapp.com',
				pick(random, random() < 0.7 ? paths.slice(0, 4) : paths),
			]
		: [schemes, users, hosts, ports, paths].map((list) => pick(random, list));
	// Those that keep us waiting are enough if they are few.
	const hasty = Object.keys(tempers).filter((it) => it !== 'slow' && it !== 'silent');
	const temper = pick(random, random() < 0.95 ? hasty : ['slow', 'silent']);
	let url = parts.join('').replace(/\{(\w+)\}/g, (_, name: string) => (name === 'temper' ? temper : names[name]!));
	if (random() < 0.1) {
		const at = Math.floor(random() * url.length);
		url = url.slice(0, at) + String.fromCodePoint(Math.floor(random() * 0x3000)) + url.slice(at);
	}
	return url;
}

interface Listening {
	origin: string;
	host: string;
	port: number;
	close(): Promise<void>;
}

async function listen(answer: (response: ServerResponse, path: string) => void): Promise<Listening> {
	const server: Server = createServer((request, response) => answer(response, request.url ?? ''));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const host = `127.0.0.1:${port}`;
	return {
		origin: `http://${host}`,
		host,
		port,
		close: () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}

/** Looks at every connection before it is made; only our own server is let through. @returns what ends it */
function watch(figures: UrlFigures, port: number): () => void {
	const connect = Socket.prototype.connect;
	const seen = function (this: Socket, ...given: unknown[]): Socket {
		const options = (Array.isArray(given[0]) ? given[0][0] : given[0]) as TcpSocketConnectOpts;
		if (options.host === '127.0.0.1' && Number(options.port) === port) {
			figures.connections.ours++;
			return connect.apply(this, given as never);
		}
		options.lookup?.(options.host ?? '', { all: true }, (_error, found) => {
			const addresses = (found as unknown as { address: string }[]).map(({ address }) => address);
			const isDiscord = /^(?:cdn\.discordapp\.com|media\.discordapp\.net)$/.test(options.host ?? '');
			if (!isDiscord || Number(options.port) !== 443 || !addresses.every(isOpenAddress))
				figures.wrong.push(`a connection to ${options.host}:${options.port}, ${addresses}`);
			else figures.connections.discord++;
		});
		if (!options.lookup) figures.wrong.push(`a connection to ${options.host}:${options.port} without a look-up`);
		process.nextTick(() => this.destroy(new Error('cut off by the fuzz')));
		return this;
	};
	Socket.prototype.connect = seen as typeof connect;
	return () => {
		Socket.prototype.connect = connect;
	};
}
