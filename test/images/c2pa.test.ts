import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSigner } from '../../src/images/c2pa.ts';
import { decodeImage } from '../../src/images/decode.ts';
import { encodeImage, fitToChannel } from '../../src/images/encode.ts';
import { readRecipe } from '../../src/images/metadata.ts';
import { trainedAlgorithmicMedia } from '../../src/images/xmp.ts';
import { makeCertificates, type TestCertificates } from '../support/certificates.ts';
import { gradient, originOf, whiteNoise } from './support.ts';

/** The reading half of the library, which judges a file by the same rules as anybody's reader. */
interface Library {
	Reader: { fromAsset(asset: object, settings: object): Promise<{ json(): ManifestStore } | null> };
}

interface ManifestStore {
	validation_state: string;
	active_manifest: string;
	manifests: Record<
		string,
		{
			claim_generator_info: { name: string }[];
			assertions: { label: string; data: { actions: object[] } }[];
			signature_info: { common_name: string };
		}
	>;
}

const libraryName = '@contentauth/c2pa-node';
const library = await (import(libraryName) as Promise<Library>).catch(() => undefined);
if (!library) console.warn(`${libraryName} is not there, so the tests of signed manifests are left out`);

const formats = ['png', 'webp', 'jpeg'] as const;
let folder: string;
let certificates: TestCertificates;
const pathOf = (name: string) => join(folder, name);
const files = (certificate = 'chain.pem', privateKey = 'key.pem') => ({
	certificate: pathOf(certificate),
	privateKey: pathOf(privateKey),
});

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-c2pa-'));
	certificates = makeCertificates();
	await writeFile(pathOf('chain.pem'), certificates.chain);
	await writeFile(pathOf('key.pem'), certificates.privateKey);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.for([
	{ wrong: 'no certificate', names: ['nothing.pem', 'key.pem'], says: 'C2PA_CERT' },
	{ wrong: 'no key', names: ['chain.pem', 'nothing.pem'], says: 'C2PA_KEY' },
	{ wrong: 'a certificate for a key', names: ['chain.pem', 'chain.pem'], says: 'C2PA_KEY' },
])('says which key of the configuration is wrong: $wrong', async ({ names, says }) => {
	await expect(openSigner(files(names[0], names[1]))).rejects.toThrow(new RegExp(`^${says} = .*Example: `));
});

test.skipIf(library)('says how to get the library where it is not installed', async () => {
	await expect(openSigner(files())).rejects.toThrow(/npm install --no-save @contentauth\/c2pa-node@\d/);
});

describe.skipIf(!library)('a signed manifest', () => {
	const read = async (file: Uint8Array, format: string) => {
		const settings = {
			trust: { trust_anchors: certificates.anchor },
			verify: { verify_trust: true, remote_manifest_fetch: false, ocsp_fetch: false },
		};
		const asset = { buffer: Buffer.from(file), mimeType: `image/${format}` };
		return (await library!.Reader.fromAsset(asset, settings))?.json();
	};

	test.for(formats)('says in a %s who signed, and that a trained model made it', async (format) => {
		const sign = await openSigner(files());
		const file = await encodeImage(gradient(72, 40), format, originOf(), { sign });
		const store = await read(file, format);
		expect(store?.validation_state).toBe('Trusted');
		const manifest = store!.manifests[store!.active_manifest]!;
		expect(manifest.claim_generator_info[0]?.name).toBe('Atelier');
		expect(manifest.signature_info.common_name).toBe('Atelier test');
		expect(manifest.assertions.find(({ label }) => label.startsWith('c2pa.actions'))?.data.actions).toEqual([
			expect.objectContaining({ action: 'c2pa.created', digitalSourceType: trainedAlgorithmicMedia }),
		]);
	});

	test.for(formats)('leaves pixels and recipe of a %s as they are', async (format) => {
		const sign = await openSigner(files());
		const plain = await encodeImage(gradient(72, 40), format, originOf());
		const signed = await encodeImage(gradient(72, 40), format, originOf(), { sign });
		expect(await decodeImage(signed)).toEqual(await decodeImage(plain));
		expect(readRecipe(signed)).toEqual(originOf().recipe);
	});

	test('does not cover a picture that was changed', async () => {
		const sign = await openSigner(files());
		const file = await encodeImage(whiteNoise(72, 40), 'png', originOf(), { sign });
		file[file.length - 100]! ^= 1;
		expect((await read(file, 'png'))?.validation_state).toBe('Invalid');
	});

	test('counts in the limit of the channel', async () => {
		const sign = await openSigner(files());
		const image = whiteNoise(160, 120);
		const png = await encodeImage(image, 'png', originOf(), { sign });
		const limits = { maxFileBytes: 30_000, maxTotalBytes: 1e9 };
		const [small] = await fitToChannel([{ image, png, origin: originOf() }], limits, sign);
		expect(small!.bytes.length).toBeLessThanOrEqual(30_000);
		expect((await read(small!.bytes, small!.format))?.validation_state).toBe('Trusted');
	});

	test('is not written without a key', async () => {
		expect(await read(await encodeImage(gradient(72, 40), 'png', originOf()), 'png')).toBeUndefined();
	});

	test.for([
		{ wrong: 'another key', chain: () => makeCertificates().chain },
		{ wrong: 'a certificate that signed itself', chain: () => certificates.anchor },
		{ wrong: 'no certificate at all', chain: () => certificates.privateKey },
	])('needs a certificate that serves: $wrong', async ({ chain }) => {
		await writeFile(pathOf('wrong.pem'), chain());
		await expect(openSigner(files('wrong.pem'))).rejects.toThrow(/^C2PA_CERT = .*cannot be signed/);
	});

	test('needs a key that C2PA knows', async () => {
		const { privateKey } = generateKeyPairSync('x25519');
		await writeFile(pathOf('x25519.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
		await expect(openSigner(files('chain.pem', 'x25519.pem'))).rejects.toThrow(/^C2PA_KEY = .*x25519/);
	});
});
