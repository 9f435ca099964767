import { CommandFields } from './command-fields.js';
import { parseLine } from './command-line.js';
import { listEntries, optionTypes, readOptions, readValue } from './command-options.js';
import { sendCommand } from './command-send.js';
import { hint, offerOptions, plainHint } from './composer-hints.js';
import { byId } from './dom.js';
import { filesOf } from './files.js';
import { Listbox } from './listbox.js';
import { currentChannel, isDm, isForum, store } from './store.js';
import { commandItems, forgetSuggestions, lookUp, suggestionsFor } from './suggestions.js';

/**
 * The composer has two states. In `line` a whole command is typed as text (`fields` is null); in `fields` a command was chosen
 * from the list and its options stand in fields of their own. Choosing leads from line to fields; Esc, sending and removing
 * the command lead back.
 */
let fields = null;
let entries = [];
let isBusy = false;
/** Proposals of the bot that were taken, by option name: the field shows the name, the command carries the value. */
let picked = new Map();
let input;
let list;

export function setUpComposer() {
	input = byId('composer');
	list = new Listbox(byId('composer-list'));
	const form = byId('composer-form');
	form.addEventListener('submit', (event) => {
		event.preventDefault();
		submit();
	});
	form.addEventListener('keydown', onKey);
	form.addEventListener('input', (event) => {
		showComposerError('');
		suggest(event.target);
	});
	form.addEventListener('focusin', (event) => {
		if (event.target.matches('input, textarea, .chip-file')) suggest(event.target);
	});
	form.addEventListener('paste', (event) => takeFiles(event, event.clipboardData));
	const main = byId('main');
	main.addEventListener('dragover', (event) => event.preventDefault());
	main.addEventListener('drop', (event) => takeFiles(event, event.dataTransfer));
	form.addEventListener('focusout', (event) => {
		if (!form.contains(event.relatedTarget)) closeList();
	});
	document.addEventListener('start-command', (event) => {
		const entry = entries.find(({ name }) => name === event.detail);
		if (entry) choose(entry);
	});
	showOptions();
}

/** Reads the bot's commands again. */
export function commandsChanged() {
	entries = listEntries(store.page.commands);
	if (
		fields &&
		!entries.some(({ command, name }) => name === fields.entry.name && command.id === fields.entry.command.id)
	)
		reset();
	showOptions();
}

export function channelChanged() {
	const channel = currentChannel();
	showComposerError('');
	closeList();
	// A forum takes no messages, its posts do.
	input.disabled = isForum(channel);
	byId('composer-send').disabled = isForum(channel);
	if (isForum(channel)) {
		input.placeholder = 'A forum holds posts: choose one of them';
		return;
	}
	input.placeholder =
		channel && isDm(channel)
			? 'Message the bot: type / for a command'
			: `Message #${channel?.name ?? ''}: type / for a command`;
}

export function showComposerError(text) {
	const line = byId('composer-error');
	line.textContent = text;
	line.hidden = text === '';
	if (text === '') fields?.markWrong(undefined);
}

function closeList() {
	forgetSuggestions();
	list.hide();
}

function onKey(event) {
	if (event.isComposing) return;
	switch (event.key) {
		case 'ArrowDown':
		case 'ArrowUp':
			if (!list.isOpen && event.target === input && fields && event.key === 'ArrowDown') suggestUnused('');
			if (!list.isOpen) return;
			event.preventDefault();
			return list.move(event.key === 'ArrowDown' ? 1 : -1);
		case 'Enter':
			if (event.target.matches('button')) return;
			event.preventDefault();
			return list.active && wantsPick(event.target) ? list.pick() : submit();
		case 'Tab':
			if (event.shiftKey || !list.active || (event.target.value === '' && !list.isTouched)) return;
			event.preventDefault();
			return list.pick();
		case 'Escape':
			event.preventDefault();
			if (list.isOpen) return closeList();
			return reset();
		case 'Backspace':
			if (fields && event.target.value === '') {
				event.preventDefault();
				removeBefore(event.target);
			}
	}
}

