import type { APIMessage } from 'discord-api-types/v10';
import { endToken } from '../controls.ts';
import type { Faults } from '../faults.ts';
import type { Gateway } from '../gateway.ts';
import { deleteMessage } from '../messages.ts';
import type { UnknownRoute, Violation } from '../records.ts';
import type { LoggedExchange } from '../rest/exchange.ts';
import type { Running } from '../server.ts';
import type { InteractionHandle } from './handle.ts';
import { mediaUrls } from './message-parts.ts';
import { waitFor } from './waits.ts';
import { WorldDriver } from './world.ts';

/** A running stand-in, with what tests need to play Discord's users and accidents. */
export class Standin extends WorldDriver {
	readonly #running: Running;

	constructor(running: Running) {
		super(running.core);
		this.#running = running;
	}

	/** `http://127.0.0.1:<port>`. */
	get url(): string {
		return this.#running.core.url;
	}

	/** For discord.js's `rest.api`. */
	get api(): string {
		return `${this.url}/api`;
	}

	get port(): number {
		return this.#running.port;
	}

	/** The token with which the bot logs in. */
	get token(): string {
		return this.#running.core.token;
	}

	/** Accidents to come: `faults.push({ method: 'PATCH', path: /@original/, status: 503 })`. */
	get faults(): Faults {
		return this.#running.core.faults;
	}

	/** Accidents of the gateway: `drop`, `askToReconnect`, `refuseNextResume`, `muteHeartbeats`, `loseEvents`. */
	get gateway(): Gateway {
		return this.#running.core.gateway;
	}

	/** Every REST exchange so far, oldest first; the newest 5000. */
	get log(): readonly LoggedExchange[] {
		return this.#running.records.log;
	}

	get violations(): readonly Violation[] {
		return this.#running.records.violations;
	}

	get unknownRoutes(): readonly UnknownRoute[] {
		return this.#running.records.unknownRoutes;
	}

	/** Forgets violations and unknown routes that a test provoked. */
	clearRecords(): void {
		this.#running.records.clear();
	}

	/** Throws an error that lists everything the bot sent that Discord would have refused. */
	assertClean(): void {
		this.#running.records.assertClean();
	}

	/** Closes everything and writes the state. */
	stop(): Promise<void> {
		return this.#running.stop();
	}

	/** Waits until a bot is identified on the gateway. */
	async botOnline(timeoutMs = 10_000): Promise<void> {
		await this.#wait('a bot to come online', timeoutMs, () => this.gateway.online || undefined);
	}

	/** Waits until no bot is connected. */
	async botOffline(timeoutMs = 10_000): Promise<void> {
		await this.#wait('the bot to go offline', timeoutMs, () => !this.gateway.online || undefined);
	}

	/** Messages of a channel, oldest first, ephemeral ones too. */
	messagesIn(channel: string): APIMessage[] {
		return this.state.messagesIn(this.channel(channel).id);
	}

	/** A message as it is now; undefined once it is deleted. */
	message(id: string): APIMessage | undefined {
		return this.state.messages.get(id)?.message;
	}

	/** Deletes a message as a moderator does in Discord's client. */
	deleteMessage(id: string): void {
		deleteMessage(this.#running.core, this.state.message(id));
	}

	/** Ends an interaction's time: an answer is then too late (10062), and its token dead (50027). */
	expireToken(handle: InteractionHandle): void {
		endToken(this.#running.core, handle.id);
	}

	/** Ends the time to answer an interaction that still waits. */
	expireAnswer(handle: InteractionHandle): void {
		this.#running.core.deadlines.expire(handle.interaction);
	}

	/** The bytes behind an attachment's address; undefined once it is deleted. */
	bytesAt(url: string): Buffer | undefined {
		const [, , , id = ''] = new URL(url).pathname.split('/');
		return this.state.files.has(id) ? this.#running.core.storage.readBytes(id) : undefined;
	}

	/** The bytes of all pictures that a message shows, in reading order. */
	picturesOf(message: APIMessage): Buffer[] {
		return mediaUrls(message).flatMap((url) => this.bytesAt(url) ?? []);
	}

	/** Waits for an exchange with the bot that fits; earlier ones count too. */
	waitForExchange(predicate: (exchange: LoggedExchange) => boolean, timeoutMs = 10_000): Promise<LoggedExchange> {
		return this.#wait('a REST exchange that fits', timeoutMs, () => this.log.find(predicate));
	}

	#wait<T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> {
		return waitFor({ hub: this.#running.core.hub, what, timeoutMs, look, seen: () => this.log.slice(-3) });
	}
}
