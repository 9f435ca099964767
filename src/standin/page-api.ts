/**
 * What the playground page and the stand-in say to each other. Messages, commands, components and modals travel in Discord's
 * own wire form (snake_case), so that the page draws what a Discord client would be sent.
 *
 *   GET  /                                      the page;  /playground/<file> its scripts and styles
 *   GET  /standin/state[?user=U]                PageState; only what that user sees when one is named
 *   GET  /standin/channels/:id/messages?user=U  APIMessage[], oldest first, at most the newest 100, ephemeral ones of others left out
 *   GET  /standin/events?user=U                 Server-sent events, each `data:` a PageEvent
 *   POST /standin/files?user=U&channel=C&name=N a file's bytes -> APIAttachment, whose ID then is the value of an option or field
 *   POST /standin/interactions                  PageAction -> { interaction_id } ; 4xx { message } when Discord's client would not send it
 *   PATCH /standin/channels/:id                 { nsfw: boolean } -> PageChannel (what a moderator does in Discord's own settings)
 */
import type {
	APIApplicationCommand,
	APIMessage,
	APIModalInteractionResponseCallbackData,
	APIUser,
} from 'discord-api-types/v10';

export interface PageUser extends APIUser {
	/** Shown beside the name: the highest role in the first guild, in small letters; "member" without any. */
	role: string;
	/** The language of the user's Discord: `en-US`, `ja`. */
	locale: string;
}

export interface PageChannel {
	id: string;
	/** Discord's number: 0 text, 1 direct message, 2 voice, 5 announcements, 11 public thread or post, 15 forum. */
	type: number;
	name: string;
	nsfw?: boolean;
	parent_id?: string | null;
	guild_id?: string;
	/** What the user that the state was read for may do here: Discord's bit field as digits. */
	permissions?: string;
}

export interface PageGuild {
	id: string;
	name: string;
	owner_id: string;
	/** False where the bot is no member: only user-installed commands work there. */
	has_bot: boolean;
	/** @everyone first. */
	roles: { id: string; name: string; color: number }[];
	/** The bot too. */
	members: { user_id: string; role_ids: string[] }[];
	channels: PageChannel[];
}

export interface PageState {
	guilds: PageGuild[];
	/** Direct-message channels with the bot, one for each user. */
	dms: (PageChannel & { user_id: string })[];
	users: PageUser[];
	application_id: string;
	bot: APIUser;
	/** False while no bot is connected to the gateway. */
	bot_online: boolean;
	commands: APIApplicationCommand[];
}

export type PageEvent =
	| { type: 'message'; message: APIMessage }
	| { type: 'message-deleted'; id: string; channel_id: string }
	| { type: 'commands'; commands: APIApplicationCommand[] }
	| { type: 'bot'; online: boolean }
	| { type: 'channel'; channel: PageChannel }
	/** Guilds, channels, roles or members came, went or changed: read the state anew. */
	| { type: 'world' }
	/** Only to the user who pressed: the bot answered with a modal. */
	| { type: 'modal'; interaction_id: string; modal: APIModalInteractionResponseCallbackData }
	/** Only to the user who typed: choices for the option in focus. */
	| { type: 'choices'; interaction_id: string; choices: { name: string; value: string | number }[] }
	/** The bot answered; the client stops showing its "sending" mark. */
	| { type: 'answered'; interaction_id: string }
	/** The bot did not answer within three seconds: Discord's "The application did not respond". */
	| { type: 'failed'; interaction_id: string; message: string };

export interface PageOption {
	name: string;
	/** Discord's number for the option's type. */
	type: number;
	value?: string | number | boolean;
	options?: PageOption[];
	focused?: boolean;
}

/**
 * A field of a submitted modal, by the `custom_id` of the input. Text inputs have `value`, a lone checkbox 'true' or 'false';
 * selects and the like have `values`, an upload the IDs of files that were sent before.
 */
export interface PageField {
	custom_id: string;
	value?: string;
	values?: string[];
}

export type PageAction =
	| { kind: 'slash'; user_id: string; channel_id: string; command_id: string; options: PageOption[] }
	| { kind: 'autocomplete'; user_id: string; channel_id: string; command_id: string; options: PageOption[] }
	| {
			kind: 'component';
			user_id: string;
			channel_id: string;
			message_id: string;
			custom_id: string;
			component_type: number;
			values?: string[];
	  }
	/** A command from the menu of a message or of a user; `target_id` is theirs. */
	| { kind: 'menu'; user_id: string; channel_id: string; command_id: string; target_id: string }
	| { kind: 'modal'; user_id: string; interaction_id: string; fields: PageField[] };
