import { channels } from './channels.ts';
import { defaults } from './defaults.ts';
import { history } from './history.ts';
import { language } from './language.ts';
import { limits } from './limits.ts';
import { overview } from './overview.ts';
import type { Field, Section } from './panel.ts';
import { pressing, privacy, reports } from './people.ts';
import { wildcards } from './wildcards.ts';
import { words } from './words.ts';

/** Every section of the panel, in the order of its menu. */
export const sections: Section[] = [
	overview,
	channels,
	limits,
	defaults,
	pressing,
	words,
	wildcards,
	privacy,
	reports,
	language,
	history,
];

const byName = new Map(sections.map((section) => [section.name, section]));

/** Finds a section by its name; the overview when there is none of that name any more. */
export function sectionNamed(name: string): Section {
	return byName.get(name) ?? overview;
}

const byField = new Map(
	sections.flatMap((section) =>
		Object.entries(section.fields).map(([name, field]): [string, FoundField] => [name, { section, field }]),
	),
);

export interface FoundField {
	section: Section;
	field: Field;
}

/** Finds a control and the section that it stands in. */
export function fieldNamed(name: string): FoundField | undefined {
	return byField.get(name);
}
