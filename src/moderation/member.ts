import type { Db } from '../db/client.ts';
import { sanctionsInForce } from '../db/sanctions.ts';
import type { MemberFacts } from './gate.ts';
import type { GuildSettings, Limit } from './settings.ts';

/** What Discord says of who asks in a server. */
export interface SeenMember {
	userId: string;
	roleIds: readonly string[];
	isModerator: boolean;
	/** `null` when Discord did not say. */
	joinedAt: Date | null;
}

/** Looks up what holds for a member of a server now. */
export async function lookUpMember(db: Db, guildId: string, seen: SeenMember): Promise<MemberFacts> {
	const inForce = (await sanctionsInForce(db, guildId, seen.userId)).filter(({ kind }) => kind !== 'warning');
	// A ban counts before a time-out, and of several the one that lasts longest.
	const longest = (row: { expiresAt: Date | null }) => row.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
	const [worst] = inForce.toSorted((a, b) => longest(b) - longest(a) || (a.kind === 'ban' ? -1 : 1));
	const { roleIds, isModerator, joinedAt } = seen;
	const sanction = worst && { kind: worst.kind as 'timeout' | 'ban', until: worst.expiresAt };
	return { roleIds, isModerator, joinedAt, ...(sanction && { sanction }) };
}

/**
 * Takes the limits that hold for a member: none with a role that skips them; else the most generous of their roles' limits, key by
 * key; else those of newcomers, for who joined lately or nobody knows when; else those of all members. Outside of servers none.
 *
 * @param now milliseconds since 1970
 */
export function limitFor(settings: GuildSettings, member: MemberFacts | undefined, now = Date.now()): Limit {
	if (!member) return {};
	const has = (roleId: string) => member.roleIds.includes(roleId);
	if (settings.unlimited.some(has)) return {};
	const own = Object.entries(settings.limits.roles).flatMap(([roleId, limit]) => (has(roleId) ? [limit] : []));
	if (own.length > 0) return own.reduce(moreGenerous);
	const { days, ...newcomers } = settings.limits.newcomers;
	const isNew = member.joinedAt === null || now - member.joinedAt.getTime() < days * 86_400_000;
	return isNew ? { ...settings.limits.members, ...newcomers } : settings.limits.members;
}

function moreGenerous(a: Limit, b: Limit): Limit {
	const most = (x: number | undefined, y: number | undefined) =>
		x === undefined || y === undefined ? undefined : Math.max(x, y);
	const atOnce = most(a.atOnce, b.atOnce);
	const perDay = most(a.perDay, b.perDay);
	const cooldown = a.cooldown === undefined || b.cooldown === undefined ? undefined : Math.min(a.cooldown, b.cooldown);
	return {
		...(atOnce !== undefined && { atOnce }),
		...(perDay !== undefined && { perDay }),
		...(cooldown !== undefined && { cooldown }),
	};
}
