import { open, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SetupError } from '../src/errors.ts';
import { readIncomingPicture } from '../src/images/incoming.ts';
import { openTaggerFolder } from '../src/model/tagger-folder.ts';
import { type Ceiling, ceilings } from '../src/moderation/ceiling.ts';
import { judgePicture, ratingOf } from '../src/moderation/picture.ts';
import { defaultThresholds, type RatingThresholds, thresholdsSchema } from '../src/moderation/thresholds.ts';
import { deviceNames, isDeviceChoice } from '../src/pipeline/device-names.ts';
import { resolveDevice } from '../src/pipeline/session.ts';
import { type Seen, Tagger } from '../src/pipeline/tagger.ts';
import { youthTagsIn } from '../src/pipeline/youth-tags.ts';
import { run } from './command-line.ts';

/*
 * Shows what the tagger sees in pictures, and which ceilings would let them pass: a JSON line for each. Exits with 1 if one could not
 * be looked at, with 2 and one line if the question was wrong.
 */
const usage =
	'usage: npm run -s rate -- picture.png… [--tagger <folder>] [--device auto|cpu|cuda|cuda:1|dml] [--thresholds explicit=0.35,questionable=0.35,sensitive=0.5]';
const demoTagger = fileURLToPath(new URL('../models/demo/tagger', import.meta.url));

/** Tags below this probability, and beyond this many, are left out. */
const tellsFrom = 0.35;
const mostTags = 20;
/** A picture file is not larger than that; a film is. */
const largestFile = 64 * 2 ** 20;

await run(main);

async function main(): Promise<void> {
	const { files, folder, wanted, thresholds } = readArguments();
	const tagger = await Tagger.load(await openTaggerFolder(folder), (await resolveDevice(wanted)).device);
	for (const file of files) {
		try {
			const seen = await tagger.look(await readIncomingPicture(await readPicture(file)));
			console.log(JSON.stringify({ file, ...answer(seen, thresholds) }));
		} catch (error) {
			console.log(JSON.stringify({ file, error: error instanceof Error ? error.message : String(error) }));
			process.exitCode = 1;
		}
	}
	await tagger.release();
}

function answer({ ratings, tags }: Seen, thresholds: RatingThresholds) {
	const youthTags = youthTagsIn(tags);
	const judged = (ceiling: Ceiling) => judgePicture({ ratings, youthTags, ceiling, spoiler: 'never', thresholds });
	const highest = judged('explicit');
	return {
		ratings: Object.fromEntries(Object.entries(ratings).map(([name, p]) => [name, rounded(p)])),
		tags: tags
			.filter(({ probability }) => probability >= tellsFrom)
			.slice(0, mostTags)
			.map(({ name, probability }) => ({ name, probability: rounded(probability) })),
		rating: ratingOf(ratings, thresholds),
		passes: Object.fromEntries(ceilings.map((ceiling) => [ceiling, judged(ceiling).show !== 'withheld'])),
		floor: highest.show === 'withheld' && highest.rule === 'minors',
	};
}

/** Reads a PNG, WebP or JPEG; what else a decoder might take is none of a channel's pictures. */
async function readPicture(file: string): Promise<Uint8Array> {
	const handle = await open(file);
	try {
		if ((await handle.stat()).size > largestFile)
			throw new RangeError(`expected a file of at most ${largestFile / 2 ** 20} MiB`);
		const { buffer } = await handle.read({ buffer: Buffer.alloc(12), length: 12, position: 0 });
		const text = buffer.toString('latin1');
		const isPicture =
			text.startsWith('\x89PNG\r\n\x1a\n') ||
			text.startsWith('\xff\xd8\xff') ||
			(text.startsWith('RIFF') && text.endsWith('WEBP'));
		if (!isPicture) throw new TypeError('expected a PNG, WebP or JPEG');
	} finally {
		await handle.close();
	}
	return readFile(file);
}

function rounded(p: number): number {
	return Math.round(p * 10_000) / 10_000;
}

function readArguments() {
	const { values, positionals } = parse();
	const { tagger: folder = demoTagger, device = 'auto' } = values;
	if (positionals.length === 0) throw new SetupError(`no picture is named. ${usage}`);
	const wanted = device.toLowerCase();
	if (!isDeviceChoice(wanted)) throw new SetupError(`--device takes ${deviceNames}, not ${JSON.stringify(device)}`);
	if (values.thresholds === undefined) return { files: positionals, folder, wanted, thresholds: defaultThresholds };
	const thresholds = thresholdsSchema.safeParse(values.thresholds);
	if (!thresholds.success) throw new SetupError(`--thresholds ${thresholds.error.issues[0]?.message}. ${usage}`);
	return { files: positionals, folder, wanted, thresholds: thresholds.data };
}

function parse() {
	const text = { type: 'string' } as const;
	try {
		return parseArgs({ options: { tagger: text, device: text, thresholds: text }, allowPositionals: true });
	} catch (error) {
		const reason = error instanceof Error ? error.message.split(/\.?\s*(?:\n|To specify)/)[0] : String(error);
		throw new SetupError(`${reason}. ${usage}`, { cause: error });
	}
}
