/**
 * A member asked for something that we refuse. The message is one sentence that they can act on; `discord/dispatch.ts` shows
 * it to them privately. Anything else that is thrown is our fault or the world's.
 */
export class UserError extends Error {
	readonly code: string;
	constructor(code: string, message: string) {
		super(message);
		this.name = 'UserError';
		this.code = code;
	}
}

/** An operator's set-up cannot work: shown as one line, without a stack, and the program ends. */
export class SetupError extends Error {
	constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'SetupError';
	}
}

/** Ends a switch over a union: TypeScript refuses the call while a case is missing. */
export function assertNever(value: never): never {
	throw new TypeError(`Expected no further case, got ${JSON.stringify(value)}`);
}
