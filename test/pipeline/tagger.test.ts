import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RgbImage } from '../../src/images/pixels.ts';
import { readTagList } from '../../src/model/tag-list.ts';
import { readTensors } from '../../src/model/tensors.ts';
import { Tagger } from '../../src/pipeline/tagger.ts';

const files = { model: 'models/demo/tagger/model.onnx', tags: 'models/demo/tagger/selected_tags.csv' };

let tagger: Tagger;
let folder: string;
beforeAll(async () => {
	tagger = await Tagger.load(files, 'cpu');
	folder = await mkdtemp(join(tmpdir(), 'atelier-tagger-'));
});
afterAll(async () => {
	await tagger.release();
	await rm(folder, { recursive: true });
});

/** The golden's input is what the network sees, blue first; this is the picture that it stands for, red first. */
async function goldenPictures(): Promise<{ image: RgbImage; probabilities: Float32Array }[]> {
	const { tensors } = await readTensors('test/golden/demo/tagger.safetensors');
	const input = tensors.get('in.image')!;
	const output = tensors.get('out.probabilities')!;
	const [count, height, width] = input.dims as [number, number, number];
	const size = height * width * 3;
	const each = output.data.length / count;
	return Array.from({ length: count }, (_, n) => {
		const own = (input.data as Float32Array).subarray(n * size, (n + 1) * size);
		const data = Uint8Array.from(own, (_value, i) => Math.round(own[i - (i % 3) + 2 - (i % 3)]!));
		return {
			image: { width, height, data },
			probabilities: (output.data as Float32Array).slice(n * each, (n + 1) * each),
		};
	});
}

describe('Tagger', () => {
	test('sees in a picture what onnxruntime saw in Python, but for the rounding of pixels to bytes', async () => {
		const list = await readTagList(files.tags);
		for (const { image, probabilities } of await goldenPictures()) {
			const { ratings, tags } = await tagger.look(image);
			const all = new Map<string, number>([
				...Object.entries(ratings),
				...tags.map((t) => [t.name, t.probability] as const),
			]);
			for (const [i, { name }] of list.entries()) expect(all.get(name)).toBeCloseTo(probabilities[i]!, 1);
		}
	});

	test('reads colours in the right order: swapping red and blue changes what it sees', async () => {
		const [first] = await goldenPictures();
		const { image } = first!;
		const swapped = { ...image, data: image.data.map((_, i) => image.data[i - (i % 3) + 2 - (i % 3)]!) };
		expect((await tagger.look(swapped)).ratings).not.toEqual((await tagger.look(image)).ratings);
	});

	test('a list that does not fit the network is refused', async () => {
		await cp('models/demo/tagger', folder, { recursive: true });
		const text = await readFile(files.tags, 'utf8');
		const tags = join(folder, 'selected_tags.csv');
		await writeFile(tags, text.trim().split('\n').slice(0, -1).join('\n'));
		const short = await Tagger.load({ ...files, tags }, 'cpu');
		await expect(short.look((await goldenPictures())[0]!.image)).rejects.toThrow(/expected 67 rows.*got 66/);
		await short.release();
	});

	test.for([
		['another header', 'name,category\n', /header/],
		['a row without a name', 'tag_id,name,category,count\n0,,9,0\n', /row 2/],
		['an unknown category', 'tag_id,name,category,count\n0,general,7,0\n', /category 0, 4 or 9/],
		['no ratings', 'tag_id,name,category,count\n0,solo,0,1\n', /rating `general`/],
	] as const)('a list with %s is refused', async ([, text, reason]) => {
		const tags = join(folder, 'bad.csv');
		await writeFile(tags, text);
		await expect(Tagger.load({ ...files, tags }, 'cpu')).rejects.toThrow(reason);
	});

	test('names with commas and quotes are read', async () => {
		const path = join(folder, 'quoted.csv');
		const ratings = ['general', 'sensitive', 'questionable', 'explicit']
			.map((name, i) => `${i},${name},9,0`)
			.join('\n');
		await writeFile(path, `tag_id,name,category,count\n${ratings}\n4,"a, ""b""",0,1\n`);
		expect((await readTagList(path)).at(-1)).toEqual({ name: 'a, "b"', category: 'general' });
	});
});