/**
 * Enter takes the marked item where it was chosen by hand or where it completes what is typed. A value that is good as it
 * stands has no marked item, so that Enter sends it; the name of a command that needs nothing more is sent at once too.
 */
function wantsPick(target) {
	if (list.isTouched) return true;
	if (target !== input || fields) return target.value !== '';
	const parsed = parseLine(input.value, entries);
	return parsed?.active ? true : !isSendable(parsed);
}

/** Whether a line says all that its command needs: `/queue` does, `/imagine` alone does not. */
function isSendable(parsed) {
	return parsed?.entry.options.every(({ name, required }) => !required || parsed.texts.has(name));
}

async function suggest(target) {
	forgetSuggestions();
	showOptions();
	if (target === input && fields) return suggestUnused(input.value);
	const parsed = target === input ? parseLine(input.value, entries) : null;
	if (target === input && !parsed?.active) return suggestCommands(parsed);

	const entry = fields?.entry ?? parsed.entry;
	const option = fields ? fields.optionOf(target) : entry.options.find(({ name }) => name === parsed.active.name);
	const text = fields ? target.value : input.value.slice(parsed.active.start);
	const texts = fields ? fields.texts : parsed.texts;
	if (!option) return closeList();
	const items = await suggestionsFor({ entry, option, text, others: readAll(entry, texts).values });
	if (items === null || document.activeElement !== target) return;
	const isPartial =
		!option.autocomplete &&
		text.trim() !== '' &&
		'error' in readValue(option, text, { picked: picked.get(option.name), lookUp });
	list.show(target, items, { isFirstActive: isPartial, onPick: (item) => take(target, option, parsed, item) });
}

function take(target, option, parsed, item) {
	picked.set(option.name, { name: item.label, value: item.value });
	if (!fields) {
		input.value = `${input.value.slice(0, parsed.active.start)}${item.label} `;
		return showOptions();
	}
	target.value = item.label;
	const next = fields.inputs[fields.inputs.indexOf(target) + 1] ?? input;
	next.focus();
}

function suggestCommands(parsed) {
	const typed = /^\/(.*)$/.exec(input.value)?.[1].toLowerCase();
	// Behind a command's name only its options are of use.
	if (typed === undefined || (parsed && typed !== parsed.entry.name)) return closeList();
	const items = commandItems(entries, typed);
	list.show(input, items, { isFirstActive: true, onPick: ({ entry }) => choose(entry) });
}

function suggestUnused(typed) {
	const [name, colon] = [typed.trim().replace(/:$/, '').toLowerCase(), /:\s*$/.test(typed)];
	if (colon && fields.unused.some((option) => option.name === name)) return addOption(name);
	const found = fields.unused.filter((option) => option.name.includes(name));
	if (typed === '' && document.activeElement !== input) return closeList();
	const items = found.map((option) => ({ key: option.name, label: `+ ${option.name}`, detail: option.description }));
	list.show(input, items, { isFirstActive: name !== '', onPick: ({ key }) => addOption(key) });
}

/** Begins a command from the list: its required options come as fields. */
function choose(entry) {
	reset();
	fields = new CommandFields(entry);
	byId('composer-chips').replaceChildren(fields.element);
	byId('composer-form').classList.add('has-command');
	showOptions();
	(fields.inputs[0] ?? input).focus();
}

function addOption(name) {
	const parsed = fields ? null : parseLine(input.value, entries);
	// A file cannot be typed: the line becomes fields, one of which takes it.
	if (parsed && isFileOption(parsed.entry, name)) intoFields(parsed);
	if (!fields) {
		input.value = `${input.value.trimEnd()} ${name}: `;
		input.focus();
		return suggest(input);
	}
	input.value = '';
	const added = fields.add(name);
	showOptions();
	added?.focus();
	// A button that had the focus is gone; where the field already had it, no focus event comes.
	if (added) suggest(added);
}

