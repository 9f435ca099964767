import { h } from './dom.js';
import { goTo, safeLink, startCommand } from './navigation.js';
import { textSpoiler } from './spoiler.js';
import { channelById, displayName, roleById, store, userById } from './store.js';
import { fullTime, timestamp } from './time.js';

/** Inline forms, tried in this order at every place. Each gives nodes, or null to be read as plain text. */
const inlineForms = [
	[/^\\([\\`*_~|<>[\]()#:-])/, ([, character]) => [character]],
	[/^(`+)([\s\S]*?[^`])\1(?!`)/, ([, , code]) => [h('code', {}, code.trim() || code)]],
	[/^\*\*\*([\s\S]+?)\*\*\*/, ([, text], c) => [h('strong', {}, h('em', {}, ...inline(text, c)))]],
	[/^\*\*([\s\S]+?)\*\*(?!\*)/, ([, text], c) => [h('strong', {}, ...inline(text, c))]],
	[/^__([\s\S]+?)__(?!\w)/, ([, text], c) => [h('u', {}, ...inline(text, c))]],
	[/^\*(?![\s*])([\s\S]*?[^\s*])\*(?!\*)/, ([, text], c) => [h('em', {}, ...inline(text, c))]],
	[/^_(?![\s_])([\s\S]*?[^\s_])_(?!\w)/, ([, text], c) => (c.wordBefore ? null : [h('em', {}, ...inline(text, c))])],
	[/^~~([\s\S]+?)~~/, ([, text], c) => [h('s', {}, ...inline(text, c))]],
	[/^\|\|([\s\S]+?)\|\|/, ([, text], c) => [textSpoiler(inline(text, c), `${c.key}:${text}`)]],
	[/^\[([^\]\n]+)\]\(<?([^\s)>]+)>?\)/, ([, text, url]) => link(url, text)],
	[/^<(https:\/\/[^\s>]+)>/, ([, url]) => link(url, url)],
	[/^https:\/\/[^\s<>]*[^\s<>.,:;"'\])]/, ([url], c) => (c.wordBefore ? null : link(url, url))],
	[/^<@!?(\d+)>/, ([, id], c) => [userMention(id, c)]],
	[/^<@&(\d+)>/, ([, id]) => [roleMention(id)]],
	[/^<#(\d+)>/, ([, id]) => [channelMention(id)]],
	[/^<\/([-\p{L}\p{N}_ ]+):(\d+)>/u, ([, name]) => [commandMention(name)]],
	[/^<a?:(\w+):\d+>/, ([, name]) => [`:${name}:`]],
	[/^<t:(-?\d{1,13})(?::([tTdDfFR]))?>/, ([, unix, style]) => [time(Number(unix), style)]],
];

/** Nothing but these can begin an inline form. */
const plainRun = /^[^\\`*_~|[<h]+/;

/**
 * Draws the part of Discord's markdown that bots use, as DOM nodes.
 * @param {string} text
 * @param {{ key?: string, mentions?: { id: string }[] }} [context] key tells this text's spoilers from others
 */
export function markdown(text, context = {}) {
	const fragment = document.createDocumentFragment();
	const parts = text.split(/```(?:[\w+-]*\n)?([\s\S]*?)```/);
	for (const [index, part] of parts.entries()) {
		if (index % 2 === 1) fragment.append(h('pre', {}, h('code', {}, part.replace(/\n$/, ''))));
		else if (part.trim() !== '') fragment.append(...blocks(part.replace(/^\n|\n$/g, ''), context));
	}
	return fragment;
}

function blocks(text, context) {
	const made = [];
	let lines = [];
	const flush = () => {
		if (lines.length > 0) made.push(h('div', { class: 'line' }, ...inline(lines.join('\n'), context)));
		lines = [];
	};
	for (const line of text.split('\n')) {
		const block = blockOf(line, made.at(-1), lines.length === 0, context);
		if (block === null) lines.push(line);
		else {
			flush();
			if (block) made.push(block);
		}
	}
	flush();
	return made;
}

/** The block that a line makes, null for ordinary text, false when it went into the block before. */
function blockOf(line, previous, isDirect, context) {
	const heading = /^(#{1,3}) (.+)/.exec(line);
	if (heading)
		return h(
			'div',
			{ class: `heading-${heading[1].length}`, role: 'heading', 'aria-level': heading[1].length + 2 },
			...inline(heading[2], context),
		);
	const small = /^-# (.+)/.exec(line);
	if (small) return h('div', { class: 'small' }, ...inline(small[1], context));
	const quote = /^> (.*)/.exec(line);
	if (quote) return joined('blockquote', h('div', {}, ...inline(quote[1], context)), previous, isDirect);
	const item = /^\s*(?:[-*]|(\d+)\.) (.+)/.exec(line);
	if (item)
		return joined(
			item[1] ? 'ol' : 'ul',
			h('li', item[1] ? { value: item[1] } : {}, ...inline(item[2], context)),
			previous,
			isDirect,
		);
	return null;
}

function joined(tag, child, previous, isDirect) {
	if (!isDirect || previous?.localName !== tag) return h(tag, {}, child);
	previous.append(child);
	return false;
}

function inline(text, context) {
	const nodes = [];
	let plain = '';
	let rest = text;
	while (rest !== '') {
		const wordBefore = /[\p{L}\p{N}]$/u.test(plain);
		const found = firstForm(rest, { ...context, wordBefore });
		if (found) {
			if (plain !== '') nodes.push(plain);
			plain = '';
			nodes.push(...found.nodes);
			rest = rest.slice(found.length);
		} else {
			const run = plainRun.exec(rest)?.[0] ?? rest[0];
			plain += run;
			rest = rest.slice(run.length);
		}
	}
	if (plain !== '') nodes.push(plain);
	return nodes;
}

function firstForm(text, context) {
	for (const [pattern, make] of inlineForms) {
		const match = pattern.exec(text);
		const nodes = match && make(match, context);
		if (nodes) return { nodes, length: match[0].length };
	}
	return null;
}

function link(url, text) {
	const safe = safeLink(url);
	if (!safe) return null;
	return [
		h('a', { href: safe.href, ...(safe.isOutside ? { target: '_blank', rel: 'noopener noreferrer' } : {}) }, text),
	];
}

function userMention(id, context) {
	const user = userById(id) ?? context.mentions?.find((mentioned) => mentioned.id === id);
	return h(
		'span',
		{ class: id === store.userId ? 'mention is-me' : 'mention', dataset: { userId: id } },
		`@${displayName(user)}`,
	);
}

function roleMention(id) {
	const role = roleById(id);
	return h('span', { class: 'mention' }, role ? `@${role.name.replace(/^@/, '')}` : '@unknown-role');
}

function channelMention(id) {
	const channel = channelById(id);
	if (!channel) return h('span', { class: 'mention' }, '#unknown');
	return h('button', { type: 'button', class: 'mention', onclick: () => goTo(id) }, `#${channel.name}`);
}

function commandMention(name) {
	return h('button', { type: 'button', class: 'mention', onclick: () => startCommand(name) }, `/${name}`);
}

function time(unix, style) {
	const date = new Date(unix * 1000);
	if (Number.isNaN(date.getTime())) return 'Invalid date';
	return h('time', { datetime: date.toISOString(), title: fullTime(date) }, timestamp(date, style));
}
