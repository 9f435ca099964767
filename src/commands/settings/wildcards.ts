import {
	type ButtonInteraction,
	FileUploadBuilder,
	LabelBuilder,
	MessageFlags,
	ModalBuilder,
	type ModalSubmitInteraction,
	TextInputBuilder,
	TextInputStyle,
} from 'discord.js';
import { UserError } from '../../errors.ts';
import { ownWildcards } from '../../prompt/own-wildcards.ts';
import { wildcardLimits, wildcardsWith } from '../../prompt/wildcards.ts';
import { checkRoom, readList, readListName, writeList } from '../../prompt/wildcards-file.ts';
import { shorten } from '../alt-text.ts';
import { asCode, listed } from './describe.ts';
import {
	type Act,
	button,
	type Desk,
	fieldId,
	oneOf,
	type Part,
	row,
	type Section,
	sectionId,
	text,
	type Use,
} from './panel.ts';

/** Discord's limit for the value of a text input. */
const longestInput = 4000;
/** Discord's limit for the choices of a menu. */
const mostChoices = 25;
const longestShown = 1200;

/** The lists behind `__name__` in prompts. `arg`: the list that is looked at. */
export const wildcards: Section = {
	name: 'wildcards',
	label: 'Wildcards',
	hint: 'Lists that prompts choose from, as __hair__',
	show: (desk, arg) =>
		Object.hasOwn(wildcardsWith(desk.settings.wildcards), arg) ? oneList(desk, arg) : allLists(desk),
	fields: {
		openlist: { select: ({ interaction }) => ({ kind: 'show', arg: interaction.values[0] ?? '' }) },
		editlist: {
			button: ({ desk, arg, version }) => ({ kind: 'ask', modal: form(desk, arg, version) }),
			modal: (use) => saved(use, use.arg, use.interaction.fields.getTextInputValue('entries')),
		},
		newlist: {
			button: ({ desk, version }) => ({ kind: 'ask', modal: form(desk, '', version) }),
			modal: (use) => {
				const { fields } = use.interaction;
				return saved(use, fields.getTextInputValue('name'), fields.getTextInputValue('entries'));
			},
		},
		uploadlist: {
			button: ({ version }) => {
				const modal = new ModalBuilder().setCustomId(fieldId('uploadlist', version)).setTitle('Upload lists');
				const upload = new FileUploadBuilder().setCustomId('file').setMinValues(1).setMaxValues(10);
				const label = new LabelBuilder()
					.setLabel('Text files')
					.setDescription('hair.txt becomes __hair__; an entry on each line. Lists of the same name are replaced')
					.setFileUploadComponent(upload);
				return { kind: 'ask', modal: modal.addLabelComponents(label) };
			},
			modal: readFiles,
		},
		downloadlist: { button: sendFile },
		removelist: {
			button: ({ arg }) => ({ kind: 'change', channelId: '', patch: { wildcards: { [arg]: null } } }),
		},
	},
};

function allLists({ settings: { wildcards: own }, version }: Desk): Part[] {
	const names = Object.keys(own).sort();
	const ours = Object.keys(ownWildcards).filter((name) => !names.includes(name));
	const choices = (of: readonly string[]) =>
		of.map((name) => ({ value: name, label: `__${name}__`, description: countOf(wildcardsWith(own)[name]!) }));
	const menus = Array.from({ length: Math.ceil(names.length / mostChoices) }, (_, i) => {
		const some = names.slice(i * mostChoices, (i + 1) * mostChoices);
		const which = i > 0 ? `Lists of this server, from ${some[0]}…` : 'Lists of this server…';
		return oneOf(fieldId('openlist', version, `own${i}`), choices(some), undefined, which);
	});
	return [
		text(
			'## Wildcards',
			'`__hair__` in a prompt becomes an entry of the list `hair`, chosen by the seed: one for all pictures of a wish, another with 🔄. Entries may hold wildcards again.',
			`**Lists of this server:** ${names.length > 0 ? listed(names.map(asCode), ', ', 600) : 'none yet'}`,
			`**Lists that come with me:** ${listed(ours.map(asCode), ', ', 600)}`,
		),
		...menus,
		oneOf(
			fieldId('openlist', version, 'ours'),
			choices(ours.slice(0, mostChoices)),
			undefined,
			'Lists that come with me…',
		),
		row(button(fieldId('newlist', version), 'New list…'), button(fieldId('uploadlist', version), 'Upload…')),
	];
}

