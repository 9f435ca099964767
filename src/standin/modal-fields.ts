import type { APIAttachment, APIInteractionDataResolved, APIModalSubmissionComponent } from 'discord-api-types/v10';
import { ClientRefusal } from './client-refusal.ts';
import { isSelect, componentTypes as T, type WireComponent, walkComponents } from './message-body.ts';
import type { PageField } from './page-api.ts';
import { idsOfSelect, resolveFiles, resolveIds, type Situation } from './resolved.ts';
import { checkChoices } from './selections.ts';
import { checkFileTypes, uploadsOf } from './uploads.ts';

/** A form on its way: who fills it in where, and what they gave. */
interface Form extends Situation {
	fields: PageField[];
}

/**
 * Turns what a user filled in into the form in which Discord submits a modal: its own layout, with values in place of
 * labels, and what the values name in `resolved`. Fields the user left alone keep what the bot put there.
 * @throws {ClientRefusal} for values that Discord's client does not let a user submit.
 */
export function submittedForm(
	situation: Situation,
	components: WireComponent[],
	fields: PageField[],
): { components: APIModalSubmissionComponent[]; resolved?: APIInteractionDataResolved } {
	const inputs = [...walkComponents(components)].map(({ component }) => component);
	for (const { custom_id: customId } of fields) {
		if (inputs.some((it) => it.custom_id === customId)) continue;
		throw new ClientRefusal(`The form has no field “${customId}”.`);
	}
	const form: Form = { ...situation, fields };
	const submitted = layOut(form, components);
	const resolved = resolveAll(form, inputs);
	return { components: submitted, ...(Object.keys(resolved).length > 0 ? { resolved } : {}) };
}

function layOut(form: Form, components: WireComponent[]): APIModalSubmissionComponent[] {
	let nextId = 0;
	const id = (component: WireComponent) => {
		nextId += 1;
		return component.id || nextId;
	};
	return components.map((component) => {
		if (component.type === T.label && component.component) {
			const outer = id(component);
			const inner = component.component;
			const value = fieldValue(form, inner, component.label ?? inner.custom_id ?? '');
			return { type: T.label, id: outer, component: { id: id(inner), ...value } };
		}
		if (component.type !== T.row) return { type: component.type, id: id(component) };
		const outer = id(component);
		const inner = (component.components ?? []).map((it) => ({ id: id(it), ...fieldValue(form, it, it.label ?? '') }));
		return { type: T.row, id: outer, components: inner };
	}) as unknown as APIModalSubmissionComponent[];
}

function resolveAll(form: Form, inputs: WireComponent[]): APIInteractionDataResolved {
	const chosen = inputs.filter(isSelect).map((it) => idsOfSelect(it.type, valuesOf(form, it)));
	const all = (key: 'users' | 'roles' | 'channels') => chosen.flatMap((it) => it[key] ?? []);
	const ids = { users: all('users'), roles: all('roles'), channels: all('channels') };
	const files = inputs.filter(({ type }) => type === T.fileUpload).flatMap((it) => filesOf(form, it));
	return { ...resolveIds(form, ids), ...resolveFiles(files) };
}

function fieldValue(form: Form, input: WireComponent, label: string) {
	const { type, custom_id: customId = '' } = input;
	const given = form.fields.find((it) => it.custom_id === customId);
	const base = { type, custom_id: customId };
	if (type === T.textInput) {
		const value = given?.value ?? input.value ?? '';
		checkText(input, value, label);
		return { ...base, value };
	}
	if (type === T.checkbox) return { ...base, value: given ? given.value === 'true' : input.default === true };
	const values = valuesOf(form, input);
	if (type === T.radioGroup) {
		const value = values[0] ?? null;
		if (value === null && input.required !== false) throw new ClientRefusal(`“${label}” is required.`);
		if (value !== null) checkChoices(form, input, [value], label);
		return { ...base, value };
	}
	const least = input.required === false && values.length === 0 ? 0 : (input.min_values ?? 1);
	const most = input.max_values ?? (type === T.checkboxGroup ? (input.options?.length ?? 10) : 1);
	const noun = type === T.fileUpload ? 'files' : 'choices';
	if (values.length < least) throw new ClientRefusal(`“${label}” needs ${least} or more ${noun}.`);
	if (values.length > most) throw new ClientRefusal(`“${label}” takes ${most} or fewer ${noun}.`);
	if (type === T.fileUpload) for (const file of filesOf(form, input)) checkFileTypes(file, input.file_types);
	else checkChoices(form, input, values, label);
	return { ...base, values };
}

/** What is chosen in a field: by the user, else by the bot. */
function valuesOf({ fields }: Form, input: WireComponent): string[] {
	const given = fields.find((it) => it.custom_id === input.custom_id);
	if (given?.values !== undefined) return given.values;
	if (given?.value !== undefined) return [given.value];
	const chosen = (input.options ?? []).filter((it) => it.default).map(({ value }) => value);
	return [...chosen, ...(input.default_values ?? []).map(({ id }) => id)];
}

function filesOf(form: Form, input: WireComponent): APIAttachment[] {
	return uploadsOf(form.core, form.user.id, valuesOf(form, input));
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
