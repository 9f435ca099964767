import {
	ApplicationIntegrationType,
	type ChatInputCommandInteraction,
	InteractionContextType,
	SlashCommandBuilder,
	type SlashCommandStringOption,
} from 'discord.js';
import { UserError } from '../errors.ts';
import { ceilings } from '../moderation/gate.ts';
import { mayOffer } from '../moderation/offer.ts';
import { samplerNames, samplers } from '../pipeline/samplers/index.ts';
import { scheduleNames, schedules } from '../pipeline/schedule/names.ts';
import { aspectChoices } from '../prompt/aspects.ts';
import { completePrompt } from '../prompt/complete.ts';
import { drawFrom, strengths } from '../prompt/derive.ts';
import { type Family, familyChoices } from '../prompt/families.ts';
import { knownTags } from '../prompt/known-tags.ts';
import { completeLoras } from '../prompt/loras.ts';
import { completeModels, isNamed } from '../prompt/models.ts';
import { limits } from '../prompt/options.ts';
import { permute } from '../prompt/permutations.ts';
import { presetChoices } from '../prompt/presets.ts';
import { parseRequest } from '../prompt/request.ts';
import { styleChoices } from '../prompt/styles.ts';
import { defaultSyntax, syntaxChoices, syntaxNames } from '../prompt/syntax/index.ts';
import { cleanText } from '../prompt/text.ts';
import { wildcardsWith } from '../prompt/wildcards.ts';
import type { Wish } from '../queue/accept.ts';

import type { Call, Command } from './context.ts';
import { recipeFor } from './defaults.ts';
import { modelFor, usualModel } from './models.ts';
import { admitWish, deferOnce, submit } from './submit.ts';
import { submitWishes } from './submit-all.ts';
import { type Attached, aspectOf, keepUpload } from './uploads.ts';

const family = (name: Family, description: string) => (option: SlashCommandStringOption) =>
	option
		.setName(name)
		.setDescription(description)
		.addChoices(...familyChoices(name));

const data = new SlashCommandBuilder()
	.setName('imagine')
	.setDescription('Paint pictures from tags')
	.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
	.setIntegrationTypes(ApplicationIntegrationType.GuildInstall)
	// Longer texts than we take are let through, so that we can say how many characters are too many.
	.addStringOption((o) =>
		o
			.setName('prompt')
			.setDescription('Tags, separated by commas: 1girl, solo, blue hair, smile, outdoors')
			.setRequired(true)
			.setMaxLength(6000)
			.setAutocomplete(true),
	)
	.addStringOption((o) => o.setName('negative').setDescription('What must not be in the picture').setMaxLength(6000))
	.addStringOption(family('quality', 'How good the picture should be'))
	// Offered while they type: only what the channel allows.
	.addStringOption((o) => o.setName('rating').setDescription('How daring the picture may be').setAutocomplete(true))
	.addStringOption(family('year', 'The drawing style of which years'))
	.addStringOption(family('aesthetic', 'How pleasing the picture should be'))
	.addStringOption((o) =>
		o
			.setName('preset')
			.setDescription('What is added to your prompt and negative')
			.addChoices(...presetChoices()),
	)
	.addStringOption((o) =>
		o
			.setName('style')
			.setDescription('How the picture is drawn')
			.addChoices(...styleChoices()),
	)
	.addStringOption((o) =>
		o
			.setName('aspect')
			.setDescription('The shape of the picture')
			.addChoices(...aspectChoices()),
	)
	.addIntegerOption((o) =>
		o.setName('steps').setDescription('Sampler steps').setMinValue(limits.steps.min).setMaxValue(limits.steps.max),
	)
	.addNumberOption((o) =>
		o
			.setName('guidance')
			.setDescription('How closely the prompt is followed')
			.setMinValue(limits.guidance.min)
			.setMaxValue(limits.guidance.max),
	)
	.addAttachmentOption((o) => o.setName('image').setDescription('A picture of yours to draw over'))
	.addNumberOption((o) =>
		o
			.setName('strength')
			.setDescription('How much of your image is drawn anew; usually 0.55')
			.setMinValue(limits.strength.min)
			.setMaxValue(limits.strength.max),
	)
	.addBooleanOption((o) => o.setName('hires').setDescription('Draw it 1.5 times as large, in two goes'))
	.addStringOption((o) =>
		o
			.setName('sampler')
			.setDescription('How the noise is taken away')
			.addChoices(...samplerNames.map((value) => ({ name: samplers[value].label, value }))),
	)
	.addStringOption((o) =>
		o
			.setName('schedule')
			.setDescription('How the steps are spaced; without it as the model says')
			.addChoices(...scheduleNames.map((value) => ({ name: schedules[value].label, value }))),
	)
	.addStringOption((o) =>
		o
			.setName('syntax')
			.setDescription('How emphasis is written in your prompt and negative')
			.addChoices(...syntaxChoices()),
	)
	.addIntegerOption((o) =>
		o
			.setName('clipskip')
			.setDescription('Which layer of the text encoders is read, counted from the last; usually 2')
			.setMinValue(limits.clipskip.min)
			.setMaxValue(limits.clipskip.max),
	)
	// Offered while they type, since what is installed changes without the command.
	.addStringOption((o) =>
		o.setName('model').setDescription('Which model draws').setMaxLength(100).setAutocomplete(true),
	)
	.addStringOption((o) =>
		o
			.setName('lora')
			.setDescription('LoRAs with their weights: name:0.8, another')
			.setMaxLength(1000)
			.setAutocomplete(true),
	)
	// A text, since Discord's integers end where JavaScript's do but its error would not say so.
	.addStringOption((o) => o.setName('seed').setDescription('The same seed gives the same picture').setMaxLength(40))
	.addIntegerOption((o) =>
		o
			.setName('best')
			.setDescription('Draws this many, and shows those with the highest aesthetic scores')
			.setMinValue(limits.best.min)
			.setMaxValue(limits.best.max),
	)
	.addIntegerOption((o) =>
		o.setName('count').setDescription('How many pictures').setMinValue(limits.count.min).setMaxValue(limits.count.max),
	);

