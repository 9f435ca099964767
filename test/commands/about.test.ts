import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModelFolder } from '../../src/model/folder.ts';
import { textOf } from '../support/page.ts';
import { Workshop } from '../support/workshop.ts';

describe('/about', () => {
	let shop: Workshop;
	beforeAll(async () => {
		shop = await Workshop.open();
	});
	afterAll(async () => {
		shop.discord.assertClean();
		await shop.close();
	});
	const about = async (channel = 'gallery') => {
		const message = await shop.discord.user('mika').slash('about', {}, { channel }).message();
		expect(Number(message.flags) & 64).toBe(64);
		return textOf(message);
	};

	test('names the model with its hash and licence, the source, the operator and the marks', async () => {
		const text = await about();
		for (const wanted of [
			'**Model:** demo',
			'm'.repeat(64),
			'Apache License 2.0',
			'<https://git.example.com/atelier>',
			'**Operator:** kei@example.com.',
			'trainedAlgorithmicMedia',
			'made by AI',
			'**Devices:** this bot draws on CPU.',
			'/mydata',
		])
			expect(text).toContain(wanted);
		expect(text).not.toContain('C2PA');
	});

	test('names the LoRAs that may be added, and says when there are more', async () => {
		const loras = Array.from({ length: 12 }, (_, i) => ({
			name: `style_${i}`,
			sha256: `${i}`.repeat(64).slice(0, 64),
		}));
		Object.assign(shop.services, { models: [{ ...shop.services.models[0], loras }] });
		const text = await about();
		expect(text).toContain('style\\_0 (`0000000000`), style\\_1');
		expect(text).toContain(', and 2 more.');
	});

	test('says of a signed manifest where there is one, and of which devices there are several', async () => {
		Object.assign(shop.services, {
			operator: { sourceUrl: undefined, contact: undefined, signs: true, devices: ['cuda', 'cpu', 'cuda'] },
		});
		const text = await about('dm');
		expect(text).toContain('a C2PA manifest that is signed by the operator');
		expect(text).toContain('ask the operator for the source');
		expect(text).toContain('**Devices:** this bot draws on 2 × CUDA, CPU.');
	});

	test('says for how long this server keeps pictures', async () => {
		expect(await about()).toContain('kept until you, or a moderator, delete it');
		await shop.choose({ retentionDays: 30 });
		expect(await about()).toContain('kept for 30 days');
		expect(await about('dm')).toContain('kept until you, or a moderator, delete it');
	});
});

describe('what a model says of itself', () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-about-'));
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));
	const open = async (name: string, about?: string) => {
		const path = join(folder, name);
		await cp('models/demo', path, { recursive: true });
		if (about === undefined) await rm(join(path, 'about.json'));
		else await writeFile(join(path, 'about.json'), about);
		return openModelFolder(path);
	};

	test('is known of Animagine by its folder’s name', async () => {
		expect((await open('animagine-xl-3.1')).about?.licence.name).toBe('Fair AI Public License 1.0-SD');
	});

	test('is nothing where neither the folder nor its name says', async () => {
		expect((await open('mine')).about).toBeUndefined();
	});

	test('counts before what is known by name', async () => {
		const own = JSON.stringify({ licence: { name: 'My own' } });
		expect((await open('animagine-xl-3.1-merged', own)).about).toEqual({ licence: { name: 'My own' } });
	});

	test('must be of the form that is asked for', async () => {
		const wrong = JSON.stringify({ licence: { name: 'x', url: 'javascript:alert(1)' } });
		await expect(open('wrong', wrong)).rejects.toThrow(/about\.json.*url/);
	});
});
