import {
	LabelBuilder,
	ModalBuilder,
	type ModalSubmitInteraction,
	StringSelectMenuBuilder,
	TextInputBuilder,
	TextInputStyle,
} from 'discord.js';
import { UserError } from '../../errors.ts';
import { type Rule, ruleLimits, rulesSchema } from '../../moderation/rules.ts';

/** What a rule does, as the menu and the form say it. */
export const actions = {
	block: { label: 'Block words', title: 'Words to block' },
	replace: { label: 'Replace words', title: 'Words to replace' },
	hold: {
		label: 'Ask a moderator first',
		title: 'Words that need a moderator',
	},
} as const satisfies Record<Rule['action'], object>;

const matches = [
	{ value: 'words', label: 'Words anywhere', description: 'kill finds “to kill”, not “skill”' },
	{ value: 'tag', label: 'Only as a whole tag', description: 'hat finds “hat”, not “red hat”' },
	{ value: 'pattern', label: 'A pattern', description: 'A regular expression (RE2)' },
] as const;

const modes = [
	{ value: 'save', label: 'Switch on now' },
	{ value: 'try', label: 'Only try it on the last 7 days' },
] as const;

/** The form for new rules: several at once, one on each line. */
export function ruleForm(customId: string, action: Rule['action']): ModalBuilder {
	const match = choice('match', matches);
	const words = input('text', TextInputStyle.Paragraph, 4000).setPlaceholder('gun\nknife').setRequired(true);
	const except = input('except', TextInputStyle.Paragraph, 2000).setPlaceholder('Kill la Kill');
	const form = new ModalBuilder().setCustomId(customId).setTitle(actions[action].title);
	form.addLabelComponents(
		label('Words', 'One word, phrase or tag on each line').setTextInputComponent(words),
		label('How they are found').setStringSelectMenuComponent(match),
	);
	if (action === 'replace')
		form.addLabelComponents(
			label('What is drawn instead', 'Empty: they are left out').setTextInputComponent(
				input('replacement', TextInputStyle.Short, ruleLimits.text),
			),
		);
	form.addLabelComponents(
		label('Except in', 'Phrases in which they are fine, one on each line').setTextInputComponent(except),
	);
	if (action !== 'replace')
		form.addLabelComponents(
			label('What the member is told', 'Why, or what would do instead').setTextInputComponent(
				input('advice', TextInputStyle.Short, 200),
			),
		);
	return form.addLabelComponents(label('Then').setStringSelectMenuComponent(choice('mode', modes)));
}

/**
 * Reads the form.
 *
 * @throws {UserError} `bad-rule`
 */
export function readRuleForm(
	interaction: ModalSubmitInteraction,
	action: Rule['action'],
): { rules: Rule[]; isTrial: boolean } {
	const { fields } = interaction;
	const one = (customId: string) => fields.getTextInputValue(customId).replace(/\s+/g, ' ').trim();
	const lines = (customId: string) => [
		...new Set(
			fields
				.getTextInputValue(customId)
				.split('\n')
				.map((line) => line.trim())
				.filter(Boolean),
		),
	];
	const [match = 'words'] = fields.getStringSelectValues('match');
	const [mode] = fields.getStringSelectValues('mode');
	const except = lines('except');
	const advice = action === 'replace' ? '' : one('advice');
	const given = lines('text').map((text) => ({
		match,
		text,
		action,
		...(action === 'replace' && { replacement: one('replacement') }),
		...(except.length > 0 && { except }),
		...(advice !== '' && { advice }),
	}));
	if (given.length === 0) throw new UserError('bad-rule', 'Write at least one word, each on a line of its own.');
	const read = rulesSchema.safeParse(given);
	if (read.success) return { rules: read.data, isTrial: mode === 'try' };
	const { path, message } = read.error.issues[0]!;
	const which = given[Number(path[0])]?.text.slice(0, 40) ?? 'The rules';
	throw new UserError('bad-rule', `“${which.replaceAll('`', "'")}” cannot be a rule: ${message}. Nothing was changed.`);
}

function label(name: string, description?: string): LabelBuilder {
	const made = new LabelBuilder().setLabel(name);
	return description === undefined ? made : made.setDescription(description);
}

function input(customId: string, style: TextInputStyle, longest: number): TextInputBuilder {
	return new TextInputBuilder().setCustomId(customId).setStyle(style).setMaxLength(longest).setRequired(false);
}

/** A menu whose first choice holds until another is made. */
function choice(customId: string, options: readonly { value: string; label: string; description?: string }[]) {
	return new StringSelectMenuBuilder()
		.setCustomId(customId)
		.addOptions(options.map((option, i) => ({ ...option, default: i === 0 })));
}
