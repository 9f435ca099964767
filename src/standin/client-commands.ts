import type { APIApplicationCommand } from 'discord-api-types/v10';
import { PermissionFlagsBits } from 'discord-api-types/v10';
import { ClientRefusal } from './client-refusal.ts';
import type { Core } from './core.ts';
import { componentTypes as T } from './message-body.ts';
import type { PageOption } from './page-api.ts';
import { permissionsIn } from './permissions.ts';
import type { Situation } from './resolved.ts';
import type { CommandOption } from './rules/commands.ts';
import { checkChoices } from './selections.ts';
import type { StoredChannel, StoredUser } from './state.ts';
import { checkFileTypes, uploadsOf } from './uploads.ts';

/** Option types by their number. */
export const optionTypes = {
	subcommand: 1,
	group: 2,
	string: 3,
	integer: 4,
	boolean: 5,
	user: 6,
	channel: 7,
	role: 8,
	mentionable: 9,
	number: 10,
	attachment: 11,
} as const;

/** Commands that the bot has registered, in every scope or only those that a channel shows. */
export function listCommands(core: Core, channel?: StoredChannel): APIApplicationCommand[] {
	const all = [...core.state.commands.values()].flat();
	return channel ? all.filter(({ guild_id: guildId }) => guildId === undefined || guildId === channel.guildId) : all;
}

/** The options of a command that apply: those of the chosen subcommand when there is one. */
export function innermostOptions(
	declared: CommandOption[],
	given: PageOption[],
): { declared: CommandOption[]; given: PageOption[] } {
	const first = given[0];
	if (first === undefined || first.type > optionTypes.group) return { declared, given };
	const chosen = declared.find(({ name, type }) => name === first.name && type === first.type);
	if (chosen === undefined) throw new ClientRefusal(`This command has no part named “${first.name}”.`);
	return innermostOptions(chosen.options ?? [], first.options ?? []);
}

/**
 * Refuses what Discord's client hides or does not let a user send: the wrong kind of channel, missing permissions.
 * @throws {ClientRefusal}
 */
export function checkMayUse(
	core: Core,
	command: APIApplicationCommand,
	user: StoredUser,
	channel: StoredChannel,
): void {
	const isForeign = core.state.isForeign(channel);
	const context = channel.guildId === null ? 1 : 0;
	if (command.contexts && !command.contexts.some((it) => it === context)) {
		const place = context === 0 ? 'in servers' : 'in direct messages';
		throw new ClientRefusal(`This command cannot be used ${place}.`);
	}
	const installs: number[] = command.integration_types ?? [0];
	if (isForeign && !installs.includes(1)) throw new ClientRefusal('This command is not available in this server.');
	if (command.nsfw) {
		const isOpen = channel.guildId === null ? user.adultDms : core.state.isAgeRestricted(channel);
		if (!isOpen) throw new ClientRefusal('This command can only be used in age-restricted channels.');
	}
	const needed = command.default_member_permissions;
	// A user who brings the bot along needs no permission of the server for the bot's commands.
	if (needed === null || needed === undefined || channel.guildId === null || isForeign) return;
	const has = permissionsIn(core.state, channel, user.id);
	const allowed = needed !== '0' && (has & BigInt(needed)) === BigInt(needed);
	const isAdministrator = (has & PermissionFlagsBits.Administrator) !== 0n;
	if (!allowed && !isAdministrator) throw new ClientRefusal('You do not have permission to use this command.');
}

/**
 * Refuses values that Discord's client does not let a user send.
 * @throws {ClientRefusal}
 */
export function checkOptions(situation: Situation, command: APIApplicationCommand, given: PageOption[]): void {
	const all = (command.options ?? []) as unknown as CommandOption[];
	const inner = innermostOptions(all, given);
	if (inner.declared.some(({ type }) => type <= optionTypes.group)) {
		throw new ClientRefusal('Choose one of the parts of this command.');
	}
	for (const option of inner.declared) {
		const { value } = inner.given.find(({ name }) => name === option.name) ?? {};
		if (value === undefined || value === '') {
			if (option.required) throw new ClientRefusal(`“${option.name}” is required.`);
		} else {
			checkValue(option, value);
			checkNamed(situation, option, String(value));
		}
	}
	for (const { name, type } of inner.given) {
		const declared = inner.declared.find((it) => it.name === name);
		if (declared === undefined) throw new ClientRefusal(`This command has no option named “${name}”.`);
		if (declared.type !== type) throw new ClientRefusal(`The option “${name}” is of another type.`);
	}
}

/** Users need not be members; roles and channels must be there to be named. */
function checkNamed(situation: Situation, option: CommandOption, value: string): void {
	const { type, name, channel_types: channelTypes = [] } = option;
	const known = situation.core.state.users.has(value);
	if (type === optionTypes.user && !known) throw new ClientRefusal(`“${name}” has no choice “${value}”.`);
	if (type === optionTypes.role || (type === optionTypes.mentionable && !known)) {
		checkChoices(situation, { type: T.roleSelect }, [value], name);
	}
	if (type === optionTypes.channel) {
		checkChoices(situation, { type: T.channelSelect, channel_types: channelTypes }, [value], name);
	}
	if (type !== optionTypes.attachment) return;
	for (const file of uploadsOf(situation.core, situation.user.id, [value])) checkFileTypes(file, option.file_types);
}

function checkValue(option: CommandOption, value: string | number | boolean): void {
	const { type, name } = option;
	if (type === optionTypes.integer || type === optionTypes.number) {
		const isFit = typeof value === 'number' && (type === optionTypes.number || Number.isInteger(value));
		if (!isFit) throw new ClientRefusal(`“${name}” must be a ${type === optionTypes.integer ? 'whole ' : ''}number.`);
		const { min_value: least = -Infinity, max_value: most = Infinity } = option;
		if (value < least) throw new ClientRefusal(`“${name}” must be ${least} or more.`);
		if (value > most) throw new ClientRefusal(`“${name}” must be ${most} or less.`);
	} else if (type === optionTypes.boolean) {
		if (typeof value !== 'boolean') throw new ClientRefusal(`“${name}” must be true or false.`);
	} else if (typeof value !== 'string') throw new ClientRefusal(`“${name}” must be text.`);
	if (type === optionTypes.string && typeof value === 'string') {
		const { min_length: least = 0, max_length: most = 6000 } = option;
		if (value.length < least) throw new ClientRefusal(`“${name}” must have ${least} or more characters.`);
		if (value.length > most) throw new ClientRefusal(`“${name}” must have ${most} or fewer characters.`);
	}
	// With autocomplete the choices are suggestions, and anything may be sent.
	const choices = option.choices ?? [];
	if (choices.length > 0 && !option.autocomplete && !choices.some((choice) => choice.value === value)) {
		throw new ClientRefusal(`“${name}” must be one of: ${choices.map((choice) => choice.name).join(', ')}.`);
	}
}
