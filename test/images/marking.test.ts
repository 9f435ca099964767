import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/images/decode.ts';
import { encodeImage, encodePreview } from '../../src/images/encode.ts';
import { markPreview } from '../../src/images/metadata.ts';
import { trainedAlgorithmicMedia } from '../../src/images/xmp.ts';
import { gradient, originOf } from './support.ts';

const formats = ['png', 'webp', 'jpeg'] as const;
/** A folder's name may hold anything; the last is no character at all. */
const names = ['animagine-xl-3.1', 'a & <b> "c" ]]>', 'モデル 👩‍🎨', 'bell\u0007 and half \ud83d'];

describe.each(formats)('a %s', (format) => {
	test.for(names)('is marked as made by AI, for libvips: model %s', async (modelName) => {
		const file = await encodeImage(gradient(72, 40), format, { ...originOf(), modelName });
		const { xmpAsString } = await sharp(file).metadata();
		expect(xmpAsString).toContain(`<Iptc4xmpExt:DigitalSourceType>${trainedAlgorithmicMedia}<`);
	});

	test('has the pixels that it would have without marks', async () => {
		const { data, width, height } = gradient(72, 40);
		const raw = sharp(data, { raw: { width, height, channels: 3 } });
		const how = {
			png: () => raw.png(),
			webp: () => raw.webp({ quality: 95, smartSubsample: true }),
			jpeg: () => raw.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
		};
		const plain = new Uint8Array(await how[format]().toBuffer());
		const marked = await encodeImage({ data, width, height }, format, originOf());
		expect(await decodeImage(marked)).toEqual(await decodeImage(plain));
	});
});

test('a preview is marked too, and has the size that it says', async () => {
	const preview = await encodePreview(gradient(20, 12));
	const { xmpAsString, format, width, height } = await sharp(preview).metadata();
	expect({ format, width, height }).toEqual({ format: 'webp', width: 256, height: 154 });
	expect(xmpAsString).toContain(trainedAlgorithmicMedia);
});

test('no file is marked twice', async () => {
	const preview = await encodePreview(gradient(20, 12));
	expect(() => markPreview(preview, { width: 256, height: 154 })).toThrow('VP8X');
});

const exiftool = spawnSync('exiftool', ['-ver']).status === 0;
if (!exiftool) console.warn('exiftool is not there, so its tests are left out: apt-get install libimage-exiftool-perl');

describe.skipIf(!exiftool)('exiftool', () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-marking-'));
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));

	test.for(formats.flatMap((format) => names.map((modelName) => ({ format, modelName }))))(
		'finds every mark in a $format: model $modelName',
		async ({ format, modelName }) => {
			const origin = { ...originOf({ prompt: '1girl, 初音ミク' }), modelName };
			const path = join(folder, `picture.${format}`);
			await writeFile(path, await encodeImage(gradient(72, 40), format, origin));
			const { stdout } = await promisify(execFile)('exiftool', ['-json', '-G0', '-n', '-validate', '-all', path]);
			const [tags] = JSON.parse(stdout) as Record<string, unknown>[];
			const readable = modelName.replace('\u0007', '?').toWellFormed();
			expect(tags).toMatchObject({
				'XMP:DigitalSourceType': trainedAlgorithmicMedia,
				'XMP:Description': `Made by AI: Atelier with the model ${readable}`,
				'XMP:CreatorTool': 'Atelier 0.1.0',
			});
			const parameters = format === 'png' ? 'PNG:Parameters' : 'EXIF:UserComment';
			expect(tags![parameters]).toContain('1girl, 初音ミク\nNegative prompt: lowres, (bad)\nSteps: 20');
			expect(tags!['ExifTool:Validate']).toMatch(/^0 /); // no errors; minor warnings of tags that we leave out are fine
		},
	);
});
