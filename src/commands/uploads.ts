import { createHash } from 'node:crypto';
import { noteUpload, uploadKey } from '../db/uploads.ts';
import { UserError } from '../errors.ts';
import type { Call } from './context.ts';

/** As large as a member may send, and how long its file may take to come from Discord. */
const limits = { maxBytes: 20 * 1024 * 1024, timeoutMs: 15_000 };

/** What Discord says of a file that a member attached. */
export interface Attached {
	url: string;
	/** In bytes, as Discord measured it. */
	size: number;
}

/** The shape of a picture that a member attached, as `/imagine` takes it; absent where Discord does not know it. */
export function aspectOf({ width, height }: { width: number | null; height: number | null }): string | undefined {
	return width && height ? `${width}:${height}` : undefined;
}

/**
 * Fetches a file that a member attached and keeps it, by its SHA-256. What is in it nobody knows yet: only a painter reads it.
 *
 * @throws {UserError} `attachment-too-large`, or as `downloadAttachment` does
 */
export async function keepUpload(
	{ db, store, download }: Pick<Call, 'db' | 'store' | 'download'>,
	where: { guildId: string | null; channelId: string | null; user: { id: string } },
	{ url, size }: Attached,
): Promise<{ sha256: string }> {
	if (size > limits.maxBytes)
		throw new UserError(
			'attachment-too-large',
			`The file is too large: at most ${limits.maxBytes / 1024 / 1024} MB can be used.`,
		);
	const bytes = await download(url, limits);
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	const name = { userId: where.user.id, guildId: where.guildId, sha256 };
	await store.put(uploadKey(name), bytes);
	await noteUpload(db, { ...name, channelId: where.channelId!, sizeBytes: bytes.length });
	return { sha256 };
}
