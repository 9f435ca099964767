import { isDeepStrictEqual } from 'node:util';
import {
	type ButtonInteraction,
	FileUploadBuilder,
	LabelBuilder,
	MessageFlags,
	ModalBuilder,
	type ModalSubmitInteraction,
	StringSelectMenuBuilder,
} from 'discord.js';
import { addAudit, findAudit } from '../../db/audit.ts';
import { UserError } from '../../errors.ts';
import { type Rule, ruleLimits, rulesSchema } from '../../moderation/rules.ts';
import { exportRules, importRules } from '../../moderation/rules-file.ts';
import { shorten } from '../alt-text.ts';
import { ruleText } from './describe.ts';
import { rulesText } from './overview.ts';
import {
	type Act,
	button,
	type Desk,
	fieldId,
	type Part,
	row,
	type Section,
	sectionId,
	text,
	type Use,
} from './panel.ts';
import { actions, readRuleForm, ruleForm } from './rule-form.ts';
import { trialText, tryRules } from './trial.ts';

const perPage = 7;
/** How a trial is called in the log, which keeps what was tried until somebody switches it on. */
const trialAction = 'trial';

/** The server's own rules about words. `arg`: which page of them, from 0. */
export const words: Section = {
	name: 'words',
	label: 'Words',
	hint: 'What is banned, replaced or asked about first',
	show,
	fields: {
		addrules: {
			button: ({ arg, version }) => {
				const action = actionOf(arg);
				return { kind: 'ask', modal: ruleForm(fieldId('addrules', version, action), action) };
			},
			modal: addRules,
		},
		switchon: {
			button: async ({ desk, arg }) => {
				const entry = await findAudit(desk.call.db, desk.guild.id, Number(arg));
				const tried = rulesSchema.safeParse(entry?.after?.rules);
				if (entry?.action !== trialAction || !tried.success)
					throw new UserError('no-such-trial', 'What was tried is no longer known. Write the words once more.');
				return added(desk, tried.data);
			},
		},
		removerules: {
			select: ({ interaction, desk, arg }) => {
				const gone = new Set(interaction.values.map(Number));
				return changed(
					desk.settings.rules.filter((_, i) => !gone.has(i)),
					arg,
				);
			},
		},
		tryrules: { button: tryPresent },
		exportrules: { button: sendFile },
		importrules: {
			button: ({ version }) => {
				const upload = new FileUploadBuilder().setCustomId('file').setMinValues(1).setMaxValues(1);
				const label = new LabelBuilder()
					.setLabel('File of rules')
					.setDescription('As Export makes it. It takes the place of all rules that are there now')
					.setFileUploadComponent(upload);
				const modal = new ModalBuilder()
					.setCustomId(fieldId('importrules', version))
					.setTitle('Import rules')
					.addLabelComponents(label);
				return { kind: 'ask', modal };
			},
			modal: readFile,
		},
	},
};

function show({ settings: { rules, logChannelId }, version }: Desk, arg: string): Part[] {
	const pages = Math.max(1, Math.ceil(rules.length / perPage));
	const page = Math.min(pages - 1, Number(arg) || 0);
	const first = page * perPage;
	const shown = rules.slice(first, first + perPage);
	const listed = shown.map((rule, i) => `**${first + i + 1}** ${ruleText(rule)}`);
	const add = Object.entries(actions).map(([action, it]) =>
		button(fieldId('addrules', version, action), `${it.label}…`),
	);
	const remove = new StringSelectMenuBuilder()
		.setCustomId(fieldId('removerules', version, String(page)))
		.setPlaceholder('Remove rules…')
		.addOptions(
			shown.map((rule, i) => ({ value: String(first + i), label: shorten(`${first + i + 1}. ${rule.text}`, 100) })),
		);
	const turns = [
		...(page > 0 ? [button(sectionId('words', String(page - 1)), 'Earlier rules')] : []),
		...(page < pages - 1 ? [button(sectionId('words', String(page + 1)), 'Later rules')] : []),
	];
	const canTry = rules.length > 0;
	return [
		text(
			'## Words',
			`${capital(rulesText(rules))}. They hold besides the ratings, for whole words: \`class\` is not \`ass\`. Tricks of spelling are seen through.`,
			...listed,
			...(logChannelId === null && rules.some(({ action }) => action === 'hold') ? [nobodyToAsk] : []),
		),
		row(...add),
		...(shown.length > 0 ? [row(remove.setMaxValues(shown.length))] : []),
		row(
			...(canTry ? [button(fieldId('tryrules', version), 'What would these have stopped?')] : []),
			...(canTry ? [button(fieldId('exportrules', version), 'Export')] : []),
			button(fieldId('importrules', version), 'Import…'),
			...turns,
		),
	];
}

