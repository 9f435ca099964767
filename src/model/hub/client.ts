import { z } from 'zod';
import { SetupError } from '../../errors.ts';

/*
 * The Hugging Face hub's API, as https://huggingface.co/docs/hub/api describes it and huggingface_hub 0.36 uses it: a tree of files,
 * and their contents under `resolve`, which redirects to a content network for large ones.
 */

/** The hub does not give what was asked for. The message says why, and what to do. */
export class HubError extends SetupError {
	/** Whether the same may work if it is tried again soon. */
	readonly isPassing: boolean;
	constructor(message: string, { isPassing = false, cause }: { isPassing?: boolean; cause?: unknown } = {}) {
		super(message, { cause });
		this.name = 'HubError';
		this.isPassing = isPassing;
	}
}

export interface HubOptions {
	/** Where the hub is; no slash at the end. */
	endpoint: string;
	/** Of an account, for what is not public. It is sent to the hub alone, never where that redirects to. */
	token: string | undefined;
	/** How long nothing may arrive. */
	silenceMs: number;
}

/** A file of a repository. `sha256` is there for large files; of the others git's own hash of the content is known. */
export interface HubFile {
	path: string;
	size: number;
	sha256: string | undefined;
	/** SHA-1 of `blob <size>\0<content>`. */
	gitSha1: string;
}

export interface HubTree {
	repo: string;
	/** The commit that all of it belongs to. */
	commit: string;
	files: HubFile[];
}

const sha256Pattern = /^[0-9a-f]{64}$/;
const infoSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const entrySchema = z.object({
	type: z.string(),
	path: z.string(),
	size: z.int().min(0).optional(),
	oid: z.string(),
	lfs: z.object({ oid: z.string().regex(sha256Pattern), size: z.int().min(0) }).nullish(),
});
const pageSchema = z.array(entrySchema);

/** A repository's list of files is some kilobytes; more than this is no such list. */
const mostListBytes = 20_000_000;
const mostPages = 100;
const mostRedirects = 5;

/** One hub, seen through its API. */
export class Hub {
	readonly #options: HubOptions;

	constructor(options: HubOptions) {
		this.#options = { ...options, endpoint: options.endpoint.replace(/\/+$/, '') };
	}

	/** The page of a repository, for people. */
	pageOf(repo: string): string {
		return `${this.#options.endpoint}/${repo}`;
	}

	/**
	 * Lists the files of a repository at one commit.
	 *
	 * @param revision A branch, a tag or a commit.
	 * @throws {HubError} if there is no such thing, or it is not given to us.
	 */
	async list(repo: string, revision: string, signal?: AbortSignal): Promise<HubTree> {
		const api = `${this.#options.endpoint}/api/models/${repo}`;
		const about = `${repo}, revision ${revision}`;
		const { sha: commit } = await this.#json(
			`${api}/revision/${encodeURIComponent(revision)}`,
			infoSchema,
			repo,
			about,
			signal,
		);
		const files: HubFile[] = [];
		let next: string | undefined = `${api}/tree/${commit}?recursive=true`;
		for (let page = 0; next !== undefined; page++) {
			if (page === mostPages) throw new HubError(`The list of files of ${repo} has no end: is HF_ENDPOINT a hub?`);
			const response: Response = await this.#get(next, repo, {}, signal);
			const entries = this.#parse(await readText(response, repo), pageSchema, about);
			for (const { type, path, size = 0, oid, lfs } of entries)
				if (type === 'file') files.push({ path, size: lfs?.size ?? size, sha256: lfs?.oid, gitSha1: oid });
			next = nextPage(response, next, this.#options.endpoint);
		}
		return { repo, commit, files };
	}