function isFileOption(entry, name) {
	return entry.options.some((option) => option.name === name && option.type === optionTypes.attachment);
}

function intoFields({ entry, texts }) {
	const kept = picked;
	choose(entry);
	picked = kept;
	for (const [name, text] of texts) fields.add(name, text);
}

/** Takes a pasted or dropped file into the command's first option for files that has none. */
function takeFiles(event, transfer) {
	const [file] = filesOf(transfer);
	if (!file) return;
	event.preventDefault();
	const parsed = fields ? null : parseLine(input.value, entries);
	if (parsed) intoFields(parsed);
	const free = fields?.entry.options.find(
		({ name, type }) => type === optionTypes.attachment && !fields.files.has(name),
	);
	if (!free) return showComposerError('Choose a command that takes a file first: type /');
	showComposerError('');
	fields.add(free.name);
	fields.setFile(free.name, file);
	showOptions();
	input.focus();
}

function removeBefore(target) {
	const option = target === input ? fields.optionOf(fields.inputs.at(-1)) : fields.optionOf(target);
	if (!option || option.required) return reset();
	const at = fields.inputs.indexOf(fields.inputOf(option.name));
	fields.remove(option.name);
	picked.delete(option.name);
	showOptions();
	(fields.inputs[at - 1] ?? input).focus();
}

/** Back to an empty line. */
function reset() {
	fields = null;
	picked = new Map();
	byId('composer-chips').replaceChildren();
	byId('composer-form').classList.remove('has-command');
	input.value = '';
	showComposerError('');
	closeList();
	showOptions();
	if (byId('composer-form').contains(document.activeElement) || document.activeElement === document.body) input.focus();
}

/** Offers the options that are not in use, and says what the place of the cursor expects. */
function showOptions() {
	const parsed = fields ? null : parseLine(input.value, entries);
	const entry = fields?.entry ?? parsed?.entry;
	const used = new Set(fields ? fields.inputs.map(({ dataset }) => dataset.option) : parsed?.texts.keys());
	if (parsed?.active) used.add(parsed.active.name);
	offerOptions(
		(entry?.options ?? []).filter(({ name }) => !used.has(name)),
		addOption,
	);
	const active = fields
		? fields.optionOf(document.activeElement)
		: entry?.options.find(({ name }) => name === parsed.active?.name);
	byId('composer-hint').textContent = hint({ entry, option: active, text: input.value });
}

function readAll(entry, texts) {
	return readOptions(entry, texts, { picked, lookUp, files: fields?.files });
}

async function submit() {
	if (isBusy) return;
	const parsed = fields
		? { entry: fields.entry, texts: fields.texts, stray: input.value.trim() }
		: parseLine(input.value, entries);
	closeList();
	if (!parsed) return refuseLine();
	if (parsed.stray !== '') return showComposerError(`“${parsed.stray}” belongs to no option of /${parsed.entry.name}`);
	const { values, problem } = readAll(parsed.entry, parsed.texts);
	if (problem) {
		showComposerError(problem.error);
		fields?.add(problem.name)?.focus();
		return fields?.markWrong(problem.name);
	}
	await send(parsed.entry, values);
}

function refuseLine() {
	if (input.value.trim() === '') return;
	showComposerError(input.value.startsWith('/') ? `There is no command ${input.value.split(/\s/)[0]}` : plainHint);
}

async function send(entry, values) {
	const form = byId('composer-form');
	const setBusy = (isNow) => {
		isBusy = isNow;
		form.toggleAttribute('data-busy', isNow);
	};
	setBusy(true);
	const refusal = await sendCommand(entry, values, () => {
		setBusy(false);
		reset();
	}).catch((error) => {
		setBusy(false);
		throw error;
	});
	if (refusal === null) return;
	setBusy(false);
	showComposerError(refusal);
}
