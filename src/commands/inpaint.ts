import {
	ApplicationIntegrationType,
	type ChatInputCommandInteraction,
	InteractionContextType,
	SlashCommandBuilder,
} from 'discord.js';
import type { Generation } from '../db/generations.ts';
import type { Image } from '../db/images.ts';
import { UserError } from '../errors.ts';
import { drawFrom, type Source, strengths } from '../prompt/derive.ts';
import { limits } from '../prompt/options.ts';
import { parseRequest } from '../prompt/request.ts';
import type { Wish } from '../queue/accept.ts';
import type { Recipe } from '../recipe.ts';
import { originalOf, shownIn } from './components/target.ts';
import type { Call, Command } from './context.ts';
import { recipeFor } from './defaults.ts';
import { modelFor } from './models.ts';
import { admitWish, deferOnce, submit } from './submit.ts';
import { aspectOf, keepUpload } from './uploads.ts';

const data = new SlashCommandBuilder()
	.setName('inpaint')
	.setDescription('Draw a part of a picture anew')
	.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
	.setIntegrationTypes(ApplicationIntegrationType.GuildInstall)
	.addAttachmentOption((o) =>
		o
			.setName('mask')
			.setDescription('A copy of the picture with the part painted over in one colour, or white on black')
			.setRequired(true),
	)
	.addStringOption((o) =>
		o
			.setName('prompt')
			.setDescription('The whole picture as it shall be, in tags: 1girl, solo, red hair, smile')
			.setRequired(true)
			.setMaxLength(6000),
	)
	.addStringOption((o) =>
		o.setName('message').setDescription('A picture of mine: the link of its message').setMaxLength(200),
	)
	.addIntegerOption((o) =>
		o.setName('number').setDescription('Which picture of the message').setMinValue(1).setMaxValue(16),
	)
	.addAttachmentOption((o) => o.setName('picture').setDescription('Or a picture of yours'))
	.addStringOption((o) => o.setName('negative').setDescription('What must not be in the picture').setMaxLength(6000))
	.addNumberOption((o) =>
		o
			.setName('strength')
			.setDescription('How much of the part is drawn anew; usually 0.85')
			.setMinValue(limits.strength.min)
			.setMaxValue(limits.strength.max),
	)
	.addIntegerOption((o) =>
		o.setName('count').setDescription('How many pictures').setMinValue(limits.count.min).setMaxValue(limits.count.max),
	);

/** Draws a part of a picture anew: one of ours, or one that the member sends. */
export const inpaint: Command = {
	data: data.toJSON(),
	async execute(interaction, call) {
		const { options } = interaction;
		const [link, picture] = [options.getString('message'), options.getAttachment('picture')];
		if ((link === null) === (picture === null))
			throw new UserError(
				'which-picture',
				'Say which picture: give the link of my `message`, or attach a `picture` of yours, one of the two.',
			);
		const given = Object.fromEntries(options.data.map(({ name, value }) => [name, value]));
		const asked = parseRequest({ ...given, prompt: options.getString('prompt', true) });
		const original = link === null ? undefined : await pictureAt(interaction, call, link);
		const request = picture ? { ...asked, aspect: asked.aspect ?? aspectOf(picture) } : asked;
		const { model, notes: told } = modelFor(call, request);
		const made = recipeFor(request, model, call);
		const wish: Wish = { kind: 'inpaint', request, recipe: made.recipe, notes: [...told, ...made.notes] };
		admitWish(call, wish);
		const replyId = await deferOnce(interaction);
		const mask = await keepUpload(call, interaction, options.getAttachment('mask', true));
		const parent = original ? parentOf(original) : { parent: await keepUpload(call, interaction, picture!) };
		const recipe = drawFrom(made.recipe, { ...parent, mask, strength: asked.strength ?? strengths.inpaint });
		const parentImageId = original && { parentImageId: original.image.id };
		await submit(interaction, call, { ...wish, recipe, ...parentImageId }, { replyId });
	},
};

/** Of ours the size is known; its steps and the like are asked for anew, as the prompt is. */
function parentOf({ image }: { generation: Generation; image: Image }): Source & Pick<Recipe, 'width' | 'height'> {
	return { parent: { imageId: image.id, sha256: image.sha256 }, width: image.width, height: image.height };
}

/** Finds the picture of a message of ours in this channel. An enlargement stands for what it was made from. */
async function pictureAt(interaction: ChatInputCommandInteraction, call: Call, link: string) {
	const messageId = /(\d{17,20})\/?\s*$/.exec(link)?.[1];
	if (messageId === undefined)
		throw new UserError(
			'bad-link',
			'This is no link of a message. Copy it from the menu of my message with the picture.',
		);
	const generation = await shownIn(call.db, interaction, messageId);
	const position = (interaction.options.getInteger('number') ?? 1) - 1;
	return originalOf(call, interaction, { verb: 'vary', id: generation.id, position });
}
