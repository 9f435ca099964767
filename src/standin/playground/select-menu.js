import { emoji } from './components.js';
import { h, uniqueId } from './dom.js';
import { isPending, press } from './presses.js';

/**
 * A string select on a message. It is drawn by hand, not with <select>, because a closed <select> fires at every arrow key and
 * here every change is sent.
 *
 * One choice is sent at once; where several may be picked, the button below the list sends them.
 */
export function selectMenu(component, { message }) {
	const listId = uniqueId('select-list');
	const isMultiple = (component.max_values ?? 1) > 1;
	const least = component.min_values ?? 1;
	const picked = new Set(component.options.filter((option) => option.default).map((option) => option.value));
	const isSending = isPending(message.id, component.custom_id);

	const label = component.options.filter(({ value }) => picked.has(value)).map((option) => option.label);
	const opener = h(
		'button',
		{
			type: 'button',
			class: 'select',
			'aria-haspopup': 'listbox',
			'aria-expanded': 'false',
			'aria-controls': listId,
			'aria-busy': isSending && 'true',
			disabled: component.disabled,
			dataset: { customId: component.custom_id },
		},
		h(
			'span',
			{ class: 'select-label' },
			isSending ? 'Sending…' : label.join(', ') || component.placeholder || 'Make a selection',
		),
		h('span', { 'aria-hidden': 'true' }, '⌄'),
	);
	const options = component.options.map((option) => optionElement(option, picked, choose));
	const list = h(
		'div',
		{
			id: listId,
			role: 'listbox',
			class: 'select-list',
			'aria-multiselectable': isMultiple && 'true',
			'aria-label': component.placeholder ?? 'Options',
		},
		...options,
	);
	const apply = h('button', { type: 'button', class: 'button style-1', onclick: send }, 'Apply');
	const popup = h('div', { class: 'select-popup', hidden: true }, list, isMultiple && apply);
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
			picked.clear();
			picked.add(value);
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
			component.options.map((option) => option.value).filter((value) => picked.has(value)),
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

function optionElement(option, picked, choose) {
	const element = h(
		'div',
		{
			role: 'option',
			tabindex: '-1',
			class: 'select-option',
			'aria-selected': String(picked.has(option.value)),
			dataset: { value: option.value },
		},
		option.emoji && emoji(option.emoji),
		h('span', {}, option.label, option.description && h('small', {}, option.description)),
	);
	element.addEventListener('click', () => choose(option.value));
	element.addEventListener('keydown', (event) => {
		if (event.key !== 'Enter' && event.key !== ' ') return;
		event.preventDefault();
		choose(option.value);
	});
	return element;
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
		options.find((option) => option.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
	}
}
