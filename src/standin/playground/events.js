const retryMs = 1500;
const openPatienceMs = 1000;

/**
 * Listens to one user's event stream until the returned function is called.
 *
 * `onReady` is called whenever the stream is (again) open, so that what was missed can be loaded; also when opening takes
 * long the first time, because a page without news is better than an empty one.
 */
export function listen(userId, { onEvent, onReady, onLost }) {
	let source = null;
	let retry = 0;
	let closed = false;
	let isReady = false;
	const patience = setTimeout(() => {
		if (!isReady) onReady();
	}, openPatienceMs);

	function connect() {
		source = new EventSource(`/standin/events?user=${encodeURIComponent(userId)}`);
		source.onopen = () => {
			isReady = true;
			clearTimeout(patience);
			onReady();
		};
		source.onmessage = (event) => onEvent(JSON.parse(event.data));
		source.onerror = () => {
			if (closed) return;
			onLost();
			// A refused stream is closed for good by the browser; a broken one is left to it, which retries by itself.
			if (source.readyState !== EventSource.CLOSED) return;
			clearTimeout(retry);
			retry = setTimeout(connect, retryMs);
		};
	}

	connect();
	return () => {
		closed = true;
		clearTimeout(patience);
		clearTimeout(retry);
		source.close();
	};
}