const nobodyToAsk =
	'⚠️ **Some rules ask a moderator first, and there is no channel to ask in:** such wishes are refused. Choose one under Reports.';

async function addRules(use: Use<ModalSubmitInteraction>): Promise<Act> {
	const { interaction, desk, arg, version } = use;
	const { rules, isTrial } = readRuleForm(interaction, actionOf(arg));
	if (!isTrial) return added(desk, rules);
	const { call, guild } = desk;
	await interaction.deferUpdate();
	const trial = await tryRules(call.db, guild.id, rules);
	const entry = await addAudit(call.db, {
		guildId: guild.id,
		actorId: interaction.user.id,
		action: trialAction,
		after: { rules },
	});
	const what = rules.length === 1 ? ruleText(rules[0]!) : `${rules.length} rules`;
	return {
		kind: 'show',
		note: {
			text: `**Tried, not switched on:** ${what}\n${trialText(trial)}`,
			button: button(fieldId('switchon', version, String(entry.id)), 'Switch on'),
		},
	};
}

async function tryPresent({ interaction, desk: { call, guild, settings } }: Use<ButtonInteraction>): Promise<Act> {
	await interaction.deferUpdate();
	const trial = await tryRules(call.db, guild.id, settings.rules);
	return { kind: 'show', note: { text: `**All rules together:** ${trialText(trial)}` } };
}

async function sendFile({ interaction, desk: { settings } }: Use<ButtonInteraction>): Promise<Act> {
	await interaction.reply({
		content: 'The rules of this server, to keep or to give to another one:',
		files: [{ attachment: Buffer.from(exportRules(settings.rules)), name: 'rules.json' }],
		flags: MessageFlags.Ephemeral,
	});
	return { kind: 'done' };
}

async function readFile({ interaction, desk }: Use<ModalSubmitInteraction>): Promise<Act> {
	const file = interaction.fields.getUploadedFiles('file', true).first()!;
	// A character takes up to four bytes.
	const maxBytes = 4 * ruleLimits.file;
	if (file.size > maxBytes)
		throw new UserError('bad-rule', `A file of rules has at most ${maxBytes / 1000} kB. Nothing was changed.`);
	await interaction.deferUpdate();
	const bytes = await desk.call.download(file.url, { maxBytes, timeoutMs: 5000 });
	return changed(importRules(new TextDecoder().decode(bytes)));
}

function added({ settings: { rules } }: Desk, more: readonly Rule[]): Act {
	const fresh = more.filter((rule) => !rules.some((old) => isDeepStrictEqual(old, rule)));
	const all = [...rules, ...fresh];
	// The last page, where the new ones are.
	return changed(all, String(Math.floor((all.length - 1) / perPage)));
}

function changed(rules: readonly Rule[], arg = ''): Act {
	return { kind: 'change', channelId: '', patch: { rules }, arg };
}

function actionOf(value: string | undefined): Rule['action'] {
	if (value === 'block' || value === 'replace' || value === 'hold') return value;
	throw new UserError('unknown-button', 'This menu is no longer known. Open `/settings` anew.');
}

const capital = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1);
