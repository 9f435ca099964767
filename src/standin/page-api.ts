/**
 * What the playground page and the stand-in say to each other. Messages, commands, components and modals travel in Discord's
 * own wire form (snake_case), so that the page draws what a Discord client would be sent.
 *
 *   GET  /                                      the page;  /playground/<file> its scripts and styles
 *   GET  /standin/state                         PageState
 *   GET  /standin/channels/:id/messages?user=U  APIMessage[], oldest first, at most the newest 100, ephemeral ones of others left out
 *   GET  /standin/events?user=U                 Server-sent events, each `data:` a PageEvent
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
	/** Shown beside the name: what this user may do in the guild, e.g. "member", "moderator". */
	role: string;
}

export interface PageChannel {
	id: string;
	/** Discord's number: 0 text, 11 public thread, 1 direct message. */
	type: number;
	name: string;
	nsfw?: boolean;
	parent_id?: string | null;
	guild_id?: string;
}

export interface PageState {
	guilds: { id: string; name: string; channels: PageChannel[] }[];
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

/** A field of a submitted modal, by the `custom_id` of the input. Text inputs have `value`, selects and the like `values`. */
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
	| { kind: 'modal'; user_id: string; interaction_id: string; fields: PageField[] };
