import type { APIAttachment } from 'discord-api-types/v10';
import { keepFile, maxFileBytes, type NewFile } from './attachments.ts';
import { ClientRefusal } from './client-refusal.ts';
import type { Core } from './core.ts';
import { canSee } from './permissions.ts';

/** A file that a user chose, before it is sent along with a command or a form. */
export interface StoredUpload {
	userId: string;
	attachment: APIAttachment & { ephemeral: true };
}

const maxUploads = 1000;

/** Keeps a file that a user chose for an option or a field. @throws {ClientRefusal} when it is over Discord's limit. */
export function upload(core: Core, userId: string, channelId: string, file: NewFile): StoredUpload['attachment'] {
	const channel = core.state.channels.get(channelId);
	const user = core.state.users.get(userId);
	if (channel === undefined || user === undefined || !canSee(core.state, channel, user)) {
		throw new ClientRefusal('There is no such channel.');
	}
	if (file.bytes.length > maxFileBytes) throw new ClientRefusal(`“${file.name}” is too large: 10 MiB is the most.`);
	const attachment = { ...keepFile(core, channelId, file), ephemeral: true as const };
	core.uploads.set(attachment.id, { userId, attachment });
	if (core.uploads.size > maxUploads) core.uploads.delete([...core.uploads.keys()][0] ?? '');
	return attachment;
}

/** Finds a user's files by their IDs. @throws {ClientRefusal} for one that is not there. */
export function uploadsOf(core: Core, userId: string, ids: string[]): StoredUpload['attachment'][] {
	return ids.map((id) => {
		const found = core.uploads.get(id);
		if (found?.userId !== userId) throw new ClientRefusal('This file is gone. Choose it again.');
		return found.attachment;
	});
}

/** Groups of file types that a bot may ask for, by the content types in them. */
const groups: Record<string, RegExp> = { image: /^image\//, video: /^video\//, audio: /^audio\// };

/** Refuses a file that is none of the types that an option or a field asks for: groups, or endings such as `.png`. */
export function checkFileTypes(file: Pick<APIAttachment, 'filename' | 'content_type'>, types: string[] = []): void {
	const isFit = (type: string) =>
		type.startsWith('.')
			? file.filename.toLowerCase().endsWith(type.toLowerCase())
			: groups[type]?.test(file.content_type ?? '');
	if (types.length === 0 || types.some(isFit)) return;
	throw new ClientRefusal(`“${file.filename}” is not one of: ${types.join(', ')}.`);
}
