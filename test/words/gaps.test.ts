import { expect, test } from 'vitest';
import { commands, messageCommands } from '../../src/commands/index.ts';
import { say, translations, wordsFor } from '../../src/words/index.ts';
import { labelsOfTheProgram, textsOfTheProgram } from './texts.ts';

const ja = wordsFor('ja');
/** What is left of English in Japanese: two words in a row that are no code, quotation or mention. A phrase that it has, all have. */
const englishIn = (text: string) =>
	say(ja, text)
		.replace(/`[^`]*`|<[^>]*>|“[^”]*”/g, '')
		.match(/[A-Za-z]{2,} [a-z]{2,}/g) ?? [];

/** Files whose texts no member reads in their own language. */
const forNobody = [
	/^images\/(?:carried\/|metadata|xmp|store)/, // what stands in files of pictures, for programs
	/^moderation\/(?:ages|fillers|floor|lexicon|lists|thresholds|warm)/, // words that are looked for, and the operator's settings
	/^prompt\/(?:families|known-tags|own-wildcards|presets|styles)/, // tags; what presets and styles are called is asked below
	/^discord\/(?:chores|delivery)/, // for the log
];

/** Texts that stay English, by the reason why. */
const staysEnglish = {
	'they show tags to type': [
		'Tags, separated by commas: 1girl, solo, blue hair, smile, outdoors',
		'The whole picture as it shall be, in tags: 1girl, solo, red hair, smile',
		'One on each line; 2::blue hair comes twice as often',
		'blue hair\nred hair',
		'Kill la Kill',
		'Compel: word++, (two words)1.3',
	],
	'they are for the log': [
		'the message of removed pictures is left: 7',
		'A member’s picture could not be looked at: 7',
		'The painter did not say why',
		'too late',
	],
	'it describes a preview to Discord alone': ['A rough preview of the picture'],
	'files of an export are English, as their keys are': ['not shown yet', 'withheld: not handed out'],
};

/** What the program makes of parts that are no phrases by themselves: one whole of each kind, and the parts. */
const wholes: [whole: string, ...parts: string[]][] = [
	[
		'**Program:** Atelier 1.0.0, AGPL-3.0; the source of this very bot, with how the model is loaded, is at <https://example.org>.',
		'the source of this very bot, with how the model is loaded, is at <7>.',
	],
	[
		'**Program:** Atelier 1.0.0, AGPL-3.0; ask the operator for the source of this very bot, which holds how the model is loaded.',
		'ask the operator for the source of this very bot, which holds how the model is loaded.',
	],
	[
		'**Marks:** every picture is made by AI, and its message says so. Every file says so too, for programs: XMP `DigitalSourceType` trainedAlgorithmicMedia, and a C2PA manifest that is signed by the operator. It also holds its recipe, so that it can be made again.',
		', and a C2PA manifest that is signed by the operator',
		'**Marks:** every picture is made by AI, and its message says so. Every file says so too, for programs: XMP `DigitalSourceType` trainedAlgorithmicMedia7. It also holds its recipe, so that it can be made again.',
	],
	['### What was done · removed · by <@7> · about <@8>', '### What was done7'],
	['<@7>’s wish was held <t:7:R>: **waits for a moderator**', '<@7>’s wish was held 7'],
	['<@7>’s picture was reported 3 times, last <t:7:R>: **to be decided**', '<@7>’s picture was reported 7, last 7'],
	['<@7> warned <@8>, which counts until <t:7:f> · <t:7:R>', ', which counts7'],
	['<@7> timed <@8> out from the bot until <t:7:f> · <t:7:R>', 'timed 7 out from the bot7'],
	['<@7> banned <@8> from the bot · <t:7:R>', 'banned 7 from the bot'],
	['<@7> let a held wish of a member through (`x`) · <t:7:R>', 'let a held wish of 7 through7'],
	['<@7> refused a held wish of <@8> (`x`) · <t:7:R>', 'refused a held wish of 77'],
	[
		'The bot ended a held wish of <@8> (`x`), at which nobody looked within three days · <t:7:R>',
		'ended a held wish of 77, at which nobody looked within three days',
	],
	[
		'The bot deleted a reported picture of <@8>, since this server keeps pictures no longer · <t:7:R>',
		'deleted 7 of 7, since this server keeps pictures no longer',
		'a reported picture',
	],
	['<@7> deleted their data, and with it a held wish · <t:7:R>', 'deleted their data, and with it 7', 'a held wish'],
	['<@7> tried rules without switching them on · <t:7:R>', 'tried rules without switching them on'],
	['<@7> changed back settings · <t:7:R>', 'changed back settings'],
	['-# Picture 2 is not shown here: rated `explicit`.', '7 is not shown here: rated 7.'],
	['-# The picture is not shown here: sexual, with a minor.', '7 is not shown here: 7.', 'The picture'],
	['-# The picture is not shown here: its file is gone.', '7 is not shown here: its file is gone.'],
	['-# Made from [the parent](https://x.org/1), a picture by <@7>', 'a picture by <@7>', '[the parent](7), 7'],
	['-# Made from a picture by <@7>, which is not posted any more', '7, which is not posted any more'],
	['<@7>: 1 other reported picture, no warnings in force', 'other reported picture'],
	['<@7>: no other reported pictures, 2 warnings in force'],
	['-# Banned from the bot by <@7>, until it is undone', 'Banned from the bot by <@7>, 7', 'until it is undone'],
	['-# Timed out from the bot by <@7>, until <t:7:f>', 'Timed out from the bot by <@7>, 7'],
	['<@7> was quicker and let it through, so nothing was done.', 'let it through', '7, so nothing was done.'],
	['<@7> was quicker and refused it, so nothing was done.', 'refused it', '<@7> was quicker and 7'],
	['It had ended before, so nothing was done.', 'It had ended before'],
	[
		'Somebody was quicker (`undo`), so nothing was done. Look at the card as it is now, and press again if you still want to.',
	],
	[
		'The model that drew the picture is no longer installed, so this is drawn with X.',
		'The model that drew the picture',
	],
	[
		'The model "y" is no longer installed, so this is drawn with X.',
		'The model 7',
		'7 is no longer installed, so this is drawn with 7.',
	],
	[
		'**Goes, for good:** 1 wish with prompts and recipes, 4 pictures (3.2 MB) with the files, and the messages that show them. 2 pictures that you sent to have something made from (1 MB). The report that you made too. 2 wishes still in line or being painted will be cancelled. Nobody can bring it back, so export it first if you want to keep it.',
		'**Goes, for good:** 7 with prompts and recipes, 7 (7) with the files, and the messages that show them.777 Nobody can bring it back, so export it first if you want to keep it.',
		' 7 that you sent to have something made from (7).',
		' The report that you made too.',
		' 7 still in line or being painted will be cancelled.',
	],
	['The 2 reports that you made too.', ' The 7 reports that you made too.'],
	[
		'## Delete what is stored about you in direct messages?',
		'## Delete what is stored about you in 7?',
		'direct messages',
	],
	['## Delete what is stored about you in this server?', 'this server'],
	['-# Only direct messages; the rest stays as it is.', '-# Only 7; the rest stays as it is.'],
	['-# Only this server; the rest stays as it is.'],
	['**Direct messages:** 1 wish, 1 picture (1 MB)', 'Direct messages'],
	[
		'-# ✅ What you asked to have deleted <t:7:R> is gone. 1 message could not be deleted, since Discord does not let me in there.',
		' 7 could not be deleted, since Discord does not let me in there.',
		'-# ✅ What you asked to have deleted 7 is gone.7',
	],
	[
		'-# ⏳ What you asked to have deleted <t:7:R> is going: up to 1 wish left. 2 messages could not be deleted, since Discord does not let me in there.',
		'-# ⏳ What you asked to have deleted 7 is going: up to 7 left.7',
	],
	[
		'**This server:** 1 wish, 4 pictures (1 MB), since <t:7:D> · 2 pictures that you sent (1 MB) · 1 report by you · 2 decisions of moderators about you',
		'This server',
		'7 that you sent (7)',
		'7 by you',
		'7 of moderators about you',
	],
	[
		'3 wishes were ended by this change. Their authors are told, and nothing is charged.',
		'7 ended by this change. Their authors are told, and nothing is charged.',
	],
	[
		'The negative of this recipe is longer than the 2,000 characters that fit.',
		'The 7 of this recipe is longer than the 7 characters that fit.',
	],
	[
		'The LoRA “x” is not installed here and left out.',
		'The 7 77 is not installed here and left out.',
		'The 7 77 are not installed here and left out.',
	],
	[
		'The embeddings “a”, “b”, “c”, “d” and 2 more are not installed here and left out.',
		'The 7s 77 is not installed here and left out.',
		'The 7s 77 are not installed here and left out.',
	],
	['It asks for guidance of 99; 30 is drawn.', 'It asks for 7 of 7; 7 is drawn.'],
	['It asks for steps of 300; 100 is drawn.'],
	['Not taken over: “a”, “b” and 2 more.'],
	['<@7> removed a picture of <@8> and 3 made from it · <t:7:R>'],
	['<@7> undid: banned from the bot · <t:7:R>'],
	['**<#7>: Covered as spoilers:** no picture → pictures near the limit'],
	['Rule 3, `text`: `text` has at most 200 characters, unless it is a pattern.'],
	[
		"Where the file says nothing that is known here, the model's usual is taken: 28 steps, its own sampler, guidance 5, seed 0.",
	],
	['Drawing: as the server, yes', ': as the server, '],
	['**All members, wishes waiting at once:** 3 → no limit', 'wishes waiting at once', 'All members'],
	['**All members, pictures in 24 hours:** 3 → 4', 'pictures in 24 hours'],
	['**Newcomers, seconds between two wishes:** no limit → 4', 'seconds between two wishes'],
	['**Newcomers, days in the server:** 3 → 4', 'days in the server'],
	[
		'**How much:** 1 picture in 24 hours, 1 wish waiting at once, 1 second between two wishes',
		'picture in 24 hours',
		'wish waiting at once',
		'second between two wishes',
	],
	['**Words taken out:** block the tag `a`, `b`, except in `c`', 'taken out', 'the tag ', ', except in 7'],
	['**Words added:** draw `a` for the pattern `b` · leave out `c`', 'the pattern '],
	[
		'**Here, in <#7>:** Pictures up to `safe`: more is not wanted here, though Discord would allow `nsfw`. None is covered.',
		'Pictures up to 7: 7 7',
		'more is not wanted here, though Discord would allow 7.',
	],
	['the bot, <t:7:R>, as an undo:', ', as an undo'],
	[
		'Empty: no limit. 0: no drawing. One wish is four pictures unless it says otherwise',
		'7 0: no drawing. One wish is four pictures unless it says otherwise',
	],
	[
		'**Other channels:** up to `safe`, and never more than Discord allows; <#7> has its own choices',
		'7; 77 has its own choices',
	],
	[
		'**Other channels:** nothing is drawn; <#7>, <#8> and 3 more have their own choices',
		'7; 77 have their own choices',
	],
	['**Words:** 1 rule: 1 asks a moderator first', 'asks a moderator first'],
	['**Words:** 3 rules: 1 blocks, 2 ask a moderator first', 'ask a moderator first'],
	['Block words…', 'Block words'],
	['Replace words…', 'Replace words'],
	['Ask a moderator first…', 'Ask a moderator first'],
	['“kill” cannot be a rule: `text` has at most 200 characters, unless it is a pattern. Nothing was changed.'],
	['- `1girl, kill` drawn as `1girl`', 'drawn as'],
	[
		'3 rules: 2 block, 1 replaces. They hold besides the ratings, for whole words: `class` is not `ass`. Tricks of spelling are seen through.',
	],
	['**This makes 12 jobs of 4 pictures, 48 in all.** About 3 minutes of painting.', '**7** About 7 of painting.'],
	['**This server:** 7 pictures, 7 steps, 7 GPU seconds', '**7:** 7 pictures, 7 steps, 7 GPU seconds'],
	[
		'The moderators of this server warned you about a picture of yours, and about this picture: https://x.org/1. It counts until <t:7:f>. Nothing was started this time: ask again, and it will be.',
		'It counts',
		', and about ',
	],
	['You have 2 that count, the last until <t:7:f>.', 'You have 7 that count, the last'],
	['2 of your 4 pictures are not shown in this channel, and not charged.', '7 of your 7 pictures'],
	[
		'Your picture is not shown in this channel, and not charged.',
		'7 7 not shown in this channel, and not charged.',
		'Your picture',
	],
	[
		'Your pictures are not shown, and not charged: the rules changed meanwhile. Nothing is drawn in this channel.',
		': the rules changed meanwhile.',
		'Your pictures are not shown, and not charged7 7',
	],
	['Take that word out, choose the rating `safe`, or ask in an age-restricted channel.', 'the rating `safe`'],
	[
		'Take that word out, choose the rating `safe` or `sensitive`, or ask in an age-restricted channel.',
		'the rating `safe` or `sensitive`',
		'Take that word out, choose 7, or ask in an age-restricted channel.',
	],
	['A rule of this server replaced words of the prompt with “x”, and took others out.', ', and took others out'],
	['The file of rules, `rules`: x.', 'The file of rules'],
	[
		'The prompt is empty. Say what to draw, for example `x`.',
		'The prompt is empty. Say what to draw, 7.',
		'for example `1girl, blue hair, smile`',
	],
	[
		'The prompt holds no word or number, so there is nothing to draw. Say it in tags, for example `x`.',
		'The prompt holds no word or number, so there is nothing to draw. Say it in tags, 7.',
	],
	[
		'Line 3, `2::`, has a weight but no text, or a weight of 0. Write it like `2::blue hair`. Nothing was changed.',
		'Line 7, 7, 7 Nothing was changed.',
		'has a weight but no text, or a weight of 0. Write it like `2::blue hair`.',
	],
	['Line 3, `x, y`, is longer than 200 characters.', 'is longer than 7 characters.'],
	['Line 3, `x --ar 1:1`, holds a flag, which is not read in lists.', 'holds a flag, which is not read in lists.'],
	[
		'This makes 7 jobs. At most 3 of yours may wait here at a time, and 1 waits already. Take some of the choices in braces out.',
		', and 7 waits already',
		'This makes 7 jobs. At most 7 of yours may wait here at a time7. Take some of the choices in braces out.',
	],
	['At most 3 of yours may wait here at a time, and 2 wait already.', ', and 7 wait already'],
	[
		'You may paint 7 pictures in 24 hours here, and have. The next comes free <t:7:R>.',
		' The next comes free <t:7:R>.',
		'You may paint 7 pictures in 24 hours here, and have.7',
	],
	[
		'Picture 1: Not equal to the picture that it repeats: at most 3 of 255 apart, in 0.1 % of the pixels (PSNR 60.1 dB). That one was drawn by 1.0 (CUDA), this one by 1.1 (CPU).',
		' That one was drawn by 7, this one by 7.',
		'at most 7 of 255 apart, in 7 of the pixels (PSNR 7 dB)',
		'Not equal to the picture that it repeats: 7.7',
	],
	[
		'Not equal: the picture that it repeats has 8×8 pixels. That one was drawn by x, this one by y.',
		'Not equal: the picture that it repeats has 7×7 pixels.7',
	],
	[
		'The file that was sent is compressed with loss, so its pixels are not those that were drawn: at most 3 of 255 apart, in < 0.1 % of the pixels (PSNR 60.1 dB).',
		'The file that was sent is compressed with loss, so its pixels are not those that were drawn: 7.7',
	],
];

const gaps = textsOfTheProgram()
	.filter(({ file }) => !forNobody.some((files) => files.test(file)))
	// What stands in an export is laid out in columns.
	.filter(({ text }) => englishIn(text).length > 0 && !text.includes('account.json  '));
const parts = [...wholes.flatMap(([, ...known]) => known), ...Object.values(staysEnglish).flat()];

test('every text for members has a phrase, or is part of one that has', () => {
	expect(gaps.filter(({ text }) => !parts.includes(text))).toEqual([]);
});

test('exceptions are texts that the program still holds', () => {
	const texts = new Set(gaps.map(({ text }) => text));
	expect(parts.filter((part) => !texts.has(part))).toEqual([]);
});

test('what is put together of parts is said as a whole, in every language', () => {
	expect(wholes.filter(([whole]) => englishIn(whole).length > 0)).toEqual([]);
	for (const words of translations) expect(wholes.filter(([whole]) => say(words, whole) === whole)).toEqual([]);
});

test('every label of one word has a phrase', () => {
	const names =
		/^(?:Atelier|WebUI|ComfyUI|NovelAI|InvokeAI|Fooocus|SwarmUI|LoRA|English|Deutsch|MB|CPU|CUDA|DirectML)$/;
	/** `**Changed.**`, `**You:** …`, `Banned from the bot …`, `Newcomers, days in the server`. */
	const within = ['Changed', 'You', 'Banned', 'Newcomers'];
	const unsaid = labelsOfTheProgram().filter(({ text }) => say(ja, text) === text && !names.test(text));
	expect(unsaid.filter(({ text }) => !within.includes(text))).toEqual([]);
});

test('commands and their options are described in every language', () => {
	const described = [
		...descriptionsIn(commands.map(({ data }) => data)),
		...messageCommands.map(({ data }) => data.name),
	];
	for (const words of translations) expect(described.filter((text) => say(words, text) === text)).toEqual([]);
});

test('so are their choices, but for the names of samplers, schedules and syntaxes', () => {
	const offered = commands.flatMap(({ data }) => choicesIn(data));
	expect(offered.length).toBeGreaterThan(40);
	expect(offered.filter((name) => say(ja, name) === name)).toEqual([]);
});

function descriptionsIn(part: object): string[] {
	return Object.entries(part).flatMap(([key, value]: [string, unknown]) => {
		if (key === 'description' && typeof value === 'string') return [value];
		return typeof value === 'object' && value !== null ? descriptionsIn(value) : [];
	});
}

function choicesIn(part: object): string[] {
	if ('name' in part && ['sampler', 'schedule', 'syntax'].includes(String(part.name))) return [];
	return Object.entries(part).flatMap(([key, value]: [string, unknown]) => {
		if (key === 'choices' && Array.isArray(value)) return (value as { name: string }[]).map(({ name }) => name);
		return typeof value === 'object' && value !== null ? choicesIn(value) : [];
	});
}
