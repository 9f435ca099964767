const channelLink = /^https:\/\/(?:\w+\.)?discord\.com\/channels\/(?:\d+|@me)\/(\d+)(?:\/(\d+))?$/;

/** The page's own address of a channel or of a message in it. */
export function hashOf(channelId, messageId) {
	return messageId ? `#${channelId}/${messageId}` : `#${channelId}`;
}

/** @returns {{ channelId: string, messageId: string | undefined }} */
export function readHash() {
	const [channelId = '', messageId] = location.hash.slice(1).split('/');
	return { channelId, messageId };
}

/** Opens a channel, and scrolls to a message of it if one is named. */
export function goTo(channelId, messageId) {
	const hash = hashOf(channelId, messageId);
	if (location.hash === hash) dispatchEvent(new HashChangeEvent('hashchange'));
	else location.hash = hash;
}

/** Asks the composer to begin a command. */
export function startCommand(name) {
	document.dispatchEvent(new CustomEvent('start-command', { detail: name }));
}

/**
 * What a link from a message may do here: Discord's own message links stay in the page, https opens outside of it, and
 * everything else (javascript:, data:, other people's http) is no link at all.
 * @returns {{ href: string, isOutside: boolean } | null}
 */
export function safeLink(text) {
	const inside = channelLink.exec(text);
	if (inside) return { href: hashOf(inside[1], inside[2]), isOutside: false };
	const url = URL.parse(text);
	if (!url) return null;
	if (url.origin === location.origin || isLoopback(url)) return { href: mediaUrl(text), isOutside: true };
	return url.protocol === 'https:' ? { href: url.href, isOutside: true } : null;
}

/** A picture's address as this page may load it; null when its origin is not ours. The stand-in may go by another loopback name. */
export function mediaUrl(text) {
	const url = URL.parse(text ?? '', location.href);
	if (!url) return null;
	if (url.protocol === 'data:' || url.protocol === 'blob:') return text;
	return url.origin === location.origin || isLoopback(url) ? url.pathname + url.search : null;
}

function isLoopback(url) {
	return url.protocol === 'http:' && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
}
