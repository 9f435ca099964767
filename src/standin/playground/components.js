import { isSelect } from './choices.js';
import { h } from './dom.js';
import { fileCard, gallery, picture } from './gallery.js';
import { markdown } from './markdown.js';
import { safeLink } from './navigation.js';
import { isPending, press } from './presses.js';
import { selectMenu } from './select-menu.js';
import { covered } from './spoiler.js';

const styleNames = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'link', 6: 'premium' };

/**
 * Draws a list of message components.
 * @param {object[]} components in Discord's wire form
 * @param {{ message: object, key: string, pictures: object[] }} context `pictures` gathers what the lightbox pages through
 */
export function drawComponents(components, context) {
	return components.map((component, index) => drawComponent(component, { ...context, key: `${context.key}.${index}` }));
}

function drawComponent(component, context) {
	switch (component.type) {
		case 1:
			return h('div', { class: 'row' }, ...component.components.map((child) => control(child, context)));
		case 9:
			return section(component, context);
		case 10:
			return h(
				'div',
				{ class: 'text' },
				markdown(component.content, { key: context.key, mentions: context.message.mentions }),
			);
		case 11:
			return picture(component, context, 'thumbnail');
		case 12:
			return gallery(component.items, context);
		case 13:
			return file(component, context);
		case 14:
			return h('hr', { class: `spacing-${component.spacing ?? 1}${component.divider === false ? ' no-divider' : ''}` });
		case 17:
			return container(component, context);
		default:
			return control(component, context);
	}
}

function control(component, context) {
	if (component.type === 2) return button(component, context);
	if (isSelect(component)) return selectMenu(component, context);
	return h('p', { class: 'unsupported' }, `The playground cannot draw component type ${component.type}.`);
}

function button(component, { message }) {
	const label = [component.emoji && emoji(component.emoji), component.label && h('span', {}, component.label)];
	const look = { class: `button style-${component.style}`, dataset: { style: styleNames[component.style] ?? 'other' } };
	if (component.style === 5) return linkButton(component, look, label);
	const isSending = isPending(message.id, component.custom_id);
	const element = h(
		'button',
		{
			type: 'button',
			...look,
			'aria-label': component.label ? null : component.emoji?.name,
			disabled: component.disabled,
			'aria-busy': isSending && 'true',
			onclick: () => press(message, component),
		},
		...label,
	);
	if (component.custom_id) element.dataset.customId = component.custom_id;
	if (isSending) element.append(h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')));
	return element;
}

function linkButton(component, look, label) {
	const safe = component.disabled ? null : safeLink(component.url);
	if (!safe) return h('a', { ...look, role: 'link', 'aria-disabled': 'true' }, ...label);
	return h(
		'a',
		{ ...look, href: safe.href, ...(safe.isOutside ? { target: '_blank', rel: 'noopener noreferrer' } : {}) },
		...label,
		safe.isOutside && h('span', { 'aria-hidden': 'true' }, '↗'),
	);
}

/** A Unicode emoji; the stand-in keeps no pictures of custom ones, so those go by name. */
export function emoji(partial) {
	return h('span', { class: 'emoji', 'aria-hidden': 'true' }, partial.id ? `:${partial.name}:` : partial.name);
}

function section(component, context) {
	return h(
		'div',
		{ class: 'section' },
		h('div', { class: 'section-text' }, ...drawComponents(component.components, context)),
		component.accessory && drawComponent(component.accessory, { ...context, key: `${context.key}.accessory` }),
	);
}

function file(component, context) {
	const card = fileCard(component.file?.url, component.name, component.size);
	return component.spoiler ? covered(card, context.key) : card;
}

function container(component, context) {
	const box = h('div', { class: 'container' }, ...drawComponents(component.components, context));
	if (component.accent_color !== null && component.accent_color !== undefined) {
		box.style.setProperty('--accent', `#${component.accent_color.toString(16).padStart(6, '0')}`);
		box.classList.add('has-accent');
	}
	return component.spoiler ? covered(box, context.key) : box;
}
