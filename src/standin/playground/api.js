/** The stand-in said no, in a sentence that can be shown. */
export class RefusedError extends Error {
	name = 'RefusedError';
}

/** @returns {Promise<import('../page-api.ts').PageState>} */
export function getState() {
	return request('/standin/state');
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

async function request(path, method = 'GET', body = undefined) {
	const response = await fetch(path, {
		method,
		...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
	}).catch((cause) => {
		throw new RefusedError('The playground cannot reach the stand-in. Is it running?', { cause });
	});
	const answer = await response.json().catch(() => null);
	if (!response.ok) throw new RefusedError(answer?.message ?? `The stand-in answered ${response.status}.`);
	return answer;
}