	/**
	 * Opens a file's content.
	 *
	 * @param from Where in the file to begin. The hub may begin at 0 all the same: the response says.
	 * @throws {HubError} as `list`.
	 */
	open(tree: Pick<HubTree, 'repo' | 'commit'>, path: string, from: number, signal?: AbortSignal): Promise<Response> {
		const name = path.split('/').map(encodeURIComponent).join('/');
		const url = `${this.#options.endpoint}/${tree.repo}/resolve/${tree.commit}/${name}`;
		// no compression: lengths and ranges are those of the file
		const headers = { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) };
		return this.#get(url, tree.repo, headers, signal);
	}

	async #json<T extends z.ZodType>(
		url: string,
		schema: T,
		repo: string,
		about: string,
		signal: AbortSignal | undefined,
	): Promise<z.output<T>> {
		return this.#parse(await readText(await this.#get(url, repo, {}, signal), repo), schema, about);
	}

	#parse<T extends z.ZodType>(text: string, schema: T, about: string): z.output<T> {
		try {
			return schema.parse(JSON.parse(text));
		} catch (cause) {
			throw new HubError(
				`What ${this.#options.endpoint} says of ${about} cannot be read: is it a Hugging Face hub? HF_ENDPOINT chooses it.`,
				{ cause },
			);
		}
	}

	/** Follows redirects by hand, so that the token stays with the hub and nothing falls back from https to http. */
	async #get(
		start: string,
		repo: string,
		headers: Record<string, string>,
		signal: AbortSignal | undefined,
	): Promise<Response> {
		const { endpoint, token, silenceMs } = this.#options;
		let url = new URL(start);
		for (let redirects = 0; redirects <= mostRedirects; redirects++) {
			const isHub = url.origin === new URL(endpoint).origin;
			const patience = AbortSignal.timeout(silenceMs);
			let response: Response;
			try {
				response = await fetchHeaders(
					url,
					{ ...headers, ...(isHub && token && { authorization: `Bearer ${token}` }) },
					[patience, ...(signal ? [signal] : [])],
				);
			} catch (cause) {
				signal?.throwIfAborted();
				throw new HubError(
					`${url.host} cannot be reached (${reasonOf(cause)}). Check the connection, or name a mirror in HF_ENDPOINT.`,
					{ isPassing: true, cause },
				);
			}
			if (response.ok) return response;
			await response.body?.cancel().catch(() => {});
			const location = response.headers.get('location');
			if (response.status < 300 || response.status >= 400 || location === null) throw this.#refusal(response, repo);
			const target = URL.canParse(location, url) ? new URL(location, url) : undefined;
			if (target?.protocol !== 'https:' && !(target?.protocol === 'http:' && url.protocol === 'http:'))
				throw new HubError(`${url.host} redirects to ${location.slice(0, 200)}, which is not followed: only https is.`);
			url = target;
		}
		throw new HubError(`${endpoint} redirects in circles over ${repo}.`);
	}

	/** Words for an answer that is no success. The hub's own reason is in a header. */
	#refusal({ status, headers }: Response, repo: string): HubError {
		const { endpoint, token } = this.#options;
		const code = headers.get('x-error-code');
		const page = this.pageOf(repo);
		if (code === 'GatedRepo' || status === 403)
			return new HubError(
				token === undefined
					? `${repo} is given only to those who accept its licence. Accept it at ${page}, then set HF_TOKEN to a token of your account (${endpoint}/settings/tokens).`
					: `The account of HF_TOKEN has not been let in to ${repo}. Accept its licence at ${page}; the token must have the right to read gated repositories.`,
			);
		if (code === 'RevisionNotFound')
			return new HubError(`${repo} has no such revision. ${page}/tree/main shows what it has.`);
		if (code === 'EntryNotFound') return new HubError(`${repo} has lost a file while it was fetched. Try again.`);
		if (status === 401 && token !== undefined && code !== 'RepoNotFound')
			return new HubError(`${endpoint} does not accept HF_TOKEN. Make a new one at ${endpoint}/settings/tokens.`);
		if (status === 401 || status === 404)
			return new HubError(
				`There is no model ${repo} at ${endpoint}, or it is private. Names are like cagliostrolab/animagine-xl-3.1; a private one needs HF_TOKEN.`,
			);
		if (status === 416)
			return new HubError(`${endpoint} does not have as much of a file as it said.`, { isPassing: true });
		if (status === 429 || status >= 500)
			return new HubError(`${endpoint} is overloaded or broken at the moment (status ${status}). Try again later.`, {
				isPassing: true,
			});
		return new HubError(`${endpoint} answers with status ${status} to what was asked of ${repo}.`);
	}
}

/** The time limit is for the answer's beginning: who reads the body keeps his own. */
async function fetchHeaders(url: URL, headers: Record<string, string>, signals: AbortSignal[]): Promise<Response> {
	const abort = new AbortController();
	const stop = ({ target }: { target: unknown }) => abort.abort((target as AbortSignal).reason);
	for (const signal of signals) {
		if (signal.aborted) abort.abort(signal.reason);
		signal.addEventListener('abort', stop as EventListener, { once: true });
	}
	try {
		return await fetch(url, { headers, redirect: 'manual', signal: abort.signal });
	} finally {
		for (const signal of signals) signal.removeEventListener('abort', stop as EventListener);
	}
}

async function readText(response: Response, repo: string): Promise<string> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	try {
		for await (const chunk of response.body ?? []) {
			length += chunk.length;
			if (length > mostListBytes) throw new HubError(`The list of files of ${repo} is too long: is HF_ENDPOINT a hub?`);
			chunks.push(chunk);
		}
	} catch (cause) {
		if (cause instanceof HubError) throw cause;
		throw new HubError(`The connection broke (${reasonOf(cause)}).`, { isPassing: true, cause });
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** The address of the next page, from the header `Link`; only on the hub itself. */
function nextPage(response: Response, current: string, endpoint: string): string | undefined {
	const [, target] = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '') ?? [];
	if (target === undefined || !URL.canParse(target, current)) return undefined;
	const url = new URL(target, current);
	return url.origin === new URL(endpoint).origin ? url.href : undefined;
}

/** Says in a few words why a connection failed. */
export function reasonOf(error: unknown): string {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	if (cause instanceof Error && cause.name === 'TimeoutError') return 'no answer in time';
	if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
	return cause instanceof Error ? cause.message : String(cause);
}
