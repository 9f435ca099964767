import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type {
	GatewayIdentifyData,
	GatewayReadyDispatchData,
	GatewayResumeData,
	GatewaySendPayload,
} from 'discord-api-types/v10';
import { GatewayCloseCodes, GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Hub } from './hub.ts';
import type { State } from './state.ts';
import { wireGuildCreate } from './wire-guild.ts';

/** Discord keeps a lost session for some minutes; this many events of it are kept for its return. */
const maxReplay = 5000;
/** Typed as a number because a literal is no member of the flags. */
const noFlags: number = 0;

interface Event {
	op: 0;
	t: string;
	s: number;
	d: unknown;
}

interface Session {
	id: string;
	seq: number;
	intents: number;
	shard: [id: number, count: number];
	/** Kept for a resume. */
	events: Event[];
	socket: WebSocket | null;
}

export interface GatewayOptions {
	token: string;
	/** `ws://127.0.0.1:<port>`. */
	url: string;
	heartbeatMs: number;
	state: State;
	hub: Hub;
}

/**
 * Discord's gateway, version 10, JSON without compression. A session is made by IDENTIFY and bound to one socket; when the
 * socket is lost it waits, gathering events, until RESUME binds it to another. It ends when the client closes with 1000 or
 * 1001, as Discord documents.
 */
export class Gateway {
	readonly #options: GatewayOptions;
	readonly #server = new WebSocketServer({ noServer: true });
	readonly #sessions = new Map<string, Session>();
	#refuseResume = false;
	#muteHeartbeats = false;
	#losesEvents = false;
	/** What the bot sent, newest last: for tests. */
	readonly received: GatewaySendPayload[] = [];

	constructor(options: GatewayOptions) {
		this.#options = options;
		this.#server.on('connection', (socket: WebSocket) => this.#welcome(socket));
	}

	/** Takes over a connection that asks to become a web socket. */
	upgrade(request: IncomingMessage, socket: import('node:stream').Duplex, head: Buffer): void {
		this.#server.handleUpgrade(request, socket, head, (ws) => this.#server.emit('connection', ws, request));
	}

	/** True while a bot is identified and connected. */
	get online(): boolean {
		return [...this.#sessions.values()].some((it) => it.socket !== null);
	}

	/**
	 * Sends an event to every session that asked for it, or keeps it for one that may resume.
	 * @param intents one of these must be held; 0 means that everybody gets it.
	 */
	dispatch(name: string, data: unknown, { intents = 0, guildId = null as string | null } = {}): void {
		for (const session of this.#sessions.values()) {
			if (intents !== 0 && (session.intents & intents) === 0) continue;
			const [shard, count] = session.shard;
			// Direct messages, and guilds the bot is not in, belong to shard 0.
			if ((guildId === null ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(count))) !== shard) continue;
			this.#dispatchTo(session, name, data);
		}
	}

