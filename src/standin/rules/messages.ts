import type { APIEmbed } from 'discord-api-types/v10';
import {
	isSelect,
	type MessageBody,
	componentTypes as T,
	type WireComponent,
	walkComponents,
} from '../message-body.ts';
import type { Issue } from '../rest/api-error.ts';

const maxComponents = 40;
const maxContent = 2000;
const maxTextTotal = 4000;
const maxEmbedTotal = 6000;
const firstV2Type = T.section;

/**
 * Lists what Discord refuses in a message although each field for itself is well formed. The OpenAPI document cannot say these
 * rules; sources are named in the project's notes on Discord (components/reference, resources/message).
 */
export function messageIssues(body: MessageBody, isV2: boolean): Issue[] {
	const components = body.components ?? [];
	return [
		...(isV2 ? legacyFieldIssues(body) : contentIssues(body)),
		...embedIssues(body.embeds ?? []),
		...layoutIssues(components, isV2),
		...customIdIssues(components),
		...[...walkComponents(components)].flatMap(({ component, path }) => componentIssues(component, path)),
	];
}

/** The document allows 4000, which are for users who pay. */
function contentIssues({ content }: MessageBody): Issue[] {
	if ((content?.length ?? 0) <= maxContent) return [];
	const message = `Must be ${maxContent} or fewer in length.`;
	return [{ path: ['content'], code: 'BASE_TYPE_MAX_LENGTH', message }];
}

