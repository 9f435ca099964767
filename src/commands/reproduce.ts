import { createHash } from 'node:crypto';
import {
	ApplicationCommandType,
	ApplicationIntegrationType,
	type ChatInputCommandInteraction,
	ContextMenuCommandBuilder,
	InteractionContextType,
	type Message,
	type MessageContextMenuCommandInteraction,
	SlashCommandBuilder,
} from 'discord.js';
import { findByMessage, findGeneration } from '../db/generations.ts';
import type { Reference } from '../db/schema.ts';
import { noteUpload, uploadKey } from '../db/uploads.ts';
import { UserError } from '../errors.ts';
import { type Carried, readCarried, readPasted } from '../images/carried/index.ts';
import { admitMember } from '../moderation/gate.ts';
import { mayOffer } from '../moderation/offer.ts';
import { suitFor } from '../prompt/recipe.ts';
import type { ImagineRequest } from '../prompt/request.ts';
import { canonicalRecipe } from '../recipe.ts';
import type { Call, Command, MessageCommand } from './context.ts';
import { pictureIn } from './describe.ts';
import { usualModel } from './models.ts';
import { fitCarried } from './reproduce-fit.ts';
import { pressIn, recipeOfOurs, requireSources } from './reproduce-source.ts';
import { deferOnce, submit } from './submit.ts';

type Asking = ChatInputCommandInteraction | MessageContextMenuCommandInteraction;

/** What is drawn again, and what it is compared with. */
interface Original {
	carried: Carried;
	reference?: Reference;
	/** As it was asked for then. */
	request?: ImagineRequest;
	/** The recipe comes from our database, not out of a file or a text. */
	isStored: boolean;
}

const download = { maxBytes: 20 * 1024 * 1024, timeoutMs: 15_000 };

/** Draws a picture again by its file, its recipe, its id or a link to its message, and says whether it is equal. */
export const reproduce: Command = {
	data: new SlashCommandBuilder()
		.setName('reproduce')
		.setDescription('Draw a picture again, and see whether it is the same')
		.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
		.setIntegrationTypes(ApplicationIntegrationType.GuildInstall)
		.addAttachmentOption((o) =>
			o
				.setName('image')
				.setDescription('A picture with its recipe inside: from here, WebUI, ComfyUI, NovelAI and others'),
		)
		.addStringOption((o) =>
			o
				.setName('recipe')
				.setDescription('Or its recipe as text, its ID, or a link to a message of mine')
				.setMaxLength(6000),
		)
		.toJSON(),
	async execute(interaction, call) {
		const file = interaction.options.getAttachment('image');
		const text = interaction.options.getString('recipe')?.trim();
		if ((file === null) === !text)
			throw new UserError(
				'one-source',
				'Give either a picture or a recipe: `image`, or `recipe` with its text, ID or link.',
			);
		if (file) return repeat(interaction, call, await fromFile(interaction, call, file.url));
		return repeat(interaction, call, await fromText(interaction, call, text!));
	},
};

/** The same from the menu of a message. */
export const reproduceMessage: MessageCommand = {
	data: new ContextMenuCommandBuilder()
		.setName('Reproduce')
		.setType(ApplicationCommandType.Message)
		.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
		.setIntegrationTypes(ApplicationIntegrationType.GuildInstall)
		.toJSON(),
	async execute(interaction, call) {
		const { targetMessage } = interaction;
		const press = pressIn(targetMessage);
		if (press) return repeat(interaction, call, await fromOurs(interaction, call, press.id));
		return repeat(interaction, call, await fromMessage(interaction, call, targetMessage));
	},
};

async function fromMessage(interaction: Asking, call: Call, message: Message): Promise<Original> {
	const url = pictureIn(message);
	if (url === undefined) throw new UserError('no-picture', 'There is no picture in this message to draw again.');
	return fromFile(interaction, call, url);
}

/** A file that a member sent. It is kept, as every upload is, until what is drawn was compared with it. */
async function fromFile(interaction: Asking, call: Call, url: string): Promise<Original> {
	admitMember({ settings: call.place.settings, member: call.member });
	// The file may take longer to come than Discord waits for an answer.
	await deferOnce(interaction);
	const bytes = await call.download(url, download);
	const carried = readCarried(bytes);
	if (!carried)
		throw new UserError(
			'no-recipe',
			'This file carries no recipe: it may have been lost when the picture was sent or edited. Send the file as it was saved.',
		);
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	const { guildId, user, channelId } = interaction;
	const name = { userId: user.id, guildId, sha256 };
	await call.store.put(uploadKey(name), bytes);
	await noteUpload(call.db, { ...name, channelId, sizeBytes: bytes.length });
	return { carried, reference: { sha256 }, isStored: false };
}

const ourId = /^([0-9a-f]{20})(?:-(\d{1,2}))?$/;
const messageLink = /^https?:\/\/[^/\s]+\/channels\/(?:@me|\d{1,20})\/\d{1,20}\/(\d{1,20})\/?$/;

async function fromText(interaction: Asking, call: Call, text: string): Promise<Original> {
	const [, id, position] = ourId.exec(text) ?? [];
	if (id !== undefined) return fromOurs(interaction, call, id, position === undefined ? undefined : Number(position));
	const messageId = messageLink.exec(text)?.[1];
	if (messageId !== undefined) {
		const generation = await findByMessage(call.db, messageId);
		return fromOurs(interaction, call, generation?.id ?? '');
	}
	const carried = readPasted(text);
	if (carried) return { carried, isStored: false };
	throw new UserError(
		'no-recipe',
		'This is no recipe that I know. Paste the text or JSON that a picture carries, an ID of mine, or a link to a message of mine.',
	);
}

async function fromOurs(interaction: Asking, call: Call, id: string, position?: number): Promise<Original> {
	const { recipe, imageIds, request } = await recipeOfOurs(
		call,
		interaction,
		await findGeneration(call.db, id),
		position,
	);
	return { carried: { tool: 'atelier', recipe, unknown: {} }, reference: { imageIds }, request, isStored: true };
}

/** Draws it through the one door, like everything: the gate judges what anybody may have written into a file. */
async function repeat(interaction: Asking, call: Call, original: Original): Promise<void> {
	const { carried, reference, isStored } = original;
	const usual = usualModel(call);
	const { recipe, request, notes } = fitCarried(carried, [usual, ...call.models.filter((model) => model !== usual)]);
	await requireSources(call, interaction, recipe, isStored);
	const { ceiling, settings } = call.place;
	// They quote what anybody may have written into a file, and stand in public.
	const told = notes.filter((note) => mayOffer(note, { ceiling, rules: settings.rules }));
	if (told.length < notes.length)
		told.push('Some of what it names is not here, and this channel does not allow the names.');
	if (canonicalRecipe(suitFor(recipe, ceiling)) !== canonicalRecipe(recipe))
		told.push('What this channel allows changes the prompt, so it cannot be equal.');
	const parentImageId = recipe.parent?.imageId;
	await submit(interaction, call, {
		kind: 'imagine',
		request: original.request ?? request,
		recipe,
		notes: told,
		...(reference && { reference }),
		...(parentImageId !== undefined && { parentImageId }),
	});
}
