import { expectation } from './command-options.js';
import { h } from './dom.js';

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

	get inputs() {
		return [...this.#fields.values()].map(({ input }) => input);
	}

	/** What is typed, by option name; empty fields are left out. */
	get texts() {
		const filled = [...this.#fields].map(([name, { input }]) => [name, input.value]);
		return new Map(filled.filter(([, text]) => text.trim() !== ''));
	}

	/** @returns {HTMLTextAreaElement | undefined} the new field's input, or that of the field that was there */
	add(name, text = '') {
		const option = this.entry.options.find((known) => known.name === name);
		if (!option) return undefined;
		if (!this.#fields.has(name)) {
			const field = chip(option);
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
