import { type Guild, type ModalSubmitInteraction, type Role, RoleSelectMenuBuilder } from 'discord.js';
import { UserError } from '../../errors.ts';
import type { GuildSettings, Limit } from '../../moderation/settings.ts';
import { limitText, rolesText } from './describe.ts';
import { type NumberField, numberForm, readNumber } from './number.ts';
import {
	type Act,
	button,
	type Desk,
	type Field,
	fieldId,
	line,
	lineWith,
	type Part,
	row,
	type Section,
	text,
	type Use,
} from './panel.ts';

const mostRoles = 25;
/** Roles with limits of their own that are told without being asked about. */
const mostListed = 10;

/** Who may draw, and how much. */
export const limits: Section = {
	name: 'limits',
	label: 'Roles and limits',
	hint: 'Who may draw, how many a day, newcomers',
	show,
	fields: {
		artists: rolesField('artists'),
		unlimited: rolesField('unlimited'),
		members: limitField('members', 'Limits for all members'),
		newcomers: limitField('newcomers', 'Limits for newcomers'),
		// Shows the limits of the role that was chosen; the button beside them opens the form. `arg` names the role.
		chooserole: {
			select: ({ interaction, desk: { guild } }) => ({ kind: 'show', arg: roleOf(guild, interaction.values[0]).id }),
		},
		role: {
			button: (use) => {
				const { guild, settings } = use.desk;
				const { id, name } = roleOf(guild, use.arg);
				return ask(use, settings.limits.roles[id] ?? {}, `Limits for ${name}`, 'role', id);
			},
			modal: (use) => {
				const limit = readLimit(use);
				const isEmpty = Object.values(limit).every((value) => value === null);
				return changed({ roles: { [use.arg]: isEmpty ? null : limit } }, use.arg);
			},
		},
	},
};

function show({ settings, version, guild }: Desk, chosen: string): Part[] {
	const { days, ...newcomers } = settings.limits.newcomers;
	const roles = Object.entries(settings.limits.roles);
	const known = (ids: readonly string[]) => ids.filter((id) => guild.roles.cache.has(id));
	const roleMenu = (field: string, placeholder: string, chosen: readonly string[]) =>
		row(
			new RoleSelectMenuBuilder()
				.setCustomId(fieldId(field, version))
				.setPlaceholder(placeholder)
				.setMinValues(0)
				.setMaxValues(mostRoles)
				.setDefaultRoles(...known(chosen)),
		);
	const chosenRole = guild.roles.cache.get(chosen);
	const roleSelect = new RoleSelectMenuBuilder()
		.setCustomId(fieldId('chooserole', version, chosen))
		.setPlaceholder('Choose a role to change its limits…');
	if (chosenRole) roleSelect.setDefaultRoles(chosen);
	const ofRoles = roles.map(([id, limit]) => `<@&${id}>: ${limitText(limit) ?? 'no limit'}`).slice(0, mostListed);
	return [
		text('## Roles and limits', `**Who may draw:** ${rolesText(settings.artists, 'artists')}`),
		roleMenu('artists', 'Everybody; choose roles to let only them', settings.artists),
		text(`**Who has no limits:** ${rolesText(settings.unlimited, 'unlimited')}`),
		roleMenu('unlimited', 'Nobody; choose roles without limits', settings.unlimited),
		line(),
		lineWith(
			`**All members:** ${limitText(settings.limits.members) ?? 'no limit'}`,
			button(fieldId('members', version), 'Change all members'),
		),
		lineWith(
			`**Newcomers,** less than ${days} ${days === 1 ? 'day' : 'days'} in the server: ${limitText(newcomers) ?? 'as all members'}`,
			button(fieldId('newcomers', version), 'Change newcomers'),
		),
		text(
			'**Roles with limits of their own;** of several the most generous holds',
			...(ofRoles.length > 0 ? ofRoles : ['none']),
			...(roles.length > mostListed ? [`and ${roles.length - mostListed} more: choose one to see its limits`] : []),
		),
		row(roleSelect),
		...(chosenRole
			? [
					lineWith(
						`<@&${chosen}>: ${limitText(settings.limits.roles[chosen] ?? {}) ?? 'as all members'}`,
						button(fieldId('role', version, chosen), 'Change this role'),
					),
				]
			: []),
	];
}

function rolesField(key: 'artists' | 'unlimited'): Field {
	return {
		select: ({ interaction, desk: { guild } }): Act => {
			// The role that everybody has is named after the guild.
			const isEverybody = key === 'artists' && interaction.values.includes(guild.id);
			return { kind: 'change', channelId: '', patch: { [key]: isEverybody ? [] : interaction.values } };
		},
	};
}

function limitField(whose: 'members' | 'newcomers', title: string): Field {
	return {
		button: (use) => ask(use, use.desk.settings.limits[whose], title, whose),
		modal: (use) => {
			const days = whose === 'newcomers' ? { days: readNumber(fieldsOf({}).days, typed(use, 'days')) } : {};
			return changed({ [whose]: { ...readLimit(use), ...days } });
		},
	};
}

function changed(patch: Record<string, unknown>, arg = ''): Act {
	return { kind: 'change', channelId: '', patch: { limits: patch }, arg };
}

function roleOf(guild: Guild, roleId = ''): Role {
	const role = guild.roles.cache.get(roleId);
	if (!role) throw new UserError('unknown-role', 'This role is no longer there. Choose another one.');
	return role;
}

type Given = Partial<GuildSettings['limits']['newcomers']>;

const fieldsOf = ({ perDay, atOnce, cooldown, days }: Given): Record<keyof Given, NumberField> => {
	const empty = 'Empty: no limit.';
	return {
		perDay: {
			customId: 'perDay',
			label: 'Pictures in 24 hours',
			description: `${empty} 0: no drawing. One wish is four pictures unless it says otherwise`,
			min: 0,
			max: 10_000,
			value: perDay,
		},
		atOnce: {
			customId: 'atOnce',
			label: 'Wishes waiting at once',
			description: empty,
			min: 1,
			max: 100,
			value: atOnce,
		},
		cooldown: {
			customId: 'cooldown',
			label: 'Seconds between two wishes',
			description: empty,
			min: 1,
			max: 86_400,
			value: cooldown,
		},
		days: {
			customId: 'days',
			label: 'Days in the server until it ends',
			description: 'Empty: 7 days',
			min: 1,
			max: 365,
			value: days,
		},
	};
};

function ask({ version }: { version: number }, given: Given, title: string, field: string, arg = ''): Act {
	const { perDay, atOnce, cooldown, days } = fieldsOf(given);
	const all = field === 'newcomers' ? [perDay, atOnce, cooldown, days] : [perDay, atOnce, cooldown];
	return { kind: 'ask', modal: numberForm(fieldId(field, version, arg), title, all) };
}

type Submitted = Use<ModalSubmitInteraction>;

function readLimit(use: Submitted): Record<keyof Limit, number | null> {
	const { perDay, atOnce, cooldown } = fieldsOf({});
	return {
		perDay: readNumber(perDay, typed(use, 'perDay')),
		atOnce: readNumber(atOnce, typed(use, 'atOnce')),
		cooldown: readNumber(cooldown, typed(use, 'cooldown')),
	};
}

function typed({ interaction }: Submitted, customId: string): string {
	return interaction.fields.getTextInputValue(customId);
}
