import { choicesOf, placeholderOf } from './choices.js';
import { emoji } from './components.js';
import { h, uniqueId } from './dom.js';
import { isPending, pickOf, press } from './presses.js';

/**
 * A select of any kind on a message. It is drawn by hand, not with <select>, because a closed <select> fires at every arrow key
 * and here every change is sent.
 *
 * One choice is sent at once, and taken back where none is allowed; where several may be picked, the button below the list
 * sends them.
 */
export function selectMenu(component, { message }) {
	const listId = uniqueId('select-list');
	const isMultiple = (component.max_values ?? 1) > 1;
	const least = component.min_values ?? 1;
	const choices = choicesOf(component, message.channel_id);
	const chosen = pickOf(message, component) ?? choices.filter(({ isDefault }) => isDefault).map(({ value }) => value);
	const picked = new Set(chosen);
	const isSending = isPending(message.id, component.custom_id);
	const shown = choices.filter(({ value }) => picked.has(value)).map(({ label }) => label);
	const placeholder = placeholderOf(component);
	const isNamed = shown.length === 0 || Boolean(component.placeholder);
	const spoken = [isNamed && placeholder, shown.join(', ')].filter(Boolean).join(': ');

	const opener = h(
		'button',
		{
			type: 'button',
			class: shown.length > 0 ? 'select has-value' : 'select',
			'aria-haspopup': 'listbox',
			'aria-expanded': 'false',
			'aria-controls': listId,
			'aria-busy': isSending && 'true',
			'aria-label': spoken,
			disabled: component.disabled,
			dataset: { customId: component.custom_id },
		},
		h('span', { class: 'select-label' }, isSending ? 'Sending…' : shown.join(', ') || placeholder),
		h('span', { 'aria-hidden': 'true' }, '⌄'),
	);
	const options = choices.map((choice) => optionElement(choice, picked, choose));
	const list = h(
		'div',
		{
			id: listId,
			role: 'listbox',
			class: 'select-list',
			'aria-multiselectable': isMultiple && 'true',
			'aria-label': placeholder,
		},
		...options,
		options.length === 0 && h('p', { class: 'select-none' }, 'There is nothing to choose here.'),
	);
	const apply = h('button', { type: 'button', class: 'button style-1', onclick: send }, 'Apply');
	const limits = h('span', { class: 'select-limits' }, limitsOf(least, component.max_values ?? 1));
	const popup = h(
		'div',
		{ class: 'select-popup', hidden: true },
		list,
		isMultiple && h('div', { class: 'select-foot' }, limits, apply),
	);
	const box = h('div', { class: 'select-box' }, opener, popup);

	function open() {
		popup.hidden = false;
		opener.setAttribute('aria-expanded', 'true');
		const room = box.closest('#scroller')?.getBoundingClientRect();
		popup.classList.toggle(
			'is-above',
			Boolean(room && opener.getBoundingClientRect().bottom + popup.offsetHeight > room.bottom),
		);
		(options.find((option) => option.getAttribute('aria-selected') === 'true') ?? options[0])?.focus({
			preventScroll: true,
		});
	}
	function close({ isFocusReturned = true } = {}) {
		popup.hidden = true;
		opener.setAttribute('aria-expanded', 'false');
		if (isFocusReturned) opener.focus({ preventScroll: true });
	}
	function choose(value) {
		if (!isMultiple) {
			const isTakenBack = least === 0 && picked.has(value);
			picked.clear();
			if (!isTakenBack) picked.add(value);
			return send();
		}
		if (!picked.delete(value) && picked.size < component.max_values) picked.add(value);
		for (const option of options) option.setAttribute('aria-selected', String(picked.has(option.dataset.value)));
		apply.disabled = picked.size < least;
	}
	function send() {
		close();
		press(
			message,
			component,
			choices.map(({ value }) => value).filter((value) => picked.has(value)),
		);
	}

	opener.addEventListener('click', () => (popup.hidden ? open() : close()));
	opener.addEventListener('keydown', (event) => {
		if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
		event.preventDefault();
		open();
	});
	popup.addEventListener('keydown', (event) => moveOrClose(event, options, close));
	box.addEventListener('focusout', (event) => {
		if (!box.contains(event.relatedTarget) && !popup.hidden) close({ isFocusReturned: false });
	});
	return box;
}

function optionElement(choice, picked, choose) {
	const mark = choice.color ? h('span', { class: 'role-mark', 'aria-hidden': 'true' }) : null;
	mark?.style.setProperty('--role', `#${choice.color.toString(16).padStart(6, '0')}`);
	const element = h(
		'div',
		{
			role: 'option',
			tabindex: '-1',
			class: 'select-option',
			'aria-selected': String(picked.has(choice.value)),
			dataset: { value: choice.value, name: choice.label.replace(/^[@#]/, '').toLowerCase() },
		},
		choice.emoji && emoji(choice.emoji),
		mark,
		h('span', {}, choice.label, choice.description && h('small', {}, choice.description)),
	);
	element.addEventListener('click', () => choose(choice.value));
	element.addEventListener('keydown', (event) => {
		if (event.key !== 'Enter' && event.key !== ' ') return;
		event.preventDefault();
		choose(choice.value);
	});
	return element;
}

function limitsOf(least, most) {
	return least === most ? `Choose ${most}` : `Choose ${least} to ${most}`;
}

function moveOrClose(event, options, close) {
	if (event.key === 'Escape') {
		event.stopPropagation();
		return close();
	}
	const at = options.indexOf(document.activeElement);
	if (at < 0) return;
	const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: options.length - 1 }[event.key];
	if (next !== undefined) {
		event.preventDefault();
		options[(next + options.length) % options.length].focus();
	} else if (event.key.length === 1 && event.key !== ' ') {
		options.find((option) => option.dataset.name.startsWith(event.key.toLowerCase()))?.focus();
	}
}
