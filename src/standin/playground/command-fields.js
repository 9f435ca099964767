import { expectation, optionTypes } from './command-options.js';
import { byId, h } from './dom.js';
import { acceptOf } from './files.js';

/**
 * A command that was chosen in the composer: its name and one field for each option in use.
 *
 * Required options are there from the start; others come with `add` and go with `remove`. The owner draws `element`.
 */
export class CommandFields {
	#fields = new Map();

	/** @param {import('./command-options.js').Entry} entry */
	constructor(entry) {
		this.entry = entry;
		this.element = h(
			'div',
			{ class: 'chips', role: 'group', 'aria-label': `/${entry.name}` },
			h('span', { class: 'command-tag', dataset: { command: entry.name } }, `/${entry.name}`),
		);
		for (const option of entry.options) if (option.required) this.add(option.name);
	}

	/** Options that are not in use. */
	get unused() {
		return this.entry.options.filter(({ name }) => !this.#fields.has(name));
	}

	/** Files that were chosen, by option name. */
	get files() {
		return new Map([...this.#fields].flatMap(([name, { file }]) => (file?.() ? [[name, file()]] : [])));
	}

	/** Puts a file into an option, as a paste or a drop does. */
	setFile(name, file) {
		this.#fields.get(name)?.setFile(file);
	}

	get inputs() {
		return [...this.#fields.values()].map(({ input }) => input);
	}

	/** What is typed, by option name; empty fields are left out. */
	get texts() {
		const filled = [...this.#fields].map(([name, { input }]) => [name, input.value]);
		return new Map(filled.filter(([, text]) => text.trim() !== ''));
	}

	/** @returns {HTMLElement | undefined} the new field's input, or that of the field that was there */
	add(name, text = '') {
		const option = this.entry.options.find((known) => known.name === name);
		if (!option) return undefined;
		if (!this.#fields.has(name)) {
			const field = option.type === optionTypes.attachment ? fileChip(option) : chip(option);
			this.#fields.set(name, field);
			this.element.append(field.element);
		}
		const { input } = this.#fields.get(name);
		if (text !== '') input.value = text;
		return input;
	}

	remove(name) {
		this.#fields.get(name)?.element.remove();
		this.#fields.delete(name);
	}

	inputOf(name) {
		return this.#fields.get(name)?.input;
	}

	optionOf(input) {
		return this.entry.options.find(({ name }) => this.inputOf(name) === input);
	}

	/** Marks one field as wrong, or none. */
	markWrong(name) {
		for (const [known, { input, element }] of this.#fields) {
			element.classList.toggle('is-wrong', known === name);
			if (known === name) input.setAttribute('aria-invalid', 'true');
			else input.removeAttribute('aria-invalid');
		}
	}
}

function chip(option) {
	const input = h('textarea', {
		rows: '1',
		role: 'combobox',
		'aria-expanded': 'false',
		'aria-controls': 'composer-list',
		'aria-autocomplete': 'list',
		'aria-required': option.required ? 'true' : null,
		'aria-label': `${option.name}: ${option.description}`,
		title: `${option.description} (${expectation(option)})`,
		spellcheck: 'false',
		dataset: { option: option.name },
	});
	// Discord's options are one line; what is pasted with line breaks becomes one.
	input.addEventListener('input', () => {
		if (/[\r\n]/.test(input.value)) input.value = input.value.replace(/\s*[\r\n]+\s*/g, ' ');
	});
	const element = h(
		'label',
		{ class: 'chip', dataset: { chip: option.name } },
		h('span', { class: 'chip-name', 'aria-hidden': 'true' }, option.name),
		input,
	);
	return { element, input };
}

/** An option that takes a file: a button that opens the picker and then shows the file's name. */
function fileChip(option) {
	let chosen = null;
	const picker = h('input', { type: 'file', hidden: true, tabindex: '-1', accept: acceptOf(option.file_types) });
	const input = h('button', {
		type: 'button',
		class: 'chip-file',
		'aria-label': `${option.name}: ${option.description}. Choose a file`,
		title: `${option.description} (${expectation(option)})`,
		dataset: { option: option.name },
		onclick: () => picker.click(),
	});
	const setFile = (file) => {
		chosen = file;
		input.textContent = file ? file.name : 'Choose a file…';
		input.setAttribute('aria-label', `${option.name}: ${file ? file.name : 'choose a file'}`);
		// The composer reads an option's text here; of a file that is its name.
		input.value = file ? file.name : '';
	};
	setFile(null);
	picker.addEventListener('change', () => {
		if (picker.files[0]) setFile(picker.files[0]);
		// Enter sends from there; on the button it would open the picker again.
		byId('composer').focus();
	});
	const element = h(
		'div',
		{ class: 'chip', dataset: { chip: option.name } },
		h('span', { class: 'chip-name', 'aria-hidden': 'true' }, option.name),
		input,
		picker,
	);
	return { element, input, setFile, file: () => chosen };
}
