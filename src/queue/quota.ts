import type { Db } from '../db/client.ts';
import { countOpen } from '../db/generations.ts';
import { lastAccepted, picturesSince } from '../db/usage.ts';
import { UserError } from '../errors.ts';

/** What one member may use in a guild; what is absent is not limited. */
export interface Quota {
	/** Jobs waiting or running at a time. */
	atOnce?: number | undefined;
	/** Pictures in any 24 hours. */
	perDay?: number | undefined;
	/** Seconds between two wishes. */
	cooldown?: number | undefined;
}

const dayMs = 86_400_000;

/**
 * Refuses a wish that is above a member's quota. Asked while the lane is locked, so that two wishes at once cannot both be the last.
 *
 * @param pictures how many the wish asks for
 * @param jobs how many jobs it comes to
 * @throws {UserError} `too-many-waiting`, `too-soon` or `day-is-over`, saying when it can be tried again
 */
export async function checkQuota(
	tx: Db,
	who: { lane: string; guildId: string | null; userId: string },
	pictures: number,
	quota: Quota,
	jobs = 1,
): Promise<void> {
	const { atOnce, perDay, cooldown } = quota;
	const open = atOnce === undefined ? 0 : await countOpen(tx, who.lane, who.userId);
	if (atOnce !== undefined && jobs > 1 && open + jobs > atOnce) {
		const waiting = open === 0 ? '' : `, and ${open} ${open === 1 ? 'waits' : 'wait'} already`;
		throw new UserError(
			'too-many-waiting',
			`This makes ${jobs} jobs. At most ${atOnce} of yours may wait here at a time${waiting}. Take some of the choices in braces out.`,
		);
	}
	if (atOnce !== undefined && open >= atOnce) {
		throw new UserError(
			'too-many-waiting',
			`You already have ${open} ${open === 1 ? 'job' : 'jobs'} waiting here, and ${atOnce} is the most. Try again when one finishes, or cancel one.`,
		);
	}
	const last = cooldown === undefined ? undefined : await lastAccepted(tx, who.guildId, who.userId);
	if (cooldown !== undefined && last && Date.now() - last.getTime() < cooldown * 1000) {
		const again = Math.ceil(last.getTime() / 1000) + cooldown;
		throw new UserError(
			'too-soon',
			`This server asks for ${cooldown} seconds between two wishes. Try again <t:${again}:R>.`,
		);
	}
	if (perDay === undefined) return;
	const used = await picturesSince(tx, who.guildId, who.userId, new Date(Date.now() - dayMs));
	if (used.pictures + pictures <= perDay) return;
	if (perDay === 0)
		throw new UserError(
			'day-is-over',
			'This server lets you paint no pictures for now. Its moderators can change that.',
		);
	const left = Math.max(0, perDay - used.pictures);
	const again = used.first ? ` The next comes free <t:${Math.ceil((used.first.getTime() + dayMs) / 1000)}:R>.` : '';
	throw new UserError(
		'day-is-over',
		left > 0
			? `You have ${left} of ${perDay} pictures left for today, and this asks for ${pictures}. Ask for fewer${jobs > 1 ? ': take some of the choices in braces out' : ` with \`--n ${Math.min(left, 4)}\``}.`
			: `You may paint ${perDay} pictures in 24 hours here, and have.${again}`,
	);
}
