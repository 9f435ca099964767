import { expectation } from './command-options.js';
import { byId, h } from './dom.js';

export const plainHint = 'This playground only sends commands: type /';

/** Draws a "+ name" button for each option that may still be given. */
export function offerOptions(options, onAdd) {
	const box = byId('composer-options');
	const buttons = options.map((option) => addButton(option, onAdd));
	box.hidden = buttons.length === 0;
	// Drawn again only on a change, so that a button keeps the focus while it is of use.
	const isSame =
		box.children.length === buttons.length && buttons.every((button, at) => button.isEqualNode(box.children[at]));
	if (!isSame) box.replaceChildren(...buttons);
}

/** One line below the composer: what the option in focus expects, or what can be done next. */
export function hint({ entry, option, text }) {
	if (option) return `${option.name}: ${option.description} (${expectation(option)})`;
	if (entry) return `${entry.description} · Enter sends, Esc cancels`;
	return text !== '' && !text.startsWith('/') ? plainHint : '';
}

function addButton(option, onAdd) {
	return h(
		'button',
		{
			type: 'button',
			class: 'add-option',
			title: `${option.description} (${expectation(option)})`,
			dataset: { addOption: option.name },
			onclick: () => onAdd(option.name),
		},
		`+ ${option.name}`,
	);
}
