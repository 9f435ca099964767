import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { pick, type Random, seeded } from '../../test/moderation/random.ts';

/** Real files of many kinds to begin with: those that are taken, those that are not, and bombs. */
async function originals(): Promise<Buffer[]> {
	const [width, height] = [61, 47];
	const noise = Buffer.from(Array.from({ length: width * height * 4 }, (_, i) => (i * 7919) % 251));
	const rgba = () => sharp(noise, { raw: { width, height, channels: 4 } });
	const rgb = () => rgba().removeAlpha();
	const frames = sharp(Buffer.concat([noise, noise]), {
		raw: { width, height: 2 * height, channels: 4, pageHeight: height },
	});
	const made = [
		rgb().png(),
		rgba().png(),
		rgb().png({ palette: true }),
		rgb().png({ progressive: true }),
		rgb().toColourspace('rgb16').png(),
		rgb().greyscale().png(),
		rgb().jpeg(),
		rgb().jpeg({ progressive: true }),
		rgb().toColourspace('cmyk').jpeg(),
		rgb().jpeg().withMetadata({ orientation: 5 }),
		rgb().withIccProfile('p3').jpeg(),
		rgb().webp(),
		rgba().webp({ lossless: true }),
		frames.webp({ loop: 0, delay: [20, 20] }),
		rgb().gif(),
		rgb().avif(),
		rgb().tiff(),
	];
	const files = await Promise.all(made.map((image) => image.toBuffer()));
	const texts = [
		'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
		'%PDF-1.7',
		'PK\u0003\u0004',
		'#!/bin/sh',
		'GIF89a',
	];
	return [...files, ...texts.map((text) => Buffer.from(text)), ...bombs()];
}

/** Small files that unpack to much. */
function bombs(): Buffer[] {
	const zeros = deflateSync(Buffer.alloc(40_000_000), { level: 9 });
	const head = (width: number, height: number) => {
		const ihdr = Buffer.alloc(13);
		ihdr.writeUInt32BE(width);
		ihdr.writeUInt32BE(height, 4);
		ihdr.set([8, 2], 8);
		return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', ihdr)]);
	};
	const end = chunk('IEND', Buffer.alloc(0));
	const text = (name: string) =>
		chunk(name, Buffer.concat([Buffer.from(`a\0${name === 'iTXt' ? '\u0001\0\0\0' : '\0'}`, 'latin1'), zeros]));
	return [
		Buffer.concat([head(3000, 4000), chunk('IDAT', zeros), end]),
		Buffer.concat([head(60_000, 60_000), chunk('IDAT', zeros), end]),
		...['zTXt', 'iTXt', 'iCCP'].map((name) =>
			Buffer.concat([head(32, 32), text(name), chunk('IDAT', deflateSync(Buffer.alloc(32 * 97))), end]),
		),
	];
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(body));
	return Buffer.concat([length, body, sum]);
}

const int = (random: Random, below: number) => Math.floor(random() * below);

