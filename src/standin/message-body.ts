import type { APIAllowedMentions, APIEmbed } from 'discord-api-types/v10';

/** A component on the wire, loosely: the OpenAPI check has already seen its exact form. */
export interface WireComponent {
	type: number;
	id?: number;
	custom_id?: string;
	components?: WireComponent[];
	accessory?: WireComponent;
	component?: WireComponent;
	items?: WireGalleryItem[];
	media?: WireMedia;
	file?: WireMedia;
	content?: string;
	style?: number;
	label?: string;
	emoji?: unknown;
	url?: string;
	sku_id?: string;
	disabled?: boolean;
	options?: { label: string; value: string; default?: boolean; description?: string; emoji?: unknown }[];
	min_values?: number;
	max_values?: number;
	min_length?: number;
	max_length?: number;
	required?: boolean;
	value?: string;
	spoiler?: boolean;
	description?: string | null;
	accent_color?: number | null;
	spacing?: number;
	divider?: boolean;
	name?: string;
	size?: number;
	title?: string;
	default?: boolean;
	placeholder?: string | null;
	default_values?: { id: string; type: 'user' | 'role' | 'channel' }[];
	channel_types?: number[];
	/** Endings such as `.png`, and groups such as `image`. */
	file_types?: string[];
}

export interface WireGalleryItem {
	media: WireMedia;
	description?: string | null;
	spoiler?: boolean;
}

export interface WireMedia {
	url: string;
	id?: string;
	proxy_url?: string;
	width?: number | null;
	height?: number | null;
	content_type?: string | null;
	attachment_id?: string;
}

/** The fields of a message that a bot may send, in any of the ways to send one. */
export interface MessageBody {
	content?: string | null;
	embeds?: APIEmbed[] | null;
	flags?: number | null;
	components?: WireComponent[] | null;
	attachments?: { id: string | number; description?: string | null; filename?: string | null }[] | null;
	allowed_mentions?: APIAllowedMentions | null;
	tts?: boolean | null;
	nonce?: string | number | null;
	enforce_nonce?: boolean | null;
	poll?: unknown;
	sticker_ids?: string[] | null;
	message_reference?: { message_id: string } | null;
}

/** Message flags that the stand-in knows. */
export const messageFlags = {
	suppressEmbeds: 1 << 2,
	ephemeral: 1 << 6,
	loading: 1 << 7,
	suppressNotifications: 1 << 12,
	componentsV2: 1 << 15,
} as const;

/** Component types by their number on the wire. */
export const componentTypes = {
	row: 1,
	button: 2,
	stringSelect: 3,
	textInput: 4,
	userSelect: 5,
	roleSelect: 6,
	mentionableSelect: 7,
	channelSelect: 8,
	section: 9,
	textDisplay: 10,
	thumbnail: 11,
	gallery: 12,
	file: 13,
	separator: 14,
	container: 17,
	label: 18,
	fileUpload: 19,
	radioGroup: 21,
	checkboxGroup: 22,
	checkbox: 23,
} as const;

/** Tells whether a component is one of the five kinds of select menu. */
export function isSelect({ type }: WireComponent): boolean {
	return type === 3 || (type >= 5 && type <= 8);
}

/** Visits components and everything nested in them, parents first, with the path of each in the request. */
export function* walkComponents(
	list: readonly WireComponent[],
	path: (string | number)[] = ['components'],
): Generator<{ component: WireComponent; path: (string | number)[] }> {
	for (const [index, component] of list.entries()) yield* walkComponent(component, [...path, index]);
}

function* walkComponent(
	component: WireComponent,
	path: (string | number)[],
): Generator<{ component: WireComponent; path: (string | number)[] }> {
	yield { component, path };
	if (component.components) yield* walkComponents(component.components, [...path, 'components']);
	if (component.accessory) yield* walkComponent(component.accessory, [...path, 'accessory']);
	if (component.component) yield* walkComponent(component.component, [...path, 'component']);
}

/** Lists the media that a component shows itself, with their paths. */
export function mediaOf(
	component: WireComponent,
	path: (string | number)[] = [],
): { media: WireMedia; path: (string | number)[] }[] {
	const found: { media: WireMedia; path: (string | number)[] }[] = [];
	if (component.media) found.push({ media: component.media, path: [...path, 'media'] });
	if (component.file) found.push({ media: component.file, path: [...path, 'file'] });
	for (const [index, { media }] of (component.items ?? []).entries()) {
		found.push({ media, path: [...path, 'items', index, 'media'] });
	}
	return found;
}
