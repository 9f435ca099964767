import type { APIMessage } from 'discord-api-types/v10';
import { GatewayIntentBits } from 'discord-api-types/v10';
import { endToken } from '../controls.ts';
import type { Faults } from '../faults.ts';
import type { Gateway } from '../gateway.ts';
import { deleteMessage } from '../messages.ts';
import { setAgeRestricted } from '../page.ts';
import type { UnknownRoute, Violation } from '../records.ts';
import type { LoggedExchange } from '../rest/exchange.ts';
import type { Running } from '../server.ts';
import type { State, StoredChannel, StoredUser, UserRole } from '../state.ts';
import { wireChannel, wireGuildCreate } from '../wire.ts';
import { makeChannel, makeUser } from '../world.ts';
import type { InteractionHandle } from './handle.ts';
import { mediaUrls } from './message-parts.ts';
import { DriverUser } from './user.ts';
import { waitFor } from './waits.ts';

/** A running stand-in, with what tests need to play Discord's users and accidents. */
export class Standin {
	readonly #running: Running;

	constructor(running: Running) {
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

	get state(): State {
		return this.#running.core.state;
	}

	/** Accidents to come: `faults.push({ method: 'PATCH', path: /@original/, status: 503 })`. */
	get faults(): Faults {
		return this.#running.core.faults;
	}

	/** Accidents of the gateway: `drop`, `askToReconnect`, `refuseNextResume`, `muteHeartbeats`. */
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

	/** A user by name or ID. */
	user(nameOrId: string): DriverUser {
		const found = [...this.state.users.values()].find(
			({ id, user }) => id === nameOrId || user.username === nameOrId.toLowerCase(),
		);
		if (found === undefined) throw new Error(`Expected a known user, got \`${nameOrId}\``);
		return new DriverUser(this.#running.core, found, (name, user) => this.#channelFor(name, user));
	}

	/** A channel or thread by name or ID. Names of direct-message channels do not count: use `dm` as a user. */
	channel(nameOrId: string): StoredChannel {
		const found = [...this.state.channels.values()].find(
			({ id, name, type }) => id === nameOrId || (name === nameOrId && type !== 1),
		);
		if (found === undefined) throw new Error(`Expected a known channel, got \`${nameOrId}\``);
		return found;
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

	/** Switches a channel's age restriction; the bot is told by CHANNEL_UPDATE. */
	setNsfw(channel: string, nsfw: boolean): void {
		setAgeRestricted(this.#running.core, this.channel(channel).id, nsfw);
	}

	/** Adds a user, with a direct-message channel. */
	createUser(name: string, role: Exclude<UserRole, 'bot'> = 'member'): DriverUser {
		const stored = makeUser(this.state.ids.next(), name, role);
		this.state.users.set(stored.id, stored);
		this.state.dmWith(stored.id);
		return this.user(stored.id);
	}

	/** Adds a text channel to a guild, the first one when none is named, and tells the bot. */
	createChannel(name: string, { nsfw = false, guildId = this.#firstGuildId() } = {}): StoredChannel {
		const channel = this.#addChannel(name, guildId, nsfw);
		const data = wireChannel(this.state, channel);
		this.gateway.dispatch('CHANNEL_CREATE', data, { intents: GatewayIntentBits.Guilds, guildId });
		return channel;
	}

	/** Adds a guild with text channels, and the bot to it. */
	createGuild(name: string, channels: string[]): { id: string; channels: StoredChannel[] } {
		const { id, made } = this.#addGuild(name, channels, { foreign: false, nsfw: false });
		const data = wireGuildCreate(this.state, this.state.guild(id));
		this.gateway.dispatch('GUILD_CREATE', data, { intents: GatewayIntentBits.Guilds, guildId: id });
		return { id, channels: made };
	}

	/**
	 * Adds a guild that the bot is not in, with one channel, and returns that channel. Who runs a command there brings the bot
	 * along by having installed it: the bot sees the interaction and nothing else of the guild.
	 */
	createForeignChannel({ name = 'elsewhere', nsfw = false } = {}): StoredChannel {
		const { made } = this.#addGuild(`Foreign ${name}`, [name], { foreign: true, nsfw });
		return this.channel(made[0]?.id ?? '');
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

	#channelFor(name: string, user: StoredUser): StoredChannel {
		return name === 'dm' ? this.state.dmWith(user.id) : this.channel(name);
	}

	#firstGuildId(): string {
		const [first] = this.state.guilds.keys();
		if (first === undefined) throw new Error('Expected the world to have a guild, got none');
		return first;
	}

	#addChannel(name: string, guildId: string, nsfw: boolean): StoredChannel {
		const channel = makeChannel({ id: this.state.ids.next(), name, guildId, nsfw });
		this.state.channels.set(channel.id, channel);
		this.state.touch();
		return channel;
	}

	#addGuild(name: string, channels: string[], { foreign, nsfw }: { foreign: boolean; nsfw: boolean }) {
		const { ids, guilds, bot } = this.state;
		const id = ids.next();
		guilds.set(id, { id, name, ownerId: bot.id, moderatorRoleId: ids.next(), foreign });
		return { id, made: channels.map((channel) => this.#addChannel(channel, id, nsfw)) };
	}
}
