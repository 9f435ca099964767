import { lookup } from 'node:dns/promises';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { UserError } from '../errors.ts';
import { isOpenAddress } from './addresses.ts';

/** Where members' files may be fetched from. */
export interface AttachmentSource {
	/** Scheme, host and port, as `URL.origin` writes them. */
	origins: readonly string[];
	/** The operator named the place: it may be inside our network, and speak plain HTTP. */
	isOurs: boolean;
	/** Finds the addresses of a host; the system's way unless given. */
	resolve?: (host: string) => Promise<string[]>;
}

export interface DownloadLimits {
	maxBytes: number;
	/** For all of it: from looking up the host to the last byte. */
	timeoutMs: number;
}

/** Pictures are not larger than what Discord takes from most members, and a slow line is not our members' fault. */
export const pictureDownload: DownloadLimits = { maxBytes: 20 * 1024 * 1024, timeoutMs: 15_000 };

/** Takes Discord's hosts for files, or where another Discord is used (`DISCORD_API`), as `createClient` does, that one alone. */
export function attachmentSource(api: string): AttachmentSource {
	const { origin } = new URL(api);
	return origin === 'https://discord.com'
		? { origins: ['https://cdn.discordapp.com', 'https://media.discordapp.net'], isOurs: false }
		: { origins: [origin], isOurs: true };
}

/**
 * Fetches a file that a member attached. Only Discord's own hosts are asked, over TLS, at addresses of the open internet, and the
 * connection goes to the very address that was checked, so that a name which changes meanwhile leads nowhere. No redirect is
 * followed, nothing is unpacked, and no content type is believed: whoever reads the bytes looks at the bytes.
 *
 * @throws {UserError} in words for the member, whatever goes wrong: `bad-attachment`, `attachment-too-large`, `attachment-slow`,
 *   `attachment-gone`
 */
export async function downloadAttachment(
	text: string,
	source: AttachmentSource,
	{ maxBytes, timeoutMs }: DownloadLimits = pictureDownload,
): Promise<Uint8Array> {
	const url = allowedUrl(text, source);
	const signal = AbortSignal.timeout(timeoutMs);
	try {
		const addresses = await until(signal, addressesOf(url.hostname, source));
		const response = await open(url, addresses, signal);
		return await readAll(response, maxBytes);
	} catch (error) {
		if (error instanceof UserError) throw error;
		if (signal.aborted)
			throw new UserError('attachment-slow', 'The file took too long to arrive. Please try again in a minute.');
		throw new UserError('attachment-gone', 'The file could not be fetched. Please attach it again.');
	}
}

/** Discord's files lie under these, those of private replies under the second. */
const folders = /^\/(?:ephemeral-)?attachments\//;

function allowedUrl(text: string, { origins }: AttachmentSource): URL {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	// `origin` is compared whole: scheme, host and port, after the parser has read all odd ways of writing them.
	if (
		!url ||
		!origins.includes(url.origin) ||
		url.username !== '' ||
		url.password !== '' ||
		!folders.test(url.pathname)
	)
		throw new UserError('bad-attachment', 'Only files that are attached in Discord can be used. Please attach it.');
	return url;
}

async function addressesOf(host: string, { isOurs, resolve = systemResolve }: AttachmentSource): Promise<string[]> {
	// An IPv6 address stands in brackets in a URL.
	const addresses = await resolve(host.replace(/^\[(.*)\]$/, '$1'));
	if (addresses.length === 0) throw new Error(`${host} has no address`);
	// One closed address among them is reason enough: Discord has none.
	if (!isOurs && !addresses.every(isOpenAddress)) throw new Error(`${host} is inside our network`);
	return addresses;
}

async function systemResolve(host: string): Promise<string[]> {
	return (await lookup(host, { all: true })).map(({ address }) => address);
}

function open(url: URL, addresses: readonly string[], signal: AbortSignal): Promise<IncomingMessage> {
	const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	const request = url.protocol === 'https:' ? requestHttps : requestHttp;
	const options: RequestOptions = {
		signal,
		// No agent: a pooled connection could be one that was not checked now.
		agent: false,
		headers: { accept: 'image/png, image/jpeg, image/webp', 'accept-encoding': 'identity' },
		lookup: pinnedTo(addresses),
	};
	request(url, options, resolve).on('error', reject).end();
	return promise;
}

/** A look-up that knows nothing but what was checked. Node asks it with `all` when it may try several. */
function pinnedTo(addresses: readonly string[]): NonNullable<RequestOptions['lookup']> {
	const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
	return (_host, options, callback) => {
		if (options.all) callback(null, found);
		else callback(null, found[0]!.address, found[0]!.family);
	};
}

async function readAll(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
	try {
		if (response.statusCode !== 200) throw new Error(`Expected status 200, got ${response.statusCode}`);
		if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
		const chunks: Buffer[] = [];
		let size = 0;
		for await (const chunk of response as AsyncIterable<Buffer>) {
			size += chunk.length;
			// What was announced may be a lie.
			if (size > maxBytes) throw tooLarge(maxBytes);
			chunks.push(chunk);
		}
		return new Uint8Array(Buffer.concat(chunks, size));
	} finally {
		response.destroy();
	}
}

function tooLarge(maxBytes: number): UserError {
	const most = Math.floor(maxBytes / 1024 / 1024);
	return new UserError('attachment-too-large', `The file is too large: at most ${most} MB can be used.`);
}

/** A look-up cannot be stopped, but need not be waited for. */
function until<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
	return Promise.race([
		promise,
		new Promise<never>((_, reject) => {
			signal.addEventListener('abort', () => reject(signal.reason), { once: true });
		}),
	]);
}
