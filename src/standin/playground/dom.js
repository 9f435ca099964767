/**
 * Makes an element. Text is only ever set as text: nothing in this page parses data as HTML.
 *
 * `on…` keys are listeners, `dataset` is merged, `true` sets an empty attribute; null, undefined and false are left out.
 * @param {string} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Node | string | null | undefined | false)} children
 */
export function h(tag, props = {}, ...children) {
	const element = document.createElement(tag);
	for (const [key, value] of Object.entries(props)) {
		if (value === null || value === undefined || value === false) continue;
		if (key === 'dataset') Object.assign(element.dataset, value);
		else if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
		else if (key === 'value') element.value = value;
		else element.setAttribute(key === 'className' ? 'class' : key, value === true ? '' : String(value));
	}
	element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

/** The element of index.html with this id. */
export function byId(id) {
	const element = document.getElementById(id);
	if (!element) throw new Error(`Expected an element with id \`${id}\``);
	return element;
}

/** Says something to screen readers only. */
export function announce(text) {
	byId('announcer').textContent = text;
}

/** A round avatar made of the name's initial and a hue of its own. */
export function avatar(user, name) {
	const mark = h('span', { class: 'avatar', 'aria-hidden': 'true' }, [...name][0]?.toUpperCase() ?? '?');
	let hash = 7;
	for (const character of user.id + user.username) hash = (hash * 31 + character.codePointAt(0)) % 3600;
	mark.style.setProperty('--hue', user.bot ? '243' : String(hash % 360));
	return mark;
}

let nextId = 0;

/** An id that no other element of the page has. */
export function uniqueId(prefix) {
	nextId += 1;
	return `${prefix}-${nextId}`;
}
