import { h } from './dom.js';
import { openLightbox } from './lightbox.js';
import { mediaUrl } from './navigation.js';
import { covered } from './spoiler.js';

/** Widest and tallest that one picture gets in the log, in CSS pixels. */
const single = { width: 550, height: 400 };
/** A gallery's cells take their pictures' own proportions within these. */
const aspectRange = [0.62, 1.7];

/**
 * One to ten pictures as Discord lays them out: two columns up to four, three beyond.
 * @param {{ media: object, description?: string | null, spoiler?: boolean }[]} items
 */
export function gallery(items, context) {
	const box = h('div', { class: 'gallery', dataset: { count: String(items.length) } });
	const shared = sharedAspect(items);
	if (items.length > 1) box.style.setProperty('--aspect', String(shared));
	box.append(
		...items.map((item, index) =>
			picture(item, { ...context, key: `${context.key}.${index}` }, items.length === 1 ? 'single' : 'cell'),
		),
	);
	return box;
}

/** A picture that opens the lightbox. Its spoiler cover comes off with a press. */
export function picture(item, context, kind) {
	const src = mediaUrl(item.media.url);
	if (!src) return h('p', { class: 'unsupported' }, 'A picture that is kept outside of the playground is not shown.');
	const alt = item.description ?? '';
	const { width, height } = item.media;
	const image = context.reuse?.(src) ?? h('img', { src, loading: 'lazy', decoding: 'async' });
	image.alt = alt;
	const sides = width && height ? { width, height } : null;
	if (sides) [image.width, image.height] = [width, height];
	const entry = { src, alt, name: fileName(src), sides };
	context.pictures.push(entry);
	const button = h(
		'button',
		{
			type: 'button',
			class: `picture ${kind}`,
			'aria-label': alt ? `Open picture: ${alt}` : 'Open picture',
			title: alt || null,
		},
		image,
	);
	entry.isCovered = () => button.closest('.spoiler:not(.is-open)') !== null;
	button.addEventListener('click', () => {
		const open = context.pictures.filter(({ isCovered }) => !isCovered());
		openLightbox(open, open.indexOf(entry));
	});
	if (kind === 'single' && sides) button.style.width = `${fittedWidth(sides)}px`;
	return item.spoiler ? covered(button, `${context.message.id}:${item.media.attachment_id ?? src}`) : button;
}

/** A file to download. */
export function fileCard(url, name, size) {
	const href = mediaUrl(url);
	const shown = name ?? fileName(url ?? 'file');
	return h(
		'div',
		{ class: 'file' },
		h('span', { class: 'file-mark', 'aria-hidden': 'true' }, '📄'),
		h(
			'span',
			{ class: 'file-name' },
			href ? h('a', { href, download: shown }, shown) : shown,
			typeof size === 'number' && h('span', { class: 'file-size' }, bytes(size)),
		),
	);
}

export function fileName(url) {
	return decodeURIComponent(url.split('?')[0].split('/').at(-1) || 'file');
}

function fittedWidth({ width, height }) {
	return Math.round(width * Math.min(1, single.width / width, single.height / height));
}

function sharedAspect(items) {
	const { width, height } = items[0]?.media ?? {};
	const isShared =
		width && items.every(({ media }) => media.width && Math.abs(media.width / media.height - width / height) < 0.02);
	return isShared ? Math.min(aspectRange[1], Math.max(aspectRange[0], width / height)) : 1;
}

function bytes(size) {
	if (size < 1024) return `${size} bytes`;
	return size < 1024 ** 2 ? `${(size / 1024).toFixed(1)} KiB` : `${(size / 1024 ** 2).toFixed(1)} MiB`;
}
