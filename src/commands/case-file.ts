import { type AuditEntry, historyOf, lastOfCase } from '../db/audit.ts';
import { type Card, findCard } from '../db/cards.ts';
import type { Db } from '../db/client.ts';
import { descendantsOf } from '../db/descendants.ts';
import { findGeneration, type Generation } from '../db/generations.ts';
import { findImage, type Image, imagesOf } from '../db/images.ts';
import { findDelivery } from '../db/outbox.ts';
import { countReportedBefore, type Report, reportsOf } from '../db/reports.ts';
import { type Sanction, sanctionsInForce } from '../db/sanctions.ts';
import { type ImageStore, MissingImageError } from '../images/store.ts';
import { judge } from '../moderation/gate.ts';
import { mayModeratorsSee } from '../moderation/picture.ts';
import type { Place } from '../moderation/place.ts';
import type { RatingThresholds } from '../moderation/thresholds.ts';
import { decisions } from './decisions.ts';
import { judgeImages } from './withheld.ts';

/** Everything that is known of a reported generation, as a moderator needs it. */
export interface CaseFile {
	card: Card;
	generation: Generation;
	images: Image[];
	/** Newest first. */
	reports: Report[];
	/** Other generations of the member that were reported here and not found harmless. */
	reportedBefore: number;
	/** What counts against the member now. */
	sanctions: Sanction[];
	/** What was made from it and is still there. */
	descendants: number;
	parent: { generation: Generation; messageId: string | null } | undefined;
	/** Where it is posted; `null` when it is not. */
	messageId: string | null;
	/** What moderators did, newest first. */
	history: AuditEntry[];
	/** What the undo button takes back. */
	undoable: AuditEntry | undefined;
}

const shownHistory = 5;

/** Gathers a case; `undefined` when there is none. */
export async function caseFile(db: Db, generationId: string): Promise<CaseFile | undefined> {
	const [card, generation] = await Promise.all([findCard(db, generationId), findGeneration(db, generationId)]);
	if (!card || !generation) return undefined;
	const { guildId } = card;
	const { userId, parentImageId } = generation;
	const [images, reports, reportedBefore, sanctions, made, parent, delivery, history, undoable] = await Promise.all([
		imagesOf(db, generationId),
		reportsOf(db, generationId),
		countReportedBefore(db, generation),
		sanctionsInForce(db, guildId, userId),
		descendantsOf(db, generation),
		parentImageId === null ? undefined : parentOf(db, parentImageId),
		findDelivery(db, generationId),
		historyOf(db, guildId, generationId, shownHistory),
		lastOfCase(db, guildId, generationId, decisions),
	]);
	const descendants = made.filter(({ deletedAt, state }) => !deletedAt && state !== 'failed' && state !== 'cancelled');
	const messageId = delivery?.messageId ?? null;
	const known = { card, generation, images, reports, reportedBefore, sanctions, parent, messageId, history, undoable };
	return { ...known, descendants: descendants.length };
}

async function parentOf(db: Db, imageId: string): Promise<CaseFile['parent']> {
	const image = await findImage(db, imageId);
	const generation = image && (await findGeneration(db, image.generationId));
	if (!generation) return undefined;
	return { generation, messageId: (await findDelivery(db, generation.id))?.messageId ?? null };
}

/** The pictures of a case for one channel, and in words those that are not to be seen there. */
export interface CasePictures {
	files: { name: string; data: Buffer; position: number }[];
	missing: string[];
}

/** Loads those pictures that moderators may see in a channel: Discord's rules, and the floor, hold for them too. */
export async function casePictures(
	store: ImageStore,
	{ generation, images }: Pick<CaseFile, 'generation' | 'images'>,
	place: Place,
	thresholds: RatingThresholds,
): Promise<CasePictures> {
	const found: CasePictures = { files: [], missing: [] };
	if (generation.deletedAt) return found;
	const { channel, settings } = place;
	const words = judge({ recipe: generation.recipe, channel, settings, isApproved: generation.approvedAt !== null });
	if (!words.allow && (words.rule === 'minors' || words.rule === 'real-people')) {
		found.missing.push('The pictures are not shown: what was asked for is what no setting allows.');
		return found;
	}
	for (const { image, verdict } of judgeImages(images, generation.recipe, place, thresholds)) {
		const which = images.length > 1 ? `Picture ${image.position + 1}` : 'The picture';
		if (verdict.show === 'withheld' && !mayModeratorsSee(verdict, place.channel)) {
			const why = { minors: 'sexual, with a minor', unrated: 'not rated', picture: '' }[verdict.rule];
			found.missing.push(
				`${which} is not shown here: ${verdict.rule === 'picture' ? `rated ${verdict.rating}` : why}.`,
			);
			continue;
		}
		const key = image.smallFile ?? image.file;
		const data = await store.get(key).catch((error: unknown) => {
			if (error instanceof MissingImageError) return undefined;
			throw error;
		});
		if (data)
			found.files.push({
				name: `atelier-${image.id}.${key.split('.').at(-1)}`,
				data: Buffer.from(data),
				position: image.position,
			});
		else found.missing.push(`${which} is not shown here: its file is gone.`);
	}
	return found;
}