function legacyFieldIssues(body: MessageBody): Issue[] {
	const used = (['content', 'embeds', 'sticker_ids', 'poll'] as const).filter((key) => {
		const value = body[key];
		return Array.isArray(value) ? value.length > 0 : Boolean(value);
	});
	return used.map((key) => ({
		path: [key],
		code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
		message: `The '${key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
	}));
}

function embedIssues(embeds: APIEmbed[]): Issue[] {
	const total = embeds
		.flatMap(({ title, description, footer, author, fields = [] }) => [
			...[title, description, footer?.text, author?.name],
			...fields.flatMap(({ name, value }) => [name, value]),
		])
		.reduce((sum, text) => sum + (text?.length ?? 0), 0);
	if (total <= maxEmbedTotal) return [];
	const message = `Embed size exceeds maximum size of ${maxEmbedTotal}`;
	return [{ path: ['embeds'], code: 'MAX_EMBED_SIZE_EXCEEDED', message }];
}

function layoutIssues(components: WireComponent[], isV2: boolean): Issue[] {
	const all = [...walkComponents(components)];
	const issues: Issue[] = [];
	const add = (path: Issue['path'], code: string, message: string) => issues.push({ path, code, message });
	if (all.length > maxComponents) {
		const message = `The maximum number of components is ${maxComponents}, got ${all.length}`;
		add(['components'], 'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED', message);
	}
	if (!isV2) {
		if (components.length > 5) add(['components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
		for (const { component, path } of all) {
			if (component.type < firstV2Type) continue;
			add([...path, 'type'], 'UNION_TYPE_CHOICES', 'Value of field "type" must be one of (1,) without the V2 flag.');
		}
		return issues;
	}
	const text = all.reduce((sum, { component }) => sum + textLength(component), 0);
	if (text > maxTextTotal) {
		const message = `The combined length of text displays must be ${maxTextTotal} or fewer, got ${text}`;
		add(['components'], 'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED', message);
	}
	return issues;
}

function textLength({ type, content }: WireComponent): number {
	return type === T.textDisplay ? (content?.length ?? 0) : 0;
}

/** Custom IDs, and IDs when given, must be unique in a message and in a modal. */
export function customIdIssues(components: WireComponent[]): Issue[] {
	const issues: Issue[] = [];
	const customIds = new Set<string>();
	const ids = new Set<number>();
	for (const { component, path } of walkComponents(components)) {
		const { custom_id: customId, id } = component;
		if (customId !== undefined) {
			const message = 'Component custom id cannot be duplicated';
			if (customIds.has(customId)) {
				issues.push({ path: [...path, 'custom_id'], code: 'COMPONENT_CUSTOM_ID_DUPLICATED', message });
			}
			customIds.add(customId);
		}
		// 0 means "choose one for me".
		if (id === undefined || id === null || id === 0) continue;
		if (ids.has(id)) {
			issues.push({ path: [...path, 'id'], code: 'COMPONENT_ID_DUPLICATED', message: 'Component id is duplicated' });
		}
		ids.add(id);
	}
	return issues;
}

/** What is wrong inside one component. Used for modals too. */
export function componentIssues(component: WireComponent, path: Issue['path']): Issue[] {
	if (component.type === T.row) return rowIssues(component, path);
	if (component.type === T.button) return buttonIssues(component, path);
	return [...optionIssues(component, path), ...rangeIssues(component, path), ...defaultIssues(component, path)];
}

function rowIssues({ components = [] }: WireComponent, path: Issue['path']): Issue[] {
	const selects = components.filter(isSelect).length;
	const buttons = components.filter(({ type }) => type === T.button).length;
	const at = [...path, 'components'];
	if (buttons > 5 || selects > 1 || (selects > 0 && buttons > 0)) {
		const message = 'An action row holds up to 5 buttons or a single select menu.';
		return [{ path: at, code: 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', message }];
	}
	return [];
}

function buttonIssues(button: WireComponent, path: Issue['path']): Issue[] {
	const { style, custom_id: customId, url, sku_id: sku, label, emoji } = button;
	const issues: Issue[] = [];
	const add = (key: string, code: string, message: string) => issues.push({ path: [...path, key], code, message });
	const isLink = style === 5;
	const isPremium = style === 6;
	if (isLink && !url) add('url', 'BASE_TYPE_REQUIRED', 'A link button must have a url.');
	if (!isLink && url) add('url', 'URL_NOT_ALLOWED', 'Only a link button may have a url.');
	if (isPremium && !sku) add('sku_id', 'BASE_TYPE_REQUIRED', 'A premium button must have a sku_id.');
	const takesCustomId = !isLink && !isPremium;
	if (takesCustomId && !customId) add('custom_id', 'BASE_TYPE_REQUIRED', 'A custom id is required.');
	if (!takesCustomId && customId) {
		add('custom_id', 'CUSTOM_ID_NOT_ALLOWED', 'A custom id and a url or sku_id cannot both be specified.');
	}
	if (!isPremium && !label && !emoji) add('label', 'BUTTON_COMPONENT_EMPTY', 'A button needs a label or an emoji.');
	return issues;
}

function optionIssues({ options = [] }: WireComponent, path: Issue['path']): Issue[] {
	const seen = new Set<string>();
	const issues: Issue[] = [];
	for (const [index, { value }] of options.entries()) {
		const at = [...path, 'options', index, 'value'];
		const message = 'The specified option value is already used';
		if (seen.has(value)) issues.push({ path: at, code: 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', message });
		seen.add(value);
	}
	return issues;
}

/** What a select shows as chosen must be as many as may be chosen. */
function defaultIssues(component: WireComponent, path: Issue['path']): Issue[] {
	if (!isSelect(component)) return [];
	const { options, default_values: values, min_values: least, max_values: most } = component;
	const marked = options?.filter((it) => it.default).length ?? 0;
	const issues: Issue[] = [];
	if (marked > (most ?? 1)) {
		const message = `At most ${most ?? 1} options may be default, got ${marked}.`;
		issues.push({ path: [...path, 'options'], code: 'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES', message });
	}
	const count = values?.length ?? 0;
	if (count === 0 || (count >= (least ?? 1) && count <= (most ?? 1))) return issues;
	const message = `The number of default values must be between ${least ?? 1} and ${most ?? 1}, got ${count}.`;
	return [...issues, { path: [...path, 'default_values'], code: 'SELECT_COMPONENT_DEFAULT_VALUES_COUNT', message }];
}

function rangeIssues(component: WireComponent, path: Issue['path']): Issue[] {
	const issues: Issue[] = [];
	const { type, options, min_values: least = 1, max_values: most = 1 } = component;
	const picks = isSelect(component) || type === T.checkboxGroup || type === T.fileUpload;
	const limit = type === T.checkboxGroup ? (component.max_values ?? options?.length ?? 1) : most;
	const minimum = type === T.checkboxGroup ? (component.min_values ?? 0) : least;
	if (picks && minimum > limit) {
		const message = 'min_values must be at most max_values.';
		issues.push({ path: [...path, 'min_values'], code: 'NUMBER_TYPE_MAX', message });
	}
	if (picks && options !== undefined && component.max_values !== undefined && most > options.length) {
		const message = `max_values must be at most the number of options (${options.length}).`;
		issues.push({ path: [...path, 'max_values'], code: 'NUMBER_TYPE_MAX', message });
	}
	if ((component.min_length ?? 0) > (component.max_length ?? 4000)) {
		const message = 'min_length must be at most max_length.';
		issues.push({ path: [...path, 'min_length'], code: 'NUMBER_TYPE_MAX', message });
	}
	return issues;
}
