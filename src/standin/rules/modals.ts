import { componentTypes as T, type WireComponent, walkComponents } from '../message-body.ts';
import type { Issue } from '../rest/api-error.ts';
import { componentIssues, customIdIssues } from './messages.ts';

const maxTopLevel = 5;

/** Lists what Discord refuses in a modal although each field for itself is well formed. */
export function modalIssues(modal: { components?: WireComponent[] }): Issue[] {
	const components = modal.components ?? [];
	const issues = [
		...customIdIssues(components),
		...[...walkComponents(components)].flatMap(({ component, path }) => componentIssues(component, path)),
	];
	if (components.length < 1 || components.length > maxTopLevel) {
		const message = `Must be between 1 and ${maxTopLevel} in length.`;
		issues.push({ path: ['components'], code: 'BASE_TYPE_BAD_LENGTH', message });
	}
	for (const [index, component] of components.entries()) {
		if ([T.row, T.textDisplay, T.label].some((type) => type === component.type)) continue;
		const message = 'Value of field "type" must be one of (1, 10, 18).';
		issues.push({ path: ['components', index, 'type'], code: 'UNION_TYPE_CHOICES', message });
	}
	for (const { component, path } of walkComponents(components)) {
		if (component.disabled) {
			const message = 'A component of a modal cannot be disabled.';
			issues.push({ path: [...path, 'disabled'], code: 'COMPONENT_DISABLED_IN_MODAL', message });
		}
		if (component.min_values === 0 && component.required !== false) {
			const message = 'A component with min_values 0 must not be required.';
			issues.push({ path: [...path, 'required'], code: 'COMPONENT_REQUIRED_WITHOUT_VALUES', message });
		}
	}
	return issues.map(({ path, ...rest }) => ({ path: ['data', ...path], ...rest }));
}
