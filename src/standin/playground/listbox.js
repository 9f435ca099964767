import { h } from './dom.js';

/**
 * The list above the composer. Focus stays in the input; the input's aria-activedescendant tells which item Enter would take.
 *
 * Closed until `show`; `hide`, picking an item and showing nothing close it. `isTouched` says that arrow keys chose the item.
 */
export class Listbox {
	#element;
	#input = null;
	#items = [];
	#active = -1;
	#onPick = (_item) => {};
	isTouched = false;

	constructor(element) {
		this.#element = element;
		// A press must not take the focus out of the input.
		element.addEventListener('pointerdown', (event) => event.preventDefault());
	}

	get isOpen() {
		return !this.#element.hidden;
	}

	get active() {
		return this.#items[this.#active];
	}

	/**
	 * @param {HTMLElement} input the input that the list belongs to
	 * @param {{ label: string, detail?: string, mark?: string, key?: string }[]} items
	 * @param {{ onPick: (item: object) => void, isFirstActive?: boolean }} behaviour
	 */
	show(input, items, { onPick, isFirstActive = false }) {
		this.hide();
		if (items.length === 0) return;
		this.#input = input;
		this.#items = items;
		this.#onPick = onPick;
		this.#element.replaceChildren(...items.map((item, index) => this.#draw(item, index)));
		this.#element.hidden = false;
		input.setAttribute('aria-expanded', 'true');
		if (isFirstActive) this.#setActive(0);
	}

	hide() {
		this.#element.hidden = true;
		this.#element.replaceChildren();
		this.#input?.setAttribute('aria-expanded', 'false');
		this.#input?.removeAttribute('aria-activedescendant');
		this.#items = [];
		this.#active = -1;
		this.isTouched = false;
	}

	move(by) {
		this.isTouched = true;
		const from = this.#active === -1 && by < 0 ? 0 : this.#active;
		this.#setActive((from + by + this.#items.length) % this.#items.length);
	}

	pick(item = this.active) {
		const onPick = this.#onPick;
		this.hide();
		if (item) onPick(item);
	}

	#setActive(index) {
		this.#active = index;
		for (const [at, element] of [...this.#element.children].entries())
			element.setAttribute('aria-selected', String(at === index));
		const element = this.#element.children[index];
		element.scrollIntoView({ block: 'nearest' });
		this.#input.setAttribute('aria-activedescendant', element.id);
	}

	#draw(item, index) {
		const element = h(
			'div',
			{
				id: `composer-item-${index}`,
				role: 'option',
				'aria-selected': 'false',
				class: 'suggestion',
				dataset: item.key ? { key: item.key } : {},
			},
			h('span', { class: 'suggestion-label' }, item.label),
			item.detail && h('span', { class: 'suggestion-detail' }, item.detail),
			item.mark && h('span', { class: 'suggestion-mark' }, item.mark),
		);
		element.addEventListener('click', () => this.pick(item));
		return element;
	}
}
