import { h } from './dom.js';

/** Spoilers that were opened, by a key that survives a message being drawn again. */
const revealed = new Set();

/** Text behind a spoiler: a button until it is pressed. */
export function textSpoiler(nodes, key) {
	if (revealed.has(key)) return h('span', { class: 'text-spoiler is-open' }, ...nodes);
	const content = h('span', { class: 'text-spoiler-content', 'aria-hidden': 'true', inert: true }, ...nodes);
	const cover = h(
		'span',
		{ class: 'text-spoiler', role: 'button', tabindex: '0', 'aria-label': 'Spoiler: show' },
		content,
	);
	const open = (event) => {
		if (event.type === 'keydown' && event.key !== 'Enter' && event.key !== ' ') return;
		event.preventDefault();
		revealed.add(key);
		cover.replaceWith(h('span', { class: 'text-spoiler is-open' }, ...content.childNodes));
	};
	cover.addEventListener('click', open);
	cover.addEventListener('keydown', open);
	return cover;
}

/** Covers an element (a picture, a container) until the cover's button is pressed. */
export function covered(element, key) {
	if (revealed.has(key)) return element;
	const box = h('div', { class: 'spoiler' }, element);
	element.inert = true;
	const cover = h(
		'button',
		{ type: 'button', class: 'spoiler-cover', 'aria-label': 'Spoiler: show', dataset: { spoiler: '' } },
		h('span', {}, 'Spoiler'),
	);
	cover.addEventListener('click', () => {
		revealed.add(key);
		element.inert = false;
		cover.remove();
		box.classList.add('is-open');
		(element.matches('button') ? element : element.querySelector('button, a'))?.focus({ preventScroll: true });
	});
	box.append(cover);
	return box;
}