	/** Cuts every connection without a close frame, as a failing network does. Sessions can be resumed. */
	drop(): void {
		for (const client of this.#server.clients) client.terminate();
	}

	/** Asks every client to reconnect and resume (op 7). */
	askToReconnect(): void {
		for (const client of this.#server.clients) send(client, { op: GatewayOpcodes.Reconnect, d: null });
	}

	/** Answers the next RESUME with op 9: the client must identify anew. */
	refuseNextResume(): void {
		this.#refuseResume = true;
	}

	/** Stops acknowledging heartbeats, which makes a client think the connection dead; until called with false. */
	muteHeartbeats(muted = true): void {
		this.#muteHeartbeats = muted;
	}

	/** Loses every event while the connection seems alive, as a half-open one does; until called with false. */
	loseEvents(lost = true): void {
		this.#losesEvents = lost;
	}

	close(): void {
		for (const client of this.#server.clients) client.terminate();
		this.#sessions.clear();
		this.#server.close();
	}

	#welcome(socket: WebSocket): void {
		send(socket, { op: GatewayOpcodes.Hello, d: { heartbeat_interval: this.#options.heartbeatMs, _trace: [] } });
		socket.on('error', () => socket.terminate());
		socket.on('close', (code) => this.#lost(socket, code));
		socket.on('message', (raw) => {
			let payload: GatewaySendPayload;
			try {
				payload = JSON.parse(String(raw)) as GatewaySendPayload;
			} catch {
				return socket.close(GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
			}
			if (payload.op !== GatewayOpcodes.Heartbeat) this.received.push(payload);
			if (payload.op === GatewayOpcodes.Heartbeat) {
				if (!this.#muteHeartbeats) send(socket, { op: GatewayOpcodes.HeartbeatAck, d: null });
			} else if (payload.op === GatewayOpcodes.Identify) this.#identify(socket, payload.d);
			else if (payload.op === GatewayOpcodes.Resume) this.#resume(socket, payload.d);
		});
	}

	#identify(socket: WebSocket, data: GatewayIdentifyData): void {
		// discord.js sends the bare token; other clients send it as in the Authorization header.
		if (data.token.replace(/^Bot /, '') !== this.#options.token) {
			socket.close(GatewayCloseCodes.AuthenticationFailed, 'Authentication failed.');
			return;
		}
		const { state, url } = this.#options;
		const [shardId, shardCount] = data.shard ?? [0, 1];
		const session: Session = {
			id: randomBytes(16).toString('hex'),
			seq: 0,
			intents: data.intents,
			shard: [shardId, shardCount],
			events: [],
			socket,
		};
		// A bot that was killed never resumes: its session would gather events for ever.
		for (const [id, old] of this.#sessions) if (old.socket === null) this.#sessions.delete(id);
		this.#sessions.set(session.id, session);
		const guilds = [...state.guilds.values()].filter(
			({ foreign, id }) => !foreign && Number((BigInt(id) >> 22n) % BigInt(shardCount)) === shardId,
		);
		const ready = {
			v: 10,
			user: { ...state.bot.user, email: null, verified: true, mfa_enabled: true },
			guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
			session_id: session.id,
			resume_gateway_url: url,
			shard: [shardId, shardCount],
			application: { id: state.application.id, flags: noFlags, flags_new: '0' },
		} satisfies GatewayReadyDispatchData;
		this.#dispatchTo(session, 'READY', { ...ready, session_type: 'normal', private_channels: [], _trace: [] });
		if ((session.intents & GatewayIntentBits.Guilds) !== 0) {
			for (const guild of guilds) this.#dispatchTo(session, 'GUILD_CREATE', wireGuildCreate(state, guild));
		}
		this.#options.hub.announce({ type: 'bot', online: true });
	}

	#resume(socket: WebSocket, data: GatewayResumeData): void {
		const session = this.#sessions.get(data.session_id);
		if (session === undefined || this.#refuseResume || data.token.replace(/^Bot /, '') !== this.#options.token) {
			this.#refuseResume = false;
			this.#sessions.delete(data.session_id);
			send(socket, { op: GatewayOpcodes.InvalidSession, d: false });
			return;
		}
		session.socket = socket;
		for (const event of session.events) if (event.s > data.seq) send(socket, event);
		this.#dispatchTo(session, 'RESUMED', { _trace: [] });
		this.#options.hub.announce({ type: 'bot', online: true });
	}

	#lost(socket: WebSocket, code: number): void {
		for (const session of this.#sessions.values()) {
			if (session.socket !== socket) continue;
			session.socket = null;
			if (code === 1000 || code === 1001) this.#sessions.delete(session.id);
			if (!this.online) this.#options.hub.announce({ type: 'bot', online: false });
		}
	}

	#dispatchTo(session: Session, name: string, data: unknown): void {
		if (this.#losesEvents) return;
		session.seq += 1;
		const event: Event = { op: 0, t: name, s: session.seq, d: data };
		session.events.push(event);
		if (session.events.length > maxReplay) session.events.shift();
		if (session.socket !== null) send(session.socket, event);
	}
}

function send(socket: WebSocket, payload: object): void {
	if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ s: null, t: null, ...payload }));
}