export const imagine: Command = {
	data: data.toJSON(),
	async execute(interaction, call) {
		const given = Object.fromEntries(interaction.options.data.map(({ name, value }) => [name, value]));
		const texts = permute(cleanText(interaction.options.getString('prompt', true)));
		const image = interaction.options.getAttachment('image');
		if (image && texts.length > 1)
			throw new UserError('one-prompt-only', 'An image is drawn over with one prompt at a time. Leave the braces out.');
		const wishes = texts.map((prompt): Wish => {
			const asked = parseRequest({ ...given, prompt });
			if (!image && asked.strength !== undefined)
				throw new UserError(
					'strength-without-image',
					'Strength says how much of a picture is drawn anew. Attach one as `image`, or leave it out.',
				);
			const request = image ? { ...asked, aspect: asked.aspect ?? aspectOf(image) } : asked;
			const { model, notes: told } = modelFor(call, request);
			const { recipe, notes } = recipeFor(request, model, call);
			return { kind: image ? 'image' : 'imagine', request, recipe, notes: [...told, ...notes] };
		});
		if (image) return drawOver(image, wishes[0]!, interaction, call);
		await submitWishes(interaction, call, wishes);
	},
	async autocomplete(interaction, { place, models }) {
		const focused = interaction.options.getFocused(true);
		if (focused.name === 'model')
			return interaction.respond(completeModels(focused.value, models, usualModel({ models, place })));
		const named = interaction.options.getString('model') ?? '';
		const model = models.find((one) => isNamed(one, named)) ?? usualModel({ models, place });
		if (focused.name === 'prompt') {
			const syntax =
				syntaxNames.find((name) => name === interaction.options.getString('syntax')) ?? model.syntax ?? defaultSyntax;
			const known = {
				tags: knownTags(),
				wildcards: Object.keys(wildcardsWith(place.guild.wildcards)),
				syntax,
				mayOffer: (text: string) => mayOffer(text, { ceiling: place.ceiling, rules: place.settings.rules }),
			};
			return interaction.respond(completePrompt(focused.value, known).map((value) => ({ name: value, value })));
		}
		if (focused.name === 'lora')
			return interaction.respond(
				completeLoras(focused.value, model.loras ?? []).map((value) => ({ name: value, value })),
			);
		const typed = focused.value.trim().toLowerCase();
		await interaction.respond(
			familyChoices('rating')
				.slice(0, ceilings.indexOf(place.ceiling) + 1)
				.filter(({ name, value }) => `${value} ${name}`.toLowerCase().includes(typed)),
		);
	},
};

/** Fetches the member's picture, when the gate has said yes to the words, and lets the wish begin with it. */
async function drawOver(
	image: Attached,
	wish: Wish,
	interaction: ChatInputCommandInteraction,
	call: Call,
): Promise<void> {
	admitWish(call, wish);
	const replyId = await deferOnce(interaction);
	const parent = await keepUpload(call, interaction, image);
	const recipe = drawFrom(wish.recipe, { parent, strength: wish.request.strength ?? strengths.usual });
	await submit(interaction, call, { ...wish, recipe }, { replyId });
}
