import type { IncomingMessage } from 'node:http';
import { ApiError, invalidForm } from './api-error.ts';

/** Discord's limit for one request, whatever the files in it. */
export const maxRequestBytes = 25 * 2 ** 20;

/** A file part of a multipart request. */
export interface Upload {
	/** The n of `files[n]`; null when the part is named otherwise. */
	index: string | null;
	key: string;
	name: string;
	contentType: string;
	bytes: Buffer;
}

/** A request as the routes see it. */
export interface Exchange {
	method: string;
	/** After `/api/v10`, decoded. */
	path: string;
	query: URLSearchParams;
	headers: IncomingMessage['headers'];
	body: unknown;
	files: Upload[];
	isMultipart: boolean;
}

/** An answer; `body` undefined sends none. */
export interface Answer {
	status: number;
	body?: unknown;
	headers?: Record<string, string>;
}

/** One exchange in the log: files by size only. */
export interface LoggedExchange {
	at: number;
	method: string;
	path: string;
	query: string;
	status: number;
	/** The request's JSON body. */
	body: unknown;
	files: { name: string; contentType: string; sizeBytes: number }[];
	/** The response's JSON body. */
	answer: unknown;
	/** An injected fault shaped the answer. */
	faulted: boolean;
}

/** Reads a whole body, giving up past Discord's limit. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let sizeBytes = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		sizeBytes += chunk.length;
		// The rest is read and thrown away: a client that is still sending would not read the answer.
		if (sizeBytes <= maxRequestBytes) chunks.push(chunk);
	}
	if (sizeBytes > maxRequestBytes) throw new ApiError(413, 40005, 'Request entity too large');
	return Buffer.concat(chunks);
}

/** Takes a JSON or multipart body apart. */
export async function parseBody(
	raw: Buffer,
	contentType: string,
): Promise<Pick<Exchange, 'body' | 'files' | 'isMultipart'>> {
	if (!contentType.startsWith('multipart/form-data')) {
		return { body: raw.length === 0 ? undefined : parseJson(String(raw)), files: [], isMultipart: false };
	}
	const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': contentType } })
		.formData()
		.catch((error: unknown) => {
			throw new ApiError(400, 50035, `Invalid Form Body: ${error instanceof Error ? error.message : error}`);
		});
	let body: unknown = {};
	const files: Upload[] = [];
	for (const [key, part] of form) {
		if (typeof part === 'string') {
			if (key === 'payload_json') body = parseJson(part);
			continue;
		}
		files.push({
			index: /^files\[(\d+)\]$/.exec(key)?.[1] ?? null,
			key,
			name: part.name,
			contentType: part.type || 'application/octet-stream',
			bytes: Buffer.from(await part.arrayBuffer()),
		});
	}
	return { body, files, isMultipart: true };
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		throw invalidForm([{ path: [], code: 'INVALID_JSON', message: `The request body is not JSON: ${message}` }]);
	}
}
