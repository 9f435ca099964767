import {
	type AnySelectMenuInteraction,
	type AutocompleteInteraction,
	type ButtonInteraction,
	type ChatInputCommandInteraction,
	type Interaction,
	type MessageContextMenuCommandInteraction,
	MessageFlags,
	type ModalSubmitInteraction,
	RESTJSONErrorCodes,
} from 'discord.js';
import { components } from '../commands/components/index.ts';
import type { Call, Services } from '../commands/context.ts';
import { decodePress } from '../commands/custom-id.ts';
import { commands, messageCommands } from '../commands/index.ts';
import { isDatabaseAway, rootCause } from '../db/client.ts';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import { lookUpMember } from '../moderation/member.ts';
import { lookUpPlace } from '../moderation/place.ts';
import { factsOfInteraction, memberOfInteraction, type SeenRaw } from './facts.ts';
import { discordErrorCode } from './rest-errors.ts';
import { speakTheirLanguage } from './speak.ts';

type Handled =
	| ChatInputCommandInteraction
	| MessageContextMenuCommandInteraction
	| ButtonInteraction
	| AnySelectMenuInteraction
	| ModalSubmitInteraction;

const byName = new Map(commands.map((command) => [command.data.name, command]));
const byMenuName = new Map(messageCommands.map((command) => [command.data.name, command]));
const byVerb = new Map(components.map((component) => [component.verb, component]));

/** Brings an interaction to its command or component. The only place where errors become replies. */
export async function dispatch(
	interaction: Interaction,
	raw: SeenRaw | undefined,
	services: Services,
	log: Log,
): Promise<void> {
	const speak = speakTheirLanguage(interaction);
	if (interaction.isAutocomplete()) return suggest(interaction, raw, services, log);
	const isCommand = interaction.isChatInputCommand() || interaction.isMessageContextMenuCommand();
	if (!isCommand && !interaction.isMessageComponent() && !interaction.isModalSubmit()) return;
	try {
		const call = await callFor(interaction, raw, services);
		speak(call.place.guild.language);
		await route(interaction, call);
	} catch (error) {
		await answer(interaction, error, log).catch((failure: unknown) => {
			log.warn('an error could not be answered', { interactionId: interaction.id, error: failure });
		});
	}
}

/** Looks up what holds where somebody presses, and for them. */
async function callFor(
	interaction: Handled | AutocompleteInteraction,
	raw: SeenRaw | undefined,
	services: Services,
): Promise<Call> {
	const { guildId } = interaction;
	const seen = memberOfInteraction(interaction);
	const facts = factsOfInteraction(interaction, raw);
	const [place, member] = await Promise.all([
		lookUpPlace(services.db, guildId, facts),
		guildId !== null && seen ? lookUpMember(services.db, guildId, seen) : undefined,
	]);
	const isForeign = guildId !== null && !interaction.inCachedGuild();
	// Where it says nothing, Discord is asked at delivery, and does not tell either: unknown stays unknown.
	const seenAgeRestricted = isForeign && facts.ageRestricted !== 'unknown' ? facts.ageRestricted : null;
	return { ...services, place, member, seenAgeRestricted };
}

/** Offers choices while somebody types. Where that fails there is nobody to tell, and they can type on. */
async function suggest(
	interaction: AutocompleteInteraction,
	raw: SeenRaw | undefined,
	services: Services,
	log: Log,
): Promise<void> {
	try {
		const command = byName.get(interaction.commandName);
		await command?.autocomplete?.(interaction, await callFor(interaction, raw, services));
	} catch (error) {
		log.warn('no choices could be offered', { interactionId: interaction.id, error: rootCause(error) });
	}
}

async function route(interaction: Handled, call: Call): Promise<void> {
	if (interaction.isChatInputCommand()) {
		const command = byName.get(interaction.commandName);
		if (!command) throw new UserError('unknown-command', 'This command is no longer there. Type / to see what is.');
		return command.execute(interaction, call);
	}
	if (interaction.isMessageContextMenuCommand()) {
		const command = byMenuName.get(interaction.commandName);
		if (!command) throw new UserError('unknown-command', 'This command is no longer there.');
		return command.execute(interaction, call);
	}
	const press = decodePress(interaction.customId);
	const component = press && byVerb.get(press.verb);
	const handler = interaction.isModalSubmit()
		? component?.modal
		: interaction.isButton()
			? component?.button
			: component?.select;
	if (!press || !handler)
		throw new UserError('unknown-button', 'This button is no longer known. Use /imagine to start anew.');
	// The handler was chosen by the interaction's kind just above.
	return (handler as (i: Handled, p: typeof press, c: Call) => Promise<void>)(interaction, press, call);
}

async function answer(interaction: Handled, error: unknown, log: Log): Promise<void> {
	const code = discordErrorCode(error);
	if (code === RESTJSONErrorCodes.UnknownInteraction) {
		// Three seconds are over: nothing of it was accepted, and there is nobody to tell.
		log.warn('an interaction was answered too late', { interactionId: interaction.id });
		return;
	}
	await replyPrivately(interaction, sentenceFor(interaction, error, log));
}

function sentenceFor(interaction: Handled, error: unknown, log: Log): string {
	if (error instanceof UserError) return error.message;
	const facts = { interactionId: interaction.id, guildId: interaction.guildId };
	if (isDatabaseAway(error)) {
		log.error('the database is away', { ...facts, error: rootCause(error) });
		return 'The database does not answer at the moment, so nothing was started. Please try again in a minute.';
	}
	log.error('an interaction failed', { ...facts, error });
	return `Something went wrong, and nothing was started. It is noted as ${interaction.id}; please try again.`;
}

/**
 * Says something to the one who pressed, and to nobody else. A public "is thinking" is taken away first: its follow-up would
 * be as public as it is.
 */
async function replyPrivately(interaction: Handled, content: string): Promise<void> {
	const message = { content, flags: MessageFlags.Ephemeral, allowedMentions: { parse: [] } } as const;
	if (!interaction.deferred && !interaction.replied) {
		try {
			await interaction.reply(message);
			return;
		} catch (error) {
			if (discordErrorCode(error) !== RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged) throw error;
			// Discord took a defer whose answer was lost.
			interaction.deferred = true;
			interaction.ephemeral = false;
		}
	}
	if (interaction.ephemeral) {
		await interaction.editReply({ content, allowedMentions: { parse: [] } });
		return;
	}
	// discord.js leaves `ephemeral` empty after `deferUpdate`, where the message is not ours to delete.
	if (interaction.ephemeral === false && !interaction.replied) await interaction.deleteReply();
	await interaction.followUp(message);
}
