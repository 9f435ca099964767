import { ClientRefusal } from './client-refusal.ts';
import { isSelect, componentTypes as T, type WireComponent } from './message-body.ts';
import { canSee } from './permissions.ts';
import type { Situation } from './resolved.ts';

/** Refuses a pick from a message's select menu that Discord's client does not let a user make. */
export function checkSelection(situation: Situation, select: WireComponent, values: string[]): void {
	if (!isSelect(select)) return;
	const { min_values: least = 1, max_values: most = 1 } = select;
	if (values.length < least) throw new ClientRefusal(`Choose ${least} or more.`);
	if (values.length > most) throw new ClientRefusal(`Choose ${most} or fewer.`);
	checkChoices(situation, select, values, select.custom_id ?? 'menu');
}

/** Refuses values that a select, a radio group or a group of checkboxes does not offer to this user in this place. */
export function checkChoices(situation: Situation, input: WireComponent, values: string[], label: string): void {
	if (new Set(values).size < values.length) throw new ClientRefusal(`“${label}” has one choice twice.`);
	const offered = offer(situation, input);
	const unknown = values.find((value) => !offered(value));
	if (unknown !== undefined) throw new ClientRefusal(`“${label}” has no choice “${unknown}”.`);
}

function offer(situation: Situation, input: WireComponent): (value: string) => boolean {
	const isUser = (id: string) => isReachable(situation, id);
	const isRole = (id: string) => isRoleHere(situation, id);
	switch (input.type) {
		case T.userSelect:
			return isUser;
		case T.roleSelect:
			return isRole;
		case T.mentionableSelect:
			return (id) => isUser(id) || isRole(id);
		case T.channelSelect:
			return (id) => isChannelHere(situation, id, input.channel_types);
		default:
			return (value) => input.options?.some((it) => it.value === value) ?? true;
	}
}

/** Members of the guild, or the two in a direct message. */
function isReachable({ core, user, channel }: Situation, id: string): boolean {
	if (channel.guildId === null) return id === user.id || id === core.state.application.id;
	return core.state.member(core.state.guild(channel.guildId), id) !== undefined;
}

function isRoleHere({ core, channel }: Situation, id: string): boolean {
	return channel.guildId !== null && core.state.guild(channel.guildId).roles.some((it) => it.id === id);
}

function isChannelHere({ core, user, channel }: Situation, id: string, types: number[] = []): boolean {
	const found = core.state.channels.get(id);
	if (found === undefined || channel.guildId === null || found.guildId !== channel.guildId) return false;
	return (types.length === 0 || types.includes(found.type)) && canSee(core.state, found, user);
}
