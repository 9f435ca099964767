import type { Rule } from '../../moderation/rules.ts';
import { styleNamed } from '../../prompt/styles.ts';
import { escaped } from '../escape.ts';
import { limitText, placeText, presetText, retentionText, rolesText } from './describe.ts';
import { placeOf } from './desk.ts';
import { type Desk, type Section, text } from './panel.ts';

/** What this channel and this server allow now, in plain words. */
export const overview: Section = {
	name: 'overview',
	label: 'Overview',
	hint: 'What is allowed here now',
	async show(desk) {
		const { settings, hereId } = desk;
		const here = await placeOf(desk, hereId);
		return [
			text(`## What ${escaped(desk.guild.name)} allows`, `**Here, in <#${hereId}>:** ${placeText(here)}`),
			text(
				`**Other channels:** ${othersText(desk)}`,
				`**Who may draw:** ${rolesText(settings.artists, 'artists')}`,
				`**How much:** ${limitsText(desk)}`,
				`**Words:** ${rulesText(settings.rules)}`,
				`**Buttons:** ${settings.buttons === 'everyone' ? 'everyone may press them' : 'only the author and moderators may press them'}`,
				`**Added to every wish:** ${defaultsText(desk)}`,
				`**Pictures and prompts are kept:** ${retentionText(settings.retentionDays)}`,
				`**Reports go to:** ${settings.logChannelId === null ? 'nobody yet; choose a channel under Reports' : `<#${settings.logChannelId}>`}`,
				'-# Sexual content with minors and sexual pictures of real people are refused whatever you choose.',
			),
		];
	},
	fields: {},
};

function othersText({ settings, rows, hereId }: Desk): string {
	const others = rows.filter(
		({ channelId, values }) => ![hereId, ''].includes(channelId) && Object.keys(values).length > 0,
	);
	const most =
		settings.ceiling === 'discord'
			? 'up to `sensitive`, and every rating where Discord restricts the channel by age'
			: `up to \`${settings.ceiling}\`, and never more than Discord allows`;
	const rest = settings.draws ? most : 'nothing is drawn';
	if (others.length === 0) return rest;
	const shown = others.slice(0, 5).map(({ channelId }) => `<#${channelId}>`);
	const more = others.length > 5 ? ` and ${others.length - 5} more` : '';
	return `${rest}; ${shown.join(', ')}${more} ${others.length === 1 ? 'has its' : 'have their'} own choices`;
}

function limitsText({ settings: { limits, unlimited } }: Desk): string {
	const { days, ...newcomers } = limits.newcomers;
	const ofNewcomers = limitText(newcomers);
	const roles = Object.keys(limits.roles).length;
	return [
		limitText(limits.members) ?? 'no limits',
		ofNewcomers && `newcomers (less than ${days} days here): ${ofNewcomers}`,
		roles > 0 && `${roles} ${roles === 1 ? 'role has its' : 'roles have their'} own`,
		unlimited.length > 0 && `none for ${rolesText(unlimited, 'unlimited')}`,
	]
		.filter(Boolean)
		.join('; ');
}

/** `3 rules: 2 block, 1 replaces`. */
export function rulesText(rules: readonly Rule[]): string {
	if (rules.length === 0) return 'no rules';
	const count = (action: Rule['action'], one: string, many: string) => {
		const n = rules.filter((rule) => rule.action === action).length;
		return n === 0 ? [] : [`${n} ${n === 1 ? one : many}`];
	};
	const kinds = [
		...count('block', 'blocks', 'block'),
		...count('replace', 'replaces', 'replace'),
		...count('hold', 'asks a moderator first', 'ask a moderator first'),
	];
	return `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}: ${kinds.join(', ')}`;
}

function defaultsText({ settings: { defaults } }: Desk): string {
	const model = defaults.model ? `, model ${escaped(defaults.model)}` : '';
	const style = defaults.style && defaults.style !== 'none' ? `, style ${styleNamed(defaults.style).label}` : '';
	const aspect = defaults.aspect ? `, shape ${defaults.aspect}` : '';
	const negative = defaults.negative ? ', and a negative' : '';
	return `${presetText(defaults.preset).toLowerCase()}${model}${style}${aspect}${negative}`;
}
