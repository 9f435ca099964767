import { h } from './dom.js';
import { fileCard, gallery, picture } from './gallery.js';
import { markdown } from './markdown.js';
import { safeLink } from './navigation.js';

/** What a message without Components V2 shows below its text: attachments and embeds. */
export function drawClassic(message, context) {
	const pictures = message.attachments.filter(isPicture).map(galleryItem);
	const files = message.attachments.filter((attachment) => !isPicture(attachment));
	return [
		pictures.length > 0 && gallery(pictures, { ...context, key: `${context.key}.attachments` }),
		...files.map((attachment) => fileCard(attachment.url, attachment.filename, attachment.size)),
		...(message.embeds ?? []).map((embed, index) =>
			drawEmbed(embed, { ...context, key: `${context.key}.embed${index}` }),
		),
	];
}

function isPicture(attachment) {
	return /^image\//.test(attachment.content_type ?? '') || /\.(png|jpe?g|webp|gif)$/i.test(attachment.filename);
}

function galleryItem(attachment) {
	const isSpoiler = attachment.filename.startsWith('SPOILER_') || Boolean((attachment.flags ?? 0) & 8);
	return { media: attachment, description: attachment.description, spoiler: isSpoiler };
}

function drawEmbed(embed, context) {
	const box = h('div', { class: 'container embed has-accent' });
	const safe = embed.url ? safeLink(embed.url) : null;
	const write = (text) => markdown(text, { key: context.key });
	const shown = [
		embed.author && h('div', { class: 'embed-author' }, embed.author.name),
		embed.title &&
			h(
				'div',
				{ class: 'embed-title' },
				safe
					? h('a', { href: safe.href, target: '_blank', rel: 'noopener noreferrer' }, embed.title)
					: write(embed.title),
			),
		embed.description && h('div', { class: 'text' }, write(embed.description)),
		embed.fields?.length > 0 &&
			h('div', { class: 'embed-fields' }, ...embed.fields.map((field) => drawField(field, write))),
		embed.image && picture({ media: embed.image }, { ...context, key: `${context.key}.image` }, 'single'),
		embed.thumbnail &&
			picture({ media: embed.thumbnail }, { ...context, key: `${context.key}.thumbnail` }, 'thumbnail'),
		embed.footer && h('div', { class: 'small' }, embed.footer.text),
	];
	box.append(...shown.filter(Boolean));
	if (typeof embed.color === 'number')
		box.style.setProperty('--accent', `#${embed.color.toString(16).padStart(6, '0')}`);
	return box;
}

function drawField(field, write) {
	return h(
		'div',
		{ class: field.inline ? 'embed-field is-inline' : 'embed-field' },
		h('strong', {}, write(field.name)),
		h('div', { class: 'text' }, write(field.value)),
	);
}
