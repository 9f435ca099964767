import { h, uniqueId } from './dom.js';
import { markdown } from './markdown.js';

/**
 * Draws one top-level component of a modal.
 * @returns {{ element: Node, read?: () => import('../page-api.ts').PageField, check?: () => string | null }[]} one for each field
 */
export function modalPart(component) {
	if (component.type === 18) return [labelled(component.component, component.label, component.description)];
	if (component.type === 10)
		return [{ element: h('div', { class: 'text' }, markdown(component.content, { key: 'modal' })) }];
	if (component.type === 1)
		return component.components.map((child) => labelled(child, child.label ?? child.placeholder ?? 'Choose'));
	return [{ element: unsupported(component) }];
}

function labelled(component, label, description) {
	const ids = { input: uniqueId('field'), description: uniqueId('description'), error: uniqueId('error') };
	const field = drawField(component, ids);
	const isRequired = field.check !== undefined && component.required !== false && component.type !== 23;
	const words = [label, isRequired && h('span', { class: 'required', 'aria-hidden': 'true' }, ' *')];
	const note = description && h('p', { id: ids.description, class: 'field-description' }, description);
	const error = h('p', { id: ids.error, class: 'field-error', role: 'alert', hidden: true });
	const isGroup = field.element.matches('.choices');
	const box = isGroup
		? h(
				'fieldset',
				{ class: 'field', 'aria-describedby': `${ids.description} ${ids.error}` },
				h('legend', {}, ...words),
				note,
				field.element,
				error,
			)
		: h('div', { class: 'field' }, h('label', { for: ids.input }, ...words), note, field.element, error);
	const check = () => {
		const problem = field.check?.() ?? null;
		error.textContent = problem ?? '';
		error.hidden = problem === null;
		return problem;
	};
	return { element: box, ...(field.read ? { read: field.read, check } : {}) };
}

function drawField(component, ids) {
	switch (component.type) {
		case 3:
			return selectField(component, ids);
		case 4:
			return textField(component, ids);
		case 21:
			return choicesField(component, 'radio');
		case 22:
			return choicesField(component, 'checkbox');
		case 23:
			return tickField(component, ids);
		default:
			return { element: unsupported(component) };
	}
}

function textField(component, ids) {
	const {
		custom_id: id,
		style,
		value = '',
		placeholder,
		min_length: least = 0,
		max_length: most = 4000,
		required = true,
	} = component;
	const input = h(style === 2 ? 'textarea' : 'input', {
		...(style === 2 ? { rows: '5' } : { type: 'text' }),
		...base(component, ids),
		placeholder,
		maxlength: most,
		'aria-required': required ? 'true' : null,
		value,
	});
	const check = () => {
		if (input.value.trim() === '' && required) return 'This is required.';
		return input.value !== '' && input.value.length < least ? `At least ${least} characters, please.` : null;
	};
	return { element: input, check, read: () => ({ custom_id: id, value: input.value }) };
}

function selectField(component, ids) {
	const {
		custom_id: id,
		options,
		placeholder,
		min_values: least = 1,
		max_values: most = 1,
		required = true,
	} = component;
	const isMultiple = most > 1;
	const select = h(
		'select',
		{ ...base(component, ids), multiple: isMultiple, size: isMultiple ? Math.min(6, options.length) : null },
		!isMultiple && h('option', { value: '' }, placeholder ?? 'Make a selection'),
		...options.map((option) =>
			h(
				'option',
				{ value: option.value, selected: option.default },
				option.description ? `${option.label} – ${option.description}` : option.label,
			),
		),
	);
	const chosen = () => [...select.selectedOptions].map((option) => option.value).filter((value) => value !== '');
	return {
		element: select,
		check: () => checkCount(chosen().length, { least, most, required }),
		read: () => ({ custom_id: id, values: chosen() }),
	};
}

function choicesField(component, type) {
	const { custom_id: id, options, required = true } = component;
	const most = type === 'radio' ? 1 : (component.max_values ?? options.length);
	const least = type === 'radio' ? 1 : (component.min_values ?? 1);
	const inputs = options.map((option) =>
		h('input', { type, name: id, value: option.value, checked: option.default, dataset: { customId: id } }),
	);
	const element = h(
		'div',
		{ class: 'choices' },
		...options.map((option, index) =>
			h(
				'label',
				{},
				inputs[index],
				h('span', {}, option.label, option.description && h('small', {}, option.description)),
			),
		),
	);
	const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
	return {
		element,
		check: () => checkCount(chosen().length, { least, most, required }),
		read: () => ({ custom_id: id, values: chosen() }),
	};
}

/** A lone checkbox says 'true' as its value and its only value when it is ticked. */
function tickField(component, ids) {
	const input = h('input', { type: 'checkbox', ...base(component, ids), checked: component.default, value: 'true' });
	const read = () => ({
		custom_id: component.custom_id,
		value: String(input.checked),
		values: input.checked ? ['true'] : [],
	});
	return { element: input, check: () => null, read };
}

function checkCount(count, { least, most, required }) {
	if (count === 0) return required && least > 0 ? 'Choose something, please.' : null;
	if (count < least) return `Choose at least ${least}, please.`;
	return count > most ? `Choose at most ${most}, please.` : null;
}

function base(component, ids) {
	return {
		id: ids.input,
		name: component.custom_id,
		'aria-describedby': `${ids.description} ${ids.error}`,
		dataset: { customId: component.custom_id },
	};
}

function unsupported(component) {
	const what = component.type === 19 ? 'Uploading files' : `Component type ${component.type}`;
	return h('p', { class: 'unsupported' }, `${what} is not supported in the playground.`);
}
