import {
	ApplicationCommandType,
	ApplicationIntegrationType,
	type ChatInputCommandInteraction,
	ComponentType,
	ContextMenuCommandBuilder,
	InteractionContextType,
	type Message,
	type MessageContextMenuCommandInteraction,
	MessageFlags,
	SlashCommandBuilder,
} from 'discord.js';
import { UserError } from '../errors.ts';
import { admitMember } from '../moderation/gate.ts';
import { judgePicture } from '../moderation/picture.ts';
import { defaultSyntax } from '../prompt/syntax/index.ts';
import type { Call, Command, MessageCommand } from './context.ts';
import { Cooldown } from './cooldown.ts';
import { descriptionLayout, promptFor, refusalFor } from './description.ts';
import { usualModel } from './models.ts';

/** As large as a member may send, and how long its file may take to come from Discord. */
const download = { maxBytes: 20 * 1024 * 1024, timeoutMs: 15_000 };
const cooldown = new Cooldown(10_000);

/** Says to one member which tags draw something like a picture. */
export const describe: Command = {
	data: new SlashCommandBuilder()
		.setName('describe')
		.setDescription('See which tags describe a picture, how it is rated, and draw them')
		.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
		.setIntegrationTypes(ApplicationIntegrationType.GuildInstall)
		.addAttachmentOption((o) => o.setName('image').setDescription('A PNG, JPEG or WebP picture').setRequired(true))
		.toJSON(),
	execute: (interaction, call) => answer(interaction, call, interaction.options.getAttachment('image', true).url),
};

/** The same for a picture in a message, from its menu. */
export const describeMessage: MessageCommand = {
	data: new ContextMenuCommandBuilder()
		.setName('Describe')
		.setType(ApplicationCommandType.Message)
		.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
		.setIntegrationTypes(ApplicationIntegrationType.GuildInstall)
		.toJSON(),
	async execute(interaction, call) {
		const url = pictureIn(interaction.targetMessage);
		if (url === undefined) throw new UserError('no-picture', 'There is no picture in this message to describe.');
		await answer(interaction, call, url);
	},
};

/** The address of the first picture of a message: attached, or in a gallery as ours are. */
export function pictureIn({ attachments, components }: Message): string | undefined {
	const attached = attachments.find(({ contentType }) => contentType?.startsWith('image/'));
	if (attached) return attached.url;
	const boxes = components.flatMap((it) => (it.type === ComponentType.Container ? it.components : [it]));
	const galleries = boxes.flatMap((it) => (it.type === ComponentType.MediaGallery ? it.items : []));
	return galleries[0]?.media.url;
}

/**
 * Looks at a picture and says privately what is in it. What may not be shown in the channel is not described there either: its tags
 * would be what the channel does not allow.
 */
async function answer(
	interaction: ChatInputCommandInteraction | MessageContextMenuCommandInteraction,
	call: Call,
	url: string,
): Promise<void> {
	const { place, member, thresholds } = call;
	admitMember({ settings: place.settings, member });
	cooldown.take(interaction.user.id);
	await interaction.deferReply({ flags: MessageFlags.Ephemeral });
	const seen = await call.describe(await call.download(url, download));
	const { ratings, youthTags } = seen;
	const { ceiling, spoiler } = place;
	const verdict = judgePicture({ ratings, youthTags, ceiling, spoiler, thresholds });
	if (verdict.show === 'withheld') throw new UserError(`picture-${verdict.rule}`, refusalFor(verdict, ceiling));
	const prompt = promptFor(seen, usualModel(call).syntax ?? defaultSyntax);
	await interaction.editReply({
		flags: MessageFlags.IsComponentsV2,
		components: descriptionLayout(seen, verdict, prompt),
		allowedMentions: { parse: [] },
	});
}