function oneList({ settings: { wildcards: own }, version }: Desk, name: string): Part[] {
	const entries = wildcardsWith(own)[name]!;
	const isOwn = Object.hasOwn(own, name);
	const where = isOwn
		? 'A list of this server.'
		: 'It comes with me. Changing it makes a list of this server that takes its place.';
	return [
		text(
			`## ${asCode(`__${name}__`)}`,
			`${countOf(entries)}. ${where}`,
			listed(
				entries.map((entry) => asCode(shorten(entry, 100))),
				', ',
				longestShown,
			),
		),
		row(
			button(fieldId('editlist', version, name), 'Change…'),
			button(fieldId('downloadlist', version, name), 'Download'),
			...(isOwn ? [button(fieldId('removelist', version, name), 'Remove')] : []),
			button(sectionId('wildcards'), 'All lists'),
		),
	];
}

function form({ settings: { wildcards: own } }: Desk, name: string, version: number): ModalBuilder {
	const entries = name === '' ? '' : writeList(wildcardsWith(own)[name] ?? []);
	if (entries.length > longestInput)
		throw new UserError(
			'list-too-long',
			'This list is too long for a form. Download it, change the file, and upload it again.',
		);
	const input = new TextInputBuilder()
		.setCustomId('entries')
		.setStyle(TextInputStyle.Paragraph)
		.setMaxLength(longestInput)
		.setPlaceholder('blue hair\nred hair');
	if (entries !== '') input.setValue(entries);
	const modal = new ModalBuilder();
	if (name === '') {
		const short = new TextInputBuilder().setCustomId('name').setStyle(TextInputStyle.Short).setMaxLength(40);
		const label = new LabelBuilder().setLabel('Name').setDescription('hair is written __hair__ in prompts');
		modal.addLabelComponents(label.setTextInputComponent(short.setPlaceholder('hair')));
	}
	const description = 'One on each line; 2::blue hair comes twice as often';
	return modal
		.setCustomId(name === '' ? fieldId('newlist', version) : fieldId('editlist', version, name))
		.setTitle(name === '' ? 'New list' : `List ${name}`)
		.addLabelComponents(
			new LabelBuilder().setLabel('Entries').setDescription(description).setTextInputComponent(input),
		);
}

function saved({ desk }: Use<ModalSubmitInteraction>, written: string, file: string): Act {
	const name = readListName(written);
	const entries = readList(file);
	checkRoom(desk.settings.wildcards, name, entries);
	return { kind: 'change', channelId: '', patch: { wildcards: { [name]: entries } }, arg: name };
}

async function sendFile({ interaction, desk, arg }: Use<ButtonInteraction>): Promise<Act> {
	const entries = wildcardsWith(desk.settings.wildcards)[arg];
	if (!entries) throw new UserError('unknown-list', 'This list is no longer there.');
	await interaction.reply({
		content: 'The list, to change or to give to another server:',
		files: [{ attachment: Buffer.from(writeList(entries)), name: `${arg}.txt` }],
		flags: MessageFlags.Ephemeral,
	});
	return { kind: 'done' };
}

async function readFiles({ interaction, desk }: Use<ModalSubmitInteraction>): Promise<Act> {
	const files = [...interaction.fields.getUploadedFiles('file', true).values()];
	// A character takes up to four bytes.
	const maxBytes = 4 * wildcardLimits.total;
	for (const { name, size } of files)
		if (size > maxBytes)
			throw new UserError('bad-wildcard', `${asCode(name)} has more than ${maxBytes / 1000} kB. Nothing was changed.`);
	const names = files.map(({ name }) => readListName(name));
	await interaction.deferUpdate();
	const lists: Record<string, string[]> = {};
	for (const [i, { url }] of files.entries()) {
		const bytes = await desk.call.download(url, { maxBytes, timeoutMs: 5000 });
		lists[names[i]!] = readList(new TextDecoder().decode(bytes));
	}
	let own = desk.settings.wildcards;
	for (const [name, entries] of Object.entries(lists)) {
		checkRoom(own, name, entries);
		own = { ...own, [name]: entries };
	}
	return {
		kind: 'change',
		channelId: '',
		patch: { wildcards: lists },
		arg: names.length === 1 ? names[0]! : '',
	};
}

function countOf({ length }: readonly string[]): string {
	return length === 1 ? '1 entry' : `${length} entries`;
}
