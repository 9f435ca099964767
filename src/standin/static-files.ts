import { readFileSync, realpathSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Core } from './core.ts';

const playground = fileURLToPath(new URL('./playground/', import.meta.url));

const contentTypes: Record<string, string> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.mjs': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.png': 'image/png',
	'.webp': 'image/webp',
	'.ico': 'image/x-icon',
	'.woff2': 'font/woff2',
	'.json': 'application/json',
};

/** Nothing from elsewhere, no inline script: what a bot sends cannot run in the page. */
const pageHeaders = {
	'content-security-policy':
		"default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'cache-control': 'no-cache',
};

/** Serves a file of the playground; `name` is relative to its folder. */
export function servePlayground(response: ServerResponse, name: string): void {
	const type = contentTypes[path.extname(name)];
	const file = type === undefined ? null : realFile(name);
	if (file === null) notFound(response);
	else response.writeHead(200, { ...pageHeaders, 'content-type': type }).end(readFileSync(file));
}

/** The file's real path, or null when it is missing or lies outside the folder. */
function realFile(name: string): string | null {
	try {
		const file = realpathSync(path.join(playground, name));
		return file.startsWith(playground) ? file : null;
	} catch {
		return null;
	}
}

/** Serves an attachment at `/attachments/<channel>/<id>/<name>`. */
export function serveAttachment(core: Core, response: ServerResponse, pathname: string): void {
	const [, , channelId, id = '', name] = pathname.split('/');
	const file = core.state.files.get(id);
	const bytes = file?.channelId === channelId && file?.name === name ? core.storage.readBytes(id) : undefined;
	if (file === undefined || bytes === undefined) {
		notFound(response);
		return;
	}
	// A picture can be shown; anything else, and SVG above all, must not run in this origin.
	const isPicture = /^image\/(png|jpeg|webp|gif)$/.test(file.contentType);
	response
		.writeHead(200, {
			'content-type': file.contentType,
			'content-length': bytes.length,
			'x-content-type-options': 'nosniff',
			'content-security-policy': "default-src 'none'; sandbox",
			...(isPicture ? {} : { 'content-disposition': 'attachment' }),
		})
		.end(bytes);
}

/** Answers 404 to a browser. */
export function notFound(response: ServerResponse): void {
	response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
}
