import type { InteractionHandle, Standin } from '../../../src/standin/index.ts';

/** An answer, parsed. */
export interface RestAnswer {
	status: number;
	body: { code?: number; message?: string; errors?: unknown } & Record<string, unknown>;
}

export interface RestFile {
	name: string;
	bytes: Buffer;
	contentType?: string;
}

/** Sends one request to the stand-in's REST API without any client in between. */
export async function rest(
	standin: Standin,
	method: string,
	path: string,
	body?: unknown,
	files: RestFile[] = [],
): Promise<RestAnswer> {
	const headers: Record<string, string> = { authorization: `Bot ${standin.token}` };
	const response = await fetch(`${standin.api}/v10${path}`, { method, headers, ...encode(headers, body, files) });
	const text = await response.text();
	return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

function encode(headers: Record<string, string>, body: unknown, files: RestFile[]): { body?: string | FormData } {
	if (files.length > 0) {
		const form = new FormData();
		form.append('payload_json', JSON.stringify(body));
		for (const [index, { name, bytes, contentType = 'image/png' }] of files.entries()) {
			form.append(`files[${index}]`, new Blob([new Uint8Array(bytes)], { type: contentType }), name);
		}
		return { body: form };
	}
	if (body === undefined) return {};
	headers['content-type'] = 'application/json';
	return { body: JSON.stringify(body) };
}

/** Answers an interaction as a bot would. */
export function answer(standin: Standin, { interaction }: InteractionHandle, body: unknown, files: RestFile[] = []) {
	return rest(standin, 'POST', `/interactions/${interaction.id}/${interaction.token}/callback`, body, files);
}

/** The path of the webhook that an interaction's token opens. */
export function webhook(standin: Standin, { interaction }: InteractionHandle): string {
	return `/webhooks/${standin.state.application.id}/${interaction.token}`;
}

/** Registers commands without a bot. */
export async function register(standin: Standin, list: unknown): Promise<RestAnswer> {
	return rest(standin, 'PUT', `/applications/${standin.state.application.id}/commands`, list);
}
