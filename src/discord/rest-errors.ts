import { DiscordAPIError } from 'discord.js';

/** Takes Discord's own number of an error, such as 10008 for an unknown message; `undefined` when it is not Discord's. */
export function discordErrorCode(error: unknown): number | undefined {
	return error instanceof DiscordAPIError ? Number(error.code) : undefined;
}

/** Answers whether Discord understood us and said no: asking again would change nothing. */
export function isRefusal(error: unknown): boolean {
	return error instanceof DiscordAPIError && error.status >= 400 && error.status < 500 && !passing.has(error.status);
}

/** Of these the fault is not in what was asked: who asks (the token), a time-out, the pace. */
const passing = new Set([401, 408, 429]);

/** Answers whether Discord did not accept the token that was shown. */
export function isUnauthorized(error: unknown): boolean {
	return error instanceof DiscordAPIError && error.status === 401;
}
