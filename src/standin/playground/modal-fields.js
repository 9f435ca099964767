import { postFile } from './api.js';
import { choicesOf, isSelect, placeholderOf } from './choices.js';
import { h, uniqueId } from './dom.js';
import { acceptOf, largestFile } from './files.js';
import { markdown } from './markdown.js';
import { store } from './store.js';

/**
 * Draws one top-level component of a modal.
 * @param {object} component
 * @param {string} channelId where the modal opened: people, roles and channels to choose are those there
 * @returns {{ element: Node, read?: () => PageField | Promise<PageField>, check?: () => string | null }[]} one for each field
 */
export function modalPart(component, channelId) {
	if (component.type === 18) return [labelled(component.component, component.label, component.description, channelId)];
	if (component.type === 10)
		return [{ element: h('div', { class: 'text' }, markdown(component.content, { key: 'modal' })) }];
	if (component.type === 1)
		return component.components.map((child) =>
			labelled(child, child.label ?? child.placeholder ?? 'Choose', undefined, channelId),
		);
	return [{ element: unsupported(component) }];
}

function labelled(component, label, description, channelId) {
	const ids = { input: uniqueId('field'), description: uniqueId('description'), error: uniqueId('error') };
	const field = drawField(component, ids, channelId);
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

function drawField(component, ids, channelId) {
	if (isSelect(component)) return selectField(component, ids, channelId);
	switch (component.type) {
		case 4:
			return textField(component, ids);
		case 19:
			return uploadField(component, ids, channelId);
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

/** One choice comes from a <select>, several come as a list of boxes to tick. */
function selectField(component, ids, channelId) {
	const choices = choicesOf(component, channelId);
	if ((component.max_values ?? 1) > 1) return listField(component, choices, 'checkbox');
	const { custom_id: id, min_values: least = 1, required = true } = component;
	const select = h(
		'select',
		base(component, ids),
		h('option', { value: '' }, placeholderOf(component)),
		...choices.map(({ value, label, description, isDefault }) =>
			h('option', { value, selected: isDefault }, description ? `${label} – ${description}` : label),
		),
	);
	const chosen = () => (select.value === '' ? [] : [select.value]);
	return {
		element: select,
		check: () => checkCount(chosen().length, { least, most: 1, required }),
		read: () => ({ custom_id: id, values: chosen() }),
	};
}

function choicesField(component, type) {
	const choices = component.options.map((option) => ({ ...option, isDefault: option.default }));
	return listField({ max_values: component.options.length, ...component }, choices, type);
}

function listField(component, choices, type) {
	const { custom_id: id, required = true } = component;
	const most = type === 'radio' ? 1 : component.max_values;
	const least = type === 'radio' ? 1 : (component.min_values ?? 1);
	const inputs = choices.map(({ value, isDefault }) =>
		h('input', { type, name: id, value, checked: isDefault, dataset: { customId: id } }),
	);
	const element = h(
		'div',
		{ class: 'choices' },
		...choices.map(({ label, description }, index) =>
			h('label', {}, inputs[index], h('span', {}, label, description && h('small', {}, description))),
		),
	);
	const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
	return {
		element,
		check: () => checkCount(chosen().length, { least, most, required }),
		read: () => ({ custom_id: id, values: chosen() }),
	};
}

/** The files are sent when the form is. */
function uploadField(component, ids, channelId) {
	const { custom_id: id, min_values: least = 1, max_values: most = 1, required = true } = component;
	const input = h('input', {
		type: 'file',
		...base(component, ids),
		multiple: most > 1,
		accept: acceptOf(component.file_types),
		'aria-required': required ? 'true' : null,
	});
	const check = () => {
		const files = [...input.files];
		const large = files.find(({ size }) => size > largestFile);
		if (large) return `“${large.name}” is too large: 10 MiB is the most.`;
		return checkCount(files.length, { least, most, required });
	};
	const read = async () => {
		const sent = [];
		for (const file of input.files) sent.push(await postFile(store.userId, channelId, file));
		return { custom_id: id, values: sent.map((file) => file.id) };
	};
	return { element: input, check, read };
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
	return h('p', { class: 'unsupported' }, `The playground cannot draw component type ${component.type}.`);
}
