/** The stand-in said no, in a sentence that can be shown. */
export class RefusedError extends Error {
	name = 'RefusedError';
}

/**
 * What one user sees; all there is when nobody of that id is known.
 * @returns {Promise<import('../page-api.ts').PageState>}
 */
export function getState(userId) {
	return request(`/standin/state?user=${encodeURIComponent(userId)}`);
}

/** Oldest first, at most the newest 100. */
export function getMessages(channelId, userId) {
	return request(`/standin/channels/${encodeURIComponent(channelId)}/messages?user=${encodeURIComponent(userId)}`);
}

/**
 * @param {import('../page-api.ts').PageAction} action
 * @returns {Promise<{ interaction_id: string }>}
 */
export function postInteraction(action) {
	return request('/standin/interactions', 'POST', action);
}

/** @returns {Promise<import('../page-api.ts').PageChannel>} */
export function patchChannel(channelId, change) {
	return request(`/standin/channels/${encodeURIComponent(channelId)}`, 'PATCH', change);
}

/** Changes a user's own Discord: its language. */
export function patchUser(userId, change) {
	return request(`/standin/users/${encodeURIComponent(userId)}`, 'PATCH', change);
}

/** Makes a server of a user's and invites the bot to it. */
export function postGuild(name, owner) {
	return request('/standin/guilds', 'POST', { name, owner });
}

/**
 * Sends a file ahead of the command or form that names it.
 * @param {File} file
 * @returns {Promise<{ id: string }>}
 */
export function postFile(userId, channelId, file) {
	const query = new URLSearchParams({ user: userId, channel: channelId, name: file.name });
	return request(`/standin/files?${query}`, 'POST', file);
}

async function request(path, method = 'GET', body = undefined) {
	const isFile = body instanceof Blob;
	const type = isFile ? body.type || 'application/octet-stream' : 'application/json';
	const response = await fetch(path, {
		method,
		...(body === undefined ? {} : { headers: { 'content-type': type }, body: isFile ? body : JSON.stringify(body) }),
	}).catch((cause) => {
		throw new RefusedError('The playground cannot reach the stand-in. Is it running?', { cause });
	});
	const answer = await response.json().catch(() => null);
	if (!response.ok) throw new RefusedError(answer?.message ?? `The stand-in answered ${response.status}.`);
	return answer;
}
