import {
	ApplicationIntegrationType,
	InteractionContextType,
	SlashCommandBuilder,
	type SlashCommandStringOption,
} from 'discord.js';
import { ceilings } from '../moderation/gate.ts';
import { samplerNames, samplers } from '../pipeline/samplers/index.ts';
import { scheduleNames, schedules } from '../pipeline/schedule/names.ts';
import { aspectChoices } from '../prompt/aspects.ts';
import { withDefaults } from '../prompt/defaults.ts';
import { type Family, familyChoices } from '../prompt/families.ts';
import { completeLoras } from '../prompt/loras.ts';
import { limits } from '../prompt/options.ts';
import { presetChoices } from '../prompt/presets.ts';
import { makeRecipe } from '../prompt/recipe.ts';
import { parseRequest } from '../prompt/request.ts';
import { syntaxChoices } from '../prompt/syntax/index.ts';

import type { Command } from './context.ts';
import { submit } from './submit.ts';

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
			.setMaxLength(6000),
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
		o.setName('count').setDescription('How many pictures').setMinValue(limits.count.min).setMaxValue(limits.count.max),
	);

export const imagine: Command = {
	data: data.toJSON(),
	async execute(interaction, call) {
		const given = Object.fromEntries(interaction.options.data.map(({ name, value }) => [name, value]));
		const request = parseRequest({ ...given, prompt: interaction.options.getString('prompt', true) });
		const { recipe, notes } = makeRecipe(withDefaults(request, call.place.guild.defaults), {
			model: call.model,
			ceiling: call.place.ceiling,
			randomSeed: call.randomSeed,
		});
		await submit(interaction, call, { kind: 'imagine', request, recipe, notes });
	},
	async autocomplete(interaction, { place, model }) {
		const focused = interaction.options.getFocused(true);
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