/** Ways to break a file. */
const mangles: ((bytes: Buffer, random: Random, other: Buffer) => Buffer)[] = [
	(bytes) => bytes,
	function flipBits(bytes, random) {
		for (let i = 1 + int(random, 64); i > 0; i--) bytes[int(random, bytes.length)]! ^= 1 << int(random, 8);
		return bytes;
	},
	(bytes, random) => bytes.subarray(0, int(random, bytes.length)),
	(bytes, random) => bytes.subarray(int(random, bytes.length)),
	function lieAboutSize(bytes, random) {
		const sizes = [0, 1, 15, 16, 10_000, 10_001, 65_535, 0x7fffffff, 0xffffffff];
		if (bytes[0] === 0x89 && bytes.length > 33) {
			bytes.writeUInt32BE(pick(random, sizes), 16);
			bytes.writeUInt32BE(pick(random, sizes), 20);
			bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
			return bytes;
		}
		// JPEG: the frame header; WebP: whatever lies in the first bytes
		const frame = bytes.indexOf(Buffer.from('ffc0', 'hex'));
		const at =
			bytes[0] === 0xff && frame > 0 && frame + 9 < bytes.length
				? frame + 5
				: Math.min(24, Math.max(0, bytes.length - 4));
		if (bytes.length > 4) bytes.writeUInt32BE(pick(random, sizes), at);
		return bytes;
	},
	(bytes, _random, other) => Buffer.concat([bytes, other]),
	(bytes, random, other) =>
		Buffer.concat([bytes.subarray(0, int(random, bytes.length)), other.subarray(int(random, other.length))]),
	(bytes, random, other) => Buffer.concat([bytes.subarray(0, 4 + int(random, 12)), other]),
	function noise(bytes, random) {
		const from = int(random, bytes.length);
		for (let i = from; i < Math.min(bytes.length, from + int(random, 400)); i++) bytes[i] = int(random, 256);
		return bytes;
	},
	function repeatPart(bytes, random) {
		const [from, to] = [int(random, bytes.length), int(random, bytes.length)].toSorted((a, b) => a - b) as [
			number,
			number,
		];
		return Buffer.concat([
			bytes.subarray(0, to),
			...Array(1 + int(random, 20)).fill(bytes.subarray(from, to).subarray(0, 2000)),
			bytes.subarray(to),
		]);
	},
	(bytes, random) => Buffer.concat([bytes, Buffer.alloc(int(random, 100_000))]),
];

export interface ImageFigures {
	images: number;
	/** How each kind of answer was given: `read`, `refused: <code>`. */
	answers: Map<string, number>;
	/** The reader's process ended and had to be started anew. */
	deaths: number;
	/** The largest memory of the reader. */
	mostMiB: number;
	/** The longest list of pictures took so long, one picture among them at most as long. */
	longestListMs: number;
	wrong: string[];
}

/** Sends mangled pictures to a process that reads them as a painter does. */
export async function fuzzImages(count: number, seed: number, atOnce = 100): Promise<ImageFigures> {
	const random = seeded(seed);
	const files = await originals();
	const small = files.filter((it) => it.length < 20_000);
	const figures: ImageFigures = {
		images: count,
		answers: new Map(),
		deaths: 0,
		mostMiB: 0,
		longestListMs: 0,
		wrong: [],
	};
	let reader = startReader();
	for (let done = 0; done < count; ) {
		const list = Array.from({ length: Math.min(atOnce, count - done) }, () => {
			let bytes: Buffer = Buffer.from(pick(random, random() < 0.995 ? small : files));
			for (let i = 1 + int(random, 3); i > 0 && bytes.length > 0; i--)
				bytes = pick(random, mangles)(bytes, random, pick(random, small));
			return bytes;
		});
		done += list.length;
		const start = performance.now();
		const answer = await ask(reader, list);
		figures.longestListMs = Math.max(figures.longestListMs, performance.now() - start);
		if (!answer) {
			figures.deaths++;
			figures.wrong.push(`the reader died of one of ${list.length} pictures, seed ${seed}, at ${done}`);
			reader = startReader();
			continue;
		}
		figures.mostMiB = Math.max(figures.mostMiB, answer.rssKiB / 1024);
		for (const result of answer.results) {
			figures.answers.set(result, (figures.answers.get(result) ?? 0) + 1);
			if (result.startsWith('wrong')) figures.wrong.push(result);
		}
	}
	reader.disconnect();
	await once(reader, 'exit');
	return figures;
}

function startReader(): ChildProcess {
	return fork(fileURLToPath(new URL('./image-reader.ts', import.meta.url)), {
		serialization: 'advanced',
		execArgv: [],
		stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
	});
}

type Answer = { results: string[]; rssKiB: number };

async function ask(reader: ChildProcess, pictures: Uint8Array[]): Promise<Answer | undefined> {
	const over = new AbortController();
	const { signal } = over;
	const answer = once(reader, 'message', { signal }).then(([message]) => message as Answer);
	const death = once(reader, 'exit', { signal }).then(() => undefined);
	reader.send(pictures);
	try {
		return await Promise.race([answer, death]);
	} finally {
		answer.catch(() => {});
		death.catch(() => {});
		over.abort();
	}
}
