import type { APIAttachment } from 'discord-api-types/v10';
import {
	isSelect,
	mediaOf,
	componentTypes as T,
	type WireComponent,
	type WireMedia,
	walkComponents,
} from './message-body.ts';
import type { Issue } from './rest/api-error.ts';

/**
 * Turns components as sent into components as Discord sends them back: each with an `id`, defaults filled in, and media that
 * point to an attachment resolved to its address.
 * @param attachments all files of the message after the edit.
 */
export function normaliseComponents(
	sent: WireComponent[],
	attachments: APIAttachment[],
	nextId: () => string,
): WireComponent[] {
	const components = structuredClone(sent);
	const taken = new Set([...walkComponents(components)].map(({ component }) => component.id));
	let candidate = 0;
	for (const { component } of walkComponents(components)) {
		if (!component.id) {
			do candidate += 1;
			while (taken.has(candidate));
			component.id = candidate;
		}
		for (const { media } of mediaOf(component)) resolveMedia(media, attachments, nextId);
		fillDefaults(component, attachments);
	}
	return components;
}

/** Lists the `attachment://` addresses that name none of the message's files. */
export function referenceIssues(components: WireComponent[], fileNames: string[]): Issue[] {
	const media = [...walkComponents(components)].flatMap(({ component, path }) => mediaOf(component, path));
	return media
		.filter(({ media: { url } }) => url.startsWith(referencePrefix) && !fileNames.includes(nameIn(url)))
		.map(({ media: { url }, path }) => ({
			path: [...path, 'url'],
			code: 'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
			message: `The referenced attachment "${url}" was not found.`,
		}));
}

const referencePrefix = 'attachment://';

function nameIn(url: string): string {
	return url.slice(referencePrefix.length);
}

function resolveMedia(media: WireMedia, attachments: APIAttachment[], nextId: () => string): void {
	// An edit may also name a file it keeps by the address that Discord gave it.
	const file = attachments.find((it) =>
		media.url.startsWith(referencePrefix) ? it.filename === nameIn(media.url) : it.url === media.url,
	);
	media.id ??= nextId();
	if (file === undefined) {
		media.proxy_url ??= media.url;
		return;
	}
	Object.assign(media, {
		url: file.url,
		proxy_url: file.proxy_url,
		width: file.width ?? null,
		height: file.height ?? null,
		content_type: file.content_type ?? null,
		attachment_id: file.id,
	});
}

/** Fields sent as null count as not sent, and do not come back. */
function dropNulls(component: WireComponent): void {
	const loose = component as unknown as Record<string, unknown>;
	for (const [key, value] of Object.entries(loose)) if (value === null) delete loose[key];
}

function fillDefaults(component: WireComponent, attachments: APIAttachment[]): void {
	if (component.type === T.container) {
		component.spoiler ??= false;
		component.accent_color ??= null;
	}
	if (component.type === T.separator) {
		component.spacing ??= 1;
		component.divider ??= true;
	}
	if (component.type === T.thumbnail) {
		component.spoiler ??= false;
		component.description ??= null;
	}
	if (component.type === T.file) {
		const file = attachments.find(({ id }) => id === component.file?.attachment_id);
		component.spoiler ??= false;
		component.name = file?.filename ?? '';
		component.size = file?.size ?? 0;
	}
	if (isSelect(component)) {
		dropNulls(component);
		component.min_values ??= 1;
		component.max_values ??= 1;
	}
	for (const item of component.items ?? []) {
		item.spoiler ??= false;
		item.description ??= null;
	}
}
