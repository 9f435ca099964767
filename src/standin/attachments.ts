import type { APIAttachment } from 'discord-api-types/v10';
import type { Core } from './core.ts';
import { mediaSize } from './media-size.ts';
import type { MessageBody } from './message-body.ts';
import { ApiError, type Issue, invalidForm } from './rest/api-error.ts';
import type { Upload } from './rest/exchange.ts';

/** Discord's limit for one file without boosts. */
export const maxFileBytes = 10 * 2 ** 20;
const maxAttachments = 10;

/** A file to keep, from a request or from a user's command. */
export type NewFile = Pick<Upload, 'name' | 'contentType' | 'bytes'> & { description?: string | null };

/** Keeps a file and returns the attachment that names it. The bytes are stored when this returns. */
export function keepFile(core: Core, channelId: string, file: NewFile): APIAttachment {
	const id = core.state.ids.next();
	core.storage.writeBytes(id, file.bytes);
	core.state.files.set(id, { id, channelId, name: file.name, contentType: file.contentType });
	core.state.touch();
	const url = `${core.url}/attachments/${channelId}/${id}/${encodeURIComponent(file.name)}`;
	return {
		id,
		filename: file.name,
		size: file.bytes.length,
		url,
		proxy_url: url,
		content_type: file.contentType,
		...(mediaSize(file.bytes) ?? {}),
		...(file.description ? { description: file.description } : {}),
	};
}

/** Forgets files that no message shows any more: their addresses answer 404. */
export function dropFiles(core: Core, attachments: APIAttachment[]): void {
	for (const { id } of attachments) {
		core.state.files.delete(id);
		core.storage.deleteBytes(id);
	}
}

/**
 * Checks the files of a request against Discord's limits and against its `attachments` list, before anything is kept.
 * @throws {ApiError} 413 (40005) for a file over the limit, 400 (50035) for a list that does not fit the files.
 */
export function checkFiles(body: MessageBody, files: Upload[], existing: APIAttachment[]): void {
	for (const { bytes } of files) {
		if (bytes.length > maxFileBytes) throw new ApiError(413, 40005, 'Request entity too large');
	}
	const issues: Issue[] = [];
	const listed = body.attachments ?? null;
	const total = listed?.length ?? existing.length + files.length;
	if (total > maxAttachments) {
		const message = `Must be ${maxAttachments} or fewer in length.`;
		issues.push({ path: ['attachments'], code: 'BASE_TYPE_MAX_LENGTH', message });
	}
	for (const [index, { id }] of (listed ?? []).entries()) {
		const isKnown = files.some((it) => it.index === String(id)) || existing.some((it) => it.id === String(id));
		if (isKnown) continue;
		const message = `No file and no attachment of the message has the id ${id}.`;
		issues.push({ path: ['attachments', index, 'id'], code: 'ATTACHMENT_NOT_FOUND', message });
	}
	if (issues.length > 0) throw invalidForm(issues);
}

/**
 * Works out the attachments of a message after an edit: an `attachments` list names all that shall be there, files without
 * one are added, and a request with neither keeps what was. New files have empty addresses until `keepFile`.
 */
export function planFiles(body: MessageBody, files: Upload[], existing: APIAttachment[]): (APIAttachment | NewFile)[] {
	const listed = body.attachments ?? null;
	if (listed === null) return [...existing, ...files];
	return listed.flatMap(({ id, description }): (APIAttachment | NewFile)[] => {
		const upload = files.find((it) => it.index === String(id));
		if (upload) return [{ ...upload, ...(description === undefined ? {} : { description }) }];
		const kept = existing.find((it) => it.id === String(id));
		if (!kept) return [];
		return [description === undefined || description === null ? kept : { ...kept, description }];
	});
}
