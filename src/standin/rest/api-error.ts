/** One thing wrong with a request body: where, Discord's code for it, and a sentence. */
export interface Issue {
	path: (string | number)[];
	code: string;
	message: string;
}

interface ErrorTree {
	[key: string]: ErrorTree | { code: string; message: string }[];
}

/** A refusal in Discord's form: an HTTP status, a JSON error code and a message. */
export class ApiError extends Error {
	override name = 'ApiError';
	readonly status: number;
	readonly code: number;
	readonly issues: Issue[];

	constructor(status: number, code: number, message: string, issues: Issue[] = []) {
		super(message);
		this.status = status;
		this.code = code;
		this.issues = issues;
	}

	/** The JSON body of the answer. */
	get body(): { message: string; code: number; errors?: ErrorTree } {
		const { message, code, issues } = this;
		return issues.length === 0 ? { message, code } : { message, code, errors: toTree(issues) };
	}
}

/** Refuses a body as Discord does: 400, code 50035 and what is wrong where. */
export function invalidForm(issues: Issue[]): ApiError {
	return new ApiError(400, 50035, 'Invalid Form Body', issues);
}

/** Discord's refusals for what is not there. */
export const unknown = {
	channel: () => new ApiError(404, 10003, 'Unknown Channel'),
	guild: () => new ApiError(404, 10004, 'Unknown Guild'),
	member: () => new ApiError(404, 10007, 'Unknown Member'),
	message: () => new ApiError(404, 10008, 'Unknown Message'),
	role: () => new ApiError(404, 10011, 'Unknown Role'),
	user: () => new ApiError(404, 10013, 'Unknown User'),
	webhook: () => new ApiError(404, 10015, 'Unknown Webhook'),
	interaction: () => new ApiError(404, 10062, 'Unknown interaction'),
	command: () => new ApiError(404, 10063, 'Unknown application command'),
};

function toTree(issues: Issue[]): ErrorTree {
	const root: ErrorTree = {};
	for (const { path, code, message } of issues) {
		let node = root;
		for (const key of path) {
			const inner = node[key];
			if (inner !== undefined && !Array.isArray(inner)) node = inner;
			else {
				const fresh: ErrorTree = {};
				node[key] = fresh;
				node = fresh;
			}
		}
		const errors = node._errors;
		if (Array.isArray(errors)) errors.push({ code, message });
		else node._errors = [{ code, message }];
	}
	return root;
}
