import { describe, expect, test } from 'vitest';
import { commands, messageCommands } from '../../src/commands/index.ts';
import { presets } from '../../src/prompt/presets.ts';
import { styles } from '../../src/prompt/styles.ts';
import { say, translations, wordsFor } from '../../src/words/index.ts';
import { labelsOfTheProgram, textsOfTheProgram } from './texts.ts';

const ja = wordsFor('ja');

/** What is left of English: two words in a row that are no code, name, quotation or mention. */
const englishIn = (text: string) =>
	text.replace(/`[^`]*`|<[^>]*>|\([a-z:]+\)|“[^”]*”/g, '').match(/[A-Za-z]{2,} [a-z]{2,}/g) ?? [];

/** Files whose texts are for programs, prompts, operators or the log: nobody reads them in another language. */
const forNobody = [
	/^images\/(?:carried\/|metadata|xmp|store)/, // what stands in files of pictures
	/^moderation\/(?:ages|floor|lists|thresholds|warm)/, // words that are looked for, and the operator's settings
	/^prompt\/(?:families|known-tags|own-wildcards)/, // tags
	/^discord\/(?:chores|delivery)/, // names of chores and notes in the database, for the log
];

/** Texts that stay English, and why. */
const staysEnglish: Record<string, string[]> = {
	'holds tags to type': [
		'Tags, separated by commas: 1girl, solo, blue hair, smile, outdoors',
		'The whole picture as it shall be, in tags: 1girl, solo, red hair, smile',
		'One on each line; 2::blue hair comes twice as often',
		'blue hair\nred hair',
		'Kill la Kill',
		'Compel: word++, (two words)1.3',
	],
	'is for the log': [
		'the message of removed pictures is left: 7',
		'A member’s picture could not be looked at: 7',
		'The painter did not say why',
		'too late',
	],
	'is the text beside a preview that is drawn over in a second': ['A rough preview of the picture'],
	'is in files of an export, whose names and keys are English': ['not shown yet', 'withheld: not handed out'],
};

/** What the program puts together, and the parts that it has it from. */
const wholes: [whole: string, ...parts: string[]][] = [];

describe('whatever the program says to members', () => {
	test('has a phrase', () => {
		const known = new Set([...Object.values(staysEnglish).flat(), ...wholes.flatMap(([, ...parts]) => parts)]);
		const gaps = textsOfTheProgram()
			.filter(({ file }) => !forNobody.some((room) => room.test(file)))
			.filter(({ text }) => englishIn(say(ja, text)).length > 0);
		for (const {file,text} of gaps) if (!known.has(text)) console.log(file, JSON.stringify(text));
	});
});
