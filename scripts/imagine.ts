import { randomInt } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SetupError, UserError } from '../src/errors.ts';
import { encodeImage } from '../src/images/encode.ts';
import { toRgb } from '../src/images/pixels.ts';
import { hashModel, openModelFolder } from '../src/model/folder.ts';
import { hashLoras } from '../src/model/lora-files.ts';
import { deviceNames, isDeviceChoice } from '../src/pipeline/device-names.ts';
import type { DeviceChoice, ImageFormat } from '../src/pipeline/protocol.ts';
import { Sdxl } from '../src/pipeline/sdxl.ts';
import { resolveDevice } from '../src/pipeline/session.ts';
import { optionNames } from '../src/prompt/options.ts';
import { makeRecipe } from '../src/prompt/recipe.ts';
import { parseRequest, type RequestOptions } from '../src/prompt/request.ts';
import { canonicalRecipe, recipeOfOne } from '../src/recipe.ts';

/*
 * Draws without Discord, in this process. Prints the recipe as JSON; progress and notes go to stderr. Exits with 2 and one line
 * if the question was wrong.
 */
const usage = `usage: npm run imagine -- --prompt "…" --out picture.png [--negative "…"] [${optionNames.map((name) => `--${name}`).join('] [')}] [--model <folder>] [--device auto|cpu|cuda|cuda:1|dml]`;
const formats: Record<string, ImageFormat> = { '.png': 'png', '.webp': 'webp', '.jpg': 'jpeg', '.jpeg': 'jpeg' };
const demoModel = fileURLToPath(new URL('../models/demo', import.meta.url));

try {
	await main();
} catch (error) {
	if (!(error instanceof UserError || error instanceof SetupError)) throw error;
	console.error(error.message);
	process.exitCode = 2;
}

async function main(): Promise<void> {
	const { out, format, device, model, ...asked } = await readArguments();
	const request = parseRequest(asked);
	const folder = await openModelFolder(model);
	const { nativeSize, sizeMultiple, recommended, embeddings, mostClipSkip } = folder;
	const loras = await hashLoras(folder.loras);
	const { recipe, notes } = makeRecipe(request, {
		model: { hash: await hashModel(folder), nativeSize, sizeMultiple, recommended, embeddings, loras, mostClipSkip },
		ceiling: 'explicit',
		randomSeed: () => randomInt(2 ** 32),
	});
	const resolved = await resolveDevice(device);
	for (const note of [...notes, resolved.note]) console.error(note);

	const sdxl = await Sdxl.load(folder, resolved.device);
	const onStep = ({ step, steps }: { step: number; steps: number }) => {
		if (process.stderr.isTTY) process.stderr.write(`\rstep ${step} of ${steps}${step === steps ? '\n' : ''}`);
	};
	const pictures = await sdxl.paint(recipe, { onStep });
	for (const [i, picture] of pictures.entries()) {
		const origin = { recipe: recipeOfOne(recipe, recipe.seeds[i]!), modelName: folder.name };
		const path = pictures.length === 1 ? out : out.replace(/(\.[^.]+)$/, `-${i + 1}$1`);
		await writeFile(path, await encodeImage(toRgb(picture), format, origin));
	}
	console.log(canonicalRecipe(recipe));
	await sdxl.networks.release();
}

async function readArguments(): Promise<
	RequestOptions & { out: string; format: ImageFormat; device: DeviceChoice; model: string }
> {
	const names = ['prompt', 'negative', 'out', 'model', 'device', ...optionNames];
	const values = parse(Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])));
	const { prompt, out, model = demoModel, device: named = 'auto', ...rest } = values;
	if (prompt === undefined) throw new SetupError(`--prompt is missing: say what to draw. ${usage}`);
	if (out === undefined)
		throw new SetupError(`--out is missing: say where the picture goes, for example picture.png. ${usage}`);
	const format = formats[extname(out).toLowerCase()];
	if (!format)
		throw new SetupError(`--out takes a file that ends in .png, .webp, .jpg or .jpeg, not ${JSON.stringify(out)}`);
	const parent = dirname(resolve(out));
	const isFolder = await stat(parent).then(
		(found) => found.isDirectory(),
		() => false,
	);
	if (!isFolder) throw new SetupError(`--out takes a file in a folder that exists, and there is no ${parent}`);
	const device = named.toLowerCase();
	if (!isDeviceChoice(device)) throw new SetupError(`--device takes ${deviceNames}, not ${JSON.stringify(named)}`);
	// one picture unless asked for more, so that it has the name that was given
	return { count: 1, ...rest, prompt, out, format, device, model };
}

function parse(options: Record<string, { type: 'string' }>): Partial<Record<string, string>> {
	// Every option takes a value, and a value may begin with a hyphen: `--seed -1`, `--prompt "--ar 13:19 1girl"`.
	const joined: string[] = [];
	for (const args = process.argv.slice(2); args.length > 0; ) {
		const arg = args.shift()!;
		const takesNext = arg.startsWith('--') && arg.slice(2) in options && args.length > 0;
		joined.push(takesNext ? `${arg}=${args.shift()}` : arg);
	}
	try {
		return parseArgs({ args: joined, options, allowPositionals: false }).values;
	} catch (error) {
		const reason = error instanceof Error ? error.message.split(/\.?\s*(?:\n|To specify)/)[0] : String(error);
		throw new SetupError(`${reason}. ${usage}`, { cause: error });
	}
}
