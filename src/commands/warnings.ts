import type { Db } from '../db/client.ts';
import { findGeneration } from '../db/generations.ts';
import { findDelivery } from '../db/outbox.ts';
import { markTold, sanctionsInForce } from '../db/sanctions.ts';
import { UserError } from '../errors.ts';
import { linkTo } from './case-lines.ts';

/**
 * Tells a member of warnings that they do not know of, instead of what they asked for: what comes with pictures is overlooked, and
 * nobody is written to unasked. The next wish passes.
 *
 * @throws {UserError} `warned`
 */
export async function tellWarnings(db: Db, guildId: string, userId: string): Promise<void> {
	const warnings = (await sanctionsInForce(db, guildId, userId)).filter(({ kind }) => kind === 'warning');
	const untold = warnings.filter(({ toldAt }) => toldAt === null);
	if (untold.length === 0) return;
	// Of two wishes at once, one tells.
	const told = await markTold(
		db,
		untold.map(({ id }) => id),
	);
	if (told.length === 0) return;
	const pictures = await Promise.all(told.map(({ generationId }) => picture(db, generationId)));
	const ends = Math.ceil(Math.max(...warnings.map(({ expiresAt }) => expiresAt?.getTime() ?? 0)) / 1000);
	const count = warnings.length === 1 ? 'It counts' : `You have ${warnings.length} that count, the last`;
	throw new UserError(
		'warned',
		`The moderators of this server warned you about ${pictures.join(', and about ')}. ${count} until <t:${ends}:f>. Nothing was started this time: ask again, and it will be.`,
	);
}

async function picture(db: Db, generationId: string | null): Promise<string> {
	const generation = generationId === null ? undefined : await findGeneration(db, generationId);
	const messageId = generation && (await findDelivery(db, generation.id))?.messageId;
	if (generation && messageId) return `this picture: ${linkTo(generation, messageId)}`;
	return generation ? `a picture of <t:${Math.floor(generation.createdAt.getTime() / 1000)}:f>` : 'a picture of yours';
}
