import type { GateSettings, MemberFacts } from '../moderation/gate.ts';
import { lookUpMember, type SeenMember } from '../moderation/member.ts';
import type { Services } from './context.ts';

/**
 * Looks up what holds for a member at this moment, where no interaction says it: what waits, what is held, what is delivered. Discord
 * is asked only where roles matter.
 *
 * @throws what Discord throws when it does not answer
 */
export async function memberFactsNow(
	{ db, memberNow }: Pick<Services, 'db' | 'memberNow'>,
	{ guildId, userId }: { guildId: string; userId: string },
	settings: Pick<GateSettings, 'artists'> | 'all',
): Promise<MemberFacts> {
	// Who left has no role any more.
	const nobody: SeenMember = { userId, roleIds: [], isModerator: false, joinedAt: null };
	const isForSome = settings === 'all' || (settings.artists ?? []).length > 0;
	const seen = isForSome ? ((await memberNow(guildId, userId)) ?? nobody) : nobody;
	return lookUpMember(db, guildId, seen);
}
