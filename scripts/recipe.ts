import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { SetupError } from '../src/errors.ts';
import { readCarried } from '../src/images/carried/index.ts';
import { run } from './command-line.ts';

/*
 * Prints the recipe that a picture's file carries, ours or another tool's, as one line of JSON:
 * `{"tool":"webui","recipe":{…in our names…},"unknown":{…under the file's own names, what has no place in ours…}}`; docs/recipes.md
 * says more. Exits with 1 and a sentence where the file carries none or cannot be read, with 2 if the question was wrong.
 */
const usage = 'usage: npm run -s recipe -- picture.png';

/** A picture file is not larger than that; a film is. */
const largestFile = 64 * 2 ** 20;

await run(main);

async function main(): Promise<void> {
	const file = readArguments();
	const bytes = await readPicture(file).catch((error: Error) => error);
	const carried = bytes instanceof Error ? undefined : readCarried(bytes);
	if (carried) {
		console.log(JSON.stringify(carried));
		return;
	}
	const what = JSON.stringify(file);
	if (bytes instanceof Error) console.error(`${what} cannot be read: ${bytes.message}.`);
	else
		console.error(
			`${what} carries no recipe that is understood: it may have been removed when the file was sent or edited.`,
		);
	process.exitCode = 1;
}

/** Reads a PNG, WebP or JPEG. @throws where it is none, is too large or is not there */
async function readPicture(file: string): Promise<Uint8Array> {
	const handle = await open(file);
	try {
		const { size } = await handle.stat();
		if (size > largestFile) throw new RangeError(`expected a file of at most ${largestFile / 2 ** 20} MiB`);
		const bytes = await handle.readFile();
		const start = bytes.toString('latin1', 0, 12);
		const isPicture =
			start.startsWith('\x89PNG\r\n\x1a\n') ||
			start.startsWith('\xff\xd8\xff') ||
			(start.startsWith('RIFF') && start.endsWith('WEBP'));
		if (!isPicture) throw new TypeError('expected a PNG, WebP or JPEG');
		return bytes;
	} finally {
		await handle.close();
	}
}

function readArguments(): string {
	const { positionals } = parse();
	const [file] = positionals;
	if (file === undefined) throw new SetupError(`no picture is named. ${usage}`);
	if (positionals.length > 1) throw new SetupError(`one picture at a time, not ${positionals.length}. ${usage}`);
	return file;
}

function parse() {
	try {
		return parseArgs({ options: {}, allowPositionals: true });
	} catch (error) {
		const reason = error instanceof Error ? error.message.split(/\.?\s*(?:\n|To specify)/)[0] : String(error);
		throw new SetupError(`${reason}. ${usage}`, { cause: error });
	}
}
