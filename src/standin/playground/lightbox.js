import { byId, h } from './dom.js';

/**
 * Shows one of some pictures large: arrow keys go round, Esc closes, focus returns to where it was.
 * @param {{ src: string, alt: string, name: string }[]} pictures
 * @param {number} index
 */
export function openLightbox(pictures, index) {
	const dialog = byId('lightbox');
	const opener = document.activeElement;
	let shown = index;

	const image = h('img', { id: 'lightbox-image' });
	const count = h('span', { id: 'lightbox-count', 'aria-live': 'polite' });
	const caption = h('p', { id: 'lightbox-caption' });
	const original = h(
		'a',
		{ id: 'lightbox-original', class: 'button style-2', target: '_blank', rel: 'noopener' },
		'Open original',
	);
	const download = h('a', { id: 'lightbox-download', class: 'button style-2' }, 'Download');
	const close = h(
		'button',
		{ type: 'button', id: 'lightbox-close', class: 'button style-2', onclick: () => dialog.close() },
		'Close',
	);

	const show = (next) => {
		shown = (next + pictures.length) % pictures.length;
		const { src, alt, name } = pictures[shown];
		Object.assign(image, { src, alt });
		count.textContent = pictures.length > 1 ? `Picture ${shown + 1} of ${pictures.length}` : '';
		caption.textContent = alt;
		original.href = src;
		Object.assign(download, { href: src, download: name });
	};

	const step = (id, label, mark, by) =>
		h(
			'button',
			{ type: 'button', id, class: 'lightbox-step', 'aria-label': label, onclick: () => show(shown + by) },
			mark,
		);
	dialog.replaceChildren(
		h('div', { class: 'lightbox-bar' }, count, h('span', { class: 'grow' }), original, download, close),
		h(
			'div',
			{ class: 'lightbox-stage' },
			pictures.length > 1 && step('lightbox-previous', 'Previous picture', '‹', -1),
			image,
			pictures.length > 1 && step('lightbox-next', 'Next picture', '›', 1),
		),
		caption,
	);
	show(index);

	dialog.onkeydown = (event) => {
		if (pictures.length < 2) return;
		if (event.key === 'ArrowRight') show(shown + 1);
		else if (event.key === 'ArrowLeft') show(shown - 1);
	};
	dialog.onclick = (event) => {
		if (event.target === dialog || event.target.classList.contains('lightbox-stage')) dialog.close();
	};
	dialog.onclose = () => {
		dialog.replaceChildren();
		if (opener?.isConnected) opener.focus({ preventScroll: true });
	};
	if (!dialog.open) dialog.showModal();
	close.focus();
}
