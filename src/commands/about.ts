import { ContainerBuilder, InteractionContextType, MessageFlags, SlashCommandBuilder } from 'discord.js';
import packageJson from '../../package.json' with { type: 'json' };
import type { Call, Command, InstalledFacts } from './context.ts';
import { escaped } from './escape.ts';
import { usualModel } from './models.ts';
import { message, text } from './mydata.ts';

/** How many LoRAs are named: a message has an end. */
const mostLoras = 10;
const mostOthers = 6;

export const about: Command = {
	data: new SlashCommandBuilder()
		.setName('about')
		.setDescription('The model, its licence, how pictures are marked, and what happens with your data')
		.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
		.toJSON(),
	async execute(interaction, call) {
		const parts = [modelText(call), sourceText(call), markingText(call), privacyText(call, interaction.guildId)];
		const box = new ContainerBuilder().addTextDisplayComponents(parts.map(text));
		const { flags, ...body } = message(box);
		await interaction.reply({ ...body, flags: flags | MessageFlags.Ephemeral });
	},
};

/** The usual model in full, and the others in a line each: a message has an end. */
function modelText(call: Call): string {
	const model = usualModel(call);
	const others = call.models.filter((other) => other !== model);
	const told = others
		.slice(0, mostOthers)
		.map((other) => `- ${escaped(other.name)}: \`${other.hash}\`. ${licenceText(other)}`);
	const more = others.length - told.length;
	return [
		'## About Atelier',
		`**Model:** ${escaped(model.name)}, SHA-256 of its weights \`${model.hash}\`. Its weights are used as they were published: the networks are built around them when it is opened.`,
		licenceText(model),
		...(model.loras?.length ? [lorasText(model.loras)] : []),
		...(model.about?.credits ? [`-# Credits: ${escaped(model.about.credits)}.`] : []),
		...(told.length > 0 ? [`**Other models**, by \`/imagine model\`:`, ...told] : []),
		...(more > 0 ? [`- and ${more} more`] : []),
	].join('\n');
}

function licenceText({ about }: InstalledFacts): string {
	if (!about) return 'Its folder does not say under which licence it is; please ask the operator.';
	return `Licence: ${link(about.licence.name, about.licence.url)}.${about.origin ? ` Origin: <${about.origin}>.` : ''}`;
}

function lorasText(loras: readonly { name: string; sha256: string }[]): string {
	const names = loras.slice(0, mostLoras).map(({ name, sha256 }) => `${escaped(name)} (\`${sha256.slice(0, 10)}\`)`);
	const more = loras.length > mostLoras ? `, and ${loras.length - mostLoras} more` : '';
	return `LoRAs that are added where a wish names them: ${names.join(', ')}${more}.`;
}

function sourceText({ operator }: Call): string {
	const { sourceUrl, contact } = operator;
	const source = sourceUrl
		? `the source of this very bot, with how the model is loaded, is at <${sourceUrl}>.`
		: 'ask the operator for the source of this very bot, which holds how the model is loaded.';
	const who = contact ? `Operator: ${contact}.` : 'The operator of this bot left no address; ask the moderators here.';
	return `**Program:** Atelier ${packageJson.version}, ${packageJson.license}; ${source}\n**${who.replace(':', ':**')}`;
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
