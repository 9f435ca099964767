import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { encodeImage } from '../../src/images/encode.ts';
import { addPngTexts } from '../../src/images/png.ts';
import { gradient, originOf } from '../images/support.ts';

const program = fileURLToPath(new URL('../../scripts/recipe.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'recipe-'));
afterAll(() => rm(folder, { recursive: true }));

/** Runs the script as `npm run -s recipe -- …` does. */
function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
	return new Promise((resolve) => {
		execFile(process.execPath, [program, ...args], (error, out, err) =>
			resolve({ code: Number(error?.code ?? 0), out, err }),
		);
	});
}

async function fileWith(name: string, bytes: Uint8Array): Promise<string> {
	await writeFile(join(folder, name), bytes);
	return join(folder, name);
}

test('prints one line of JSON for a picture with a recipe; says in a sentence why there is none', async () => {
	const png = await encodeImage(gradient(16, 8), 'png', originOf());
	const bare = await encodeImage(gradient(16, 8), 'png', originOf({ prompt: 'x' }));
	const at = Buffer.from(bare).indexOf('IDAT') - 4;
	const texts = Buffer.concat([bare.subarray(0, 33), bare.subarray(at)]);
	const [ours, theirs, none, noPicture, nothing] = await Promise.all([
		fileWith('ours.png', png).then((file) => run(file)),
		fileWith(
			'theirs.png',
			addPngTexts(texts, [{ keyword: 'parameters', text: 'a cat\nSteps: 7, Seed: 2, CFG scale: 5' }]),
		).then((file) => run(file)),
		fileWith('none.png', texts).then((file) => run(file)),
		fileWith('none.txt', Buffer.from('hello')).then((file) => run(file)),
		run(),
	]);
	expect(ours).toMatchObject({ code: 0, err: '' });
	expect(ours.out.endsWith('\n') && ours.out.trim().includes('\n')).toBe(false);
	expect(JSON.parse(ours.out)).toEqual({ tool: 'atelier', recipe: originOf().recipe, unknown: {} });
	expect(JSON.parse(theirs.out)).toMatchObject({ tool: 'webui', recipe: { prompt: 'a cat', steps: 7, seeds: [2] } });
	expect(none).toMatchObject({ code: 1, out: '', err: expect.stringContaining('carries no recipe') });
	expect(noPicture).toMatchObject({
		code: 1,
		out: '',
		err: expect.stringMatching(/^.+expected a PNG, WebP or JPEG\.\n$/),
	});
	expect(nothing).toMatchObject({ code: 2, out: '', err: expect.stringContaining('usage:') });
});
