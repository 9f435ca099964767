import { DiscordAPIError, HTTPError } from 'discord.js';

/** Takes Discord's own number of an error, such as 10008 for an unknown message; `undefined` when it is not Discord's. */
export function discordErrorCode(error: unknown): number | undefined {
	return error instanceof DiscordAPIError ? Number(error.code) : undefined;
}

/** Answers whether Discord understood us and said no: asking again would change nothing. */
export function isRefusal(error: unknown): boolean {
	return error instanceof DiscordAPIError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

/** Answers whether the way to Discord failed, or Discord itself did: asking again may help. */
export function isTransient(error: unknown): boolean {
	return !isRefusal(error) && (error instanceof HTTPError || error instanceof Error);
}
