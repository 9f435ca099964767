import { ContainerBuilder, InteractionContextType, MessageFlags, SlashCommandBuilder } from 'discord.js';
import packageJson from '../../package.json' with { type: 'json' };
import type { Device } from '../pipeline/protocol.ts';
import { shorten } from './alt-text.ts';
import type { Call, Command, InstalledFacts } from './context.ts';
import { escaped } from './escape.ts';
import { usualModel } from './models.ts';
import { message, text } from './mydata.ts';

/** The same in every language. */
const deviceNames: Record<Device, string> = { cpu: 'CPU', cuda: 'CUDA', dml: 'DirectML' };
/** How many LoRAs are named: a message has an end. */
const mostLoras = 10;
/** Characters of a name: files may have long ones. */
const mostName = 60;
/** Characters of one message about other models: Discord takes 4000. */
const longestPage = 3500;

export const about: Command = {
	data: new SlashCommandBuilder()
		.setName('about')
		.setDescription('The model, its licence, how pictures are marked, and what happens with your data')
		.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
		.toJSON(),
	async execute(interaction, call) {
		const parts = [modelText(call), sourceText(call), markingText(call), privacyText(call, interaction.guildId)];
		await interaction.reply(privately(parts));
		for (const page of otherModels(call)) await interaction.followUp(privately([page]));
	},
};

function privately(parts: readonly string[]) {
	const { flags, ...body } = message(new ContainerBuilder().addTextDisplayComponents(parts.map(text)));
	return { ...body, flags: flags | MessageFlags.Ephemeral } as const;
}

/** What can be drawn with besides, in as many messages as it takes. */
function otherModels(call: Call): string[] {
	const usual = usualModel(call);
	const lines = call.models
		.filter((model) => model !== usual)
		.map((model) => `- ${escaped(shorten(model.name, mostName))}: \`${model.hash}\`. ${licenceText(model)}`);
	const pages: string[] = [];
	for (const line of lines) {
		const page = pages.at(-1);
		if (page !== undefined && page.length + line.length < longestPage) pages[pages.length - 1] = `${page}\n${line}`;
		else pages.push(`**Other models**, by \`/imagine model\`, with the SHA-256 of their weights:\n${line}`);
	}
	return pages;
}

/** The model that is drawn with where nobody says otherwise. */
function modelText(call: Call): string {
	const model = usualModel(call);
	return [
		'## About Atelier',
		`**Model:** ${escaped(model.name)}, SHA-256 of its weights \`${model.hash}\`. Its weights are used as they were published: the networks are built around them when it is opened.`,
		licenceText(model),
		...(model.loras?.length ? [lorasText(model.loras)] : []),
		...(model.about?.credits ? [`-# Credits: ${escaped(model.about.credits)}.`] : []),
	].join('\n');
}

function licenceText({ about }: InstalledFacts): string {
	if (!about) return 'Its folder does not say under which licence it is; please ask the operator.';
	return `Licence: ${link(about.licence.name, about.licence.url)}.${about.origin ? ` Origin: <${about.origin}>.` : ''}`;
}

function lorasText(loras: readonly { name: string; sha256: string }[]): string {
	const names = loras
		.slice(0, mostLoras)
		.map(({ name, sha256 }) => `${escaped(shorten(name, mostName))} (\`${sha256.slice(0, 10)}\`)`);
	const more = loras.length > mostLoras ? `, and ${loras.length - mostLoras} more` : '';
	return `LoRAs that are added where a wish names them: ${names.join(', ')}${more}.`;
}

function sourceText({ operator }: Call): string {
	const { sourceUrl, contact, devices } = operator;
	const source = sourceUrl
		? `the source of this very bot, with how the model is loaded, is at <${sourceUrl}>.`
		: 'ask the operator for the source of this very bot, which holds how the model is loaded.';
	const who = contact
		? `**Operator:** ${contact}.`
		: 'The operator of this bot left no address; ask the moderators here.';
	return [
		`**Program:** Atelier ${packageJson.version}, ${packageJson.license}; ${source}`,
		`**Devices:** this bot draws on ${devicesText(devices)}.`,
		who,
	].join('\n');
}

/** The kinds of devices, and of how many there are several: `2 × CUDA, CPU`. */
function devicesText(devices: readonly Device[]): string {
	return [...new Set(devices)]
		.map((device) => {
			const count = devices.filter((other) => other === device).length;
			return count === 1 ? deviceNames[device] : `${count} × ${deviceNames[device]}`;
		})
		.join(', ');
}

function markingText({ operator }: Call): string {
	const signed = operator.signs ? ', and a C2PA manifest that is signed by the operator' : '';
	return `**Marks:** every picture is made by AI, and its message says so. Every file says so too, for programs: XMP \`DigitalSourceType\` trainedAlgorithmicMedia${signed}. It also holds its recipe, so that it can be made again.`;
}

function privacyText({ place }: Call, guildId: string | null): string {
	const days = guildId === null ? null : place.guild.retentionDays;
	const kept =
		days === null
			? 'All of it is kept until you, or a moderator, delete it.'
			: `All of it is kept for ${days} ${days === 1 ? 'day' : 'days'}, as this server’s moderators chose, or until you or they delete it.`;
	return [
		'**Privacy:** I store what you ask me for, its recipe and pictures, when and where you asked, and your Discord id; messages that are not for me I cannot read.',
		kept,
		'Whoever sees a channel sees what you paint there; moderators also see reports and what they decided about them, and the operator could see everything.',
		'This program sends none of it to anybody but Discord, and trains nothing with it.',
		'`/mydata` shows what is stored about you, hands it to you as a zip, and deletes it.',
	].join(' ');
}

function link(name: string, url: string | undefined): string {
	return url ? `[${escaped(name)}](<${url}>)` : escaped(name);
}
