import {
	ActionRowBuilder,
	type APIMessageTopLevelComponent,
	ContainerBuilder,
	MessageFlags,
	SectionBuilder,
	SeparatorBuilder,
} from 'discord.js';
import { type Desk, lineWith, type Note, oneOf, type Part, type Section, sectionId, text } from './panel.ts';
import { sections } from './sections.ts';

const colours = { panel: 0x5865f2, note: 0x2f9a6e, warning: 0xe0a030 };

/** A panel as a message; who sends it says whether it is private. */
export interface View {
	components: APIMessageTopLevelComponent[];
	flags: MessageFlags.IsComponentsV2;
	allowedMentions: { parse: [] };
}

/** Draws a section: a note above, if there is one, then the section in a box, then the menu that leads to the others. */
export async function viewOf(desk: Desk, section: Section, arg: string, note?: Note): Promise<View> {
	const box = boxOf(colours.panel, await section.show(desk, arg));
	const others = sections.filter(({ name }) => name !== section.name);
	const choices = others.map(({ name, label, hint }) => ({ value: name, label, description: hint }));
	const placeholder = section.name === 'overview' ? 'Change something…' : 'Other settings…';
	// Its name differs in each section: a menu of the same name would go on showing what was picked last.
	const menu = oneOf(sectionId('go', section.name), choices, undefined, placeholder);
	return {
		components: [...(note ? [noteBox(note)] : []), box, menu].map(
			(part) => part.toJSON() as APIMessageTopLevelComponent,
		),
		flags: MessageFlags.IsComponentsV2,
		allowedMentions: { parse: [] },
	};
}

function noteBox({ text: content, isWarning = false, button }: Note): ContainerBuilder {
	return boxOf(isWarning ? colours.warning : colours.note, [button ? lineWith(content, button) : text(content)]);
}

function boxOf(colour: number, parts: readonly Part[]): ContainerBuilder {
	const box = new ContainerBuilder().setAccentColor(colour);
	for (const part of parts) {
		if (part instanceof ActionRowBuilder) box.addActionRowComponents(part);
		else if (part instanceof SectionBuilder) box.addSectionComponents(part);
		else if (part instanceof SeparatorBuilder) box.addSeparatorComponents(part);
		else box.addTextDisplayComponents(part);
	}
	return box;
}
