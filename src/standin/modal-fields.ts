import type { APIModalSubmissionComponent } from 'discord-api-types/v10';
import { ClientRefusal } from './client-refusal.ts';
import { isSelect, componentTypes as T, type WireComponent, walkComponents } from './message-body.ts';
import type { PageField } from './page-api.ts';

/**
 * Turns what a user filled in into the form in which Discord submits a modal: its own layout, with values in place of
 * labels. Fields the user left alone keep what the bot put there.
 * @throws {ClientRefusal} for values that Discord's client does not let a user submit.
 */
export function submittedComponents(components: WireComponent[], fields: PageField[]): APIModalSubmissionComponent[] {
	const inputs = [...walkComponents(components)].map(({ component }) => component.custom_id);
	for (const { custom_id: customId } of fields) {
		if (!inputs.includes(customId)) throw new ClientRefusal(`The form has no field “${customId}”.`);
	}
	let nextId = 0;
	const id = (component: WireComponent) => {
		nextId += 1;
		return component.id || nextId;
	};
	return components.map((component) => {
		if (component.type === T.label && component.component) {
			const outer = id(component);
			const inner = component.component;
			const value = fieldValue(inner, fields, component.label ?? inner.custom_id ?? '');
			return { type: T.label, id: outer, component: { id: id(inner), ...value } };
		}
		if (component.type !== T.row) return { type: component.type, id: id(component) };
		const outer = id(component);
		const inner = (component.components ?? []).map((it) => ({ id: id(it), ...fieldValue(it, fields, it.label ?? '') }));
		return { type: T.row, id: outer, components: inner };
	}) as unknown as APIModalSubmissionComponent[];
}

function fieldValue(input: WireComponent, fields: PageField[], label: string) {
	const { type, custom_id: customId = '' } = input;
	const given = fields.find((it) => it.custom_id === customId);
	const chosen = (input.options ?? []).filter((it) => it.default).map(({ value }) => value);
	const base = { type, custom_id: customId };
	if (type === T.textInput) {
		const value = given?.value ?? input.value ?? '';
		checkText(input, value, label);
		return { ...base, value };
	}
	if (type === T.checkbox) return { ...base, value: given ? given.value === 'true' : input.default === true };
	if (type === T.radioGroup) {
		const value = given?.value ?? given?.values?.[0] ?? chosen[0] ?? null;
		if (value === null && input.required !== false) throw new ClientRefusal(`“${label}” is required.`);
		if (value !== null) checkChoices(input, [value], label);
		return { ...base, value };
	}
	const values = given?.values ?? (given?.value === undefined ? chosen : [given.value]);
	const least = input.required === false && values.length === 0 ? 0 : (input.min_values ?? 1);
	const most = input.max_values ?? (type === T.checkboxGroup ? (input.options?.length ?? 10) : 1);
	if (values.length < least) throw new ClientRefusal(`“${label}” needs ${least} or more choices.`);
	if (values.length > most) throw new ClientRefusal(`“${label}” takes ${most} or fewer choices.`);
	checkChoices(input, values, label);
	return { ...base, values };
}

function checkText(input: WireComponent, value: string, label: string): void {
	if (value === '') {
		if (input.required !== false) throw new ClientRefusal(`“${label}” is required.`);
		return;
	}
	const { min_length: least = 0, max_length: most = 4000 } = input;
	if (value.length < least) throw new ClientRefusal(`“${label}” must have ${least} or more characters.`);
	if (value.length > most) throw new ClientRefusal(`“${label}” must have ${most} or fewer characters.`);
}

/** Refuses values that are not among a component's options. Also for select menus of messages. */
export function checkChoices(input: WireComponent, values: string[], label: string): void {
	if (input.options === undefined) return;
	const unknown = values.find((value) => !input.options?.some((it) => it.value === value));
	if (unknown !== undefined) throw new ClientRefusal(`“${label}” has no choice “${unknown}”.`);
}

/** Refuses a pick from a message's select menu that Discord's client does not let a user make. */
export function checkSelection(select: WireComponent, values: string[]): void {
	if (!isSelect(select)) return;
	const { min_values: least = 1, max_values: most = 1 } = select;
	if (values.length < least) throw new ClientRefusal(`Choose ${least} or more.`);
	if (values.length > most) throw new ClientRefusal(`Choose ${most} or fewer.`);
	checkChoices(select, values, select.custom_id ?? 'menu');
}
