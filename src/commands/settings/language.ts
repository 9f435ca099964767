import { languages, wordsFor } from '../../words/index.ts';
import { type Choice, fieldId, oneOf, type Section, text } from './panel.ts';

/** What the bot speaks where everybody reads it. */
export const language: Section = {
	name: 'language',
	label: 'Language',
	hint: 'What I speak in public',
	show: ({ settings, version, guild }) => [
		text(
			'## Language',
			'What I speak where everybody reads it. What only one member sees is in the language of their Discord, if I know it.',
		),
		oneOf(fieldId('language', version), choices(guild.preferredLocale), settings.language),
	],
	fields: {
		language: {
			select: ({ interaction }) => ({
				kind: 'change',
				channelId: '',
				patch: { language: interaction.values[0] },
			}),
		},
	},
};

function choices(preferredLocale: string): Choice[] {
	const own = {
		value: 'auto',
		label: 'As Discord has it for this server',
		description: wordsFor(preferredLocale).name,
	};
	return [own, ...languages.map((value) => ({ value, label: wordsFor(value).name }))];
}
