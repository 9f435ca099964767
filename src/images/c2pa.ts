import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { SetupError } from '../errors.ts';
import type { ImageFormat } from '../pipeline/protocol.ts';
import type { Sign } from './encode.ts';
import { trainedAlgorithmicMedia } from './xmp.ts';

/** Paths of an operator's certificate chain (PEM, their own first) and of its private key (PEM). */
export interface SignerFiles {
	certificate: string;
	privateKey: string;
}

/** The part of `@contentauth/c2pa-node`, the C2PA's own library, that is used here. */
interface Library {
	LocalSigner: { newSigner(certificate: Buffer, privateKey: Buffer, algorithm: string): object };
	Builder: {
		withJson(
			manifest: object,
			settings: object,
		): {
			setIntent(intent: { create: string }): void;
			sign(signer: object, from: { buffer: Buffer; mimeType: string }, to: { buffer: Buffer | null }): Buffer;
		};
	};
}

/** The release that the tests ran with. It is no dependency of everybody's: it is large, and only who signs needs it. */
const libraryName = '@contentauth/c2pa-node';
const libraryVersion = '0.8.0';

/** Nothing is asked of the network: no time stamps, no revocation lists, no remote manifests. No thumbnail either. */
const settings = {
	builder: { thumbnail: { enabled: false } },
	verify: { remote_manifest_fetch: false, ocsp_fetch: false, verify_trust: false, verify_after_sign: true },
};

/**
 * Opens what signs pictures with a key of the operator's: a C2PA manifest that says `c2pa.created` by a trained model. It is tried
 * on a small picture, so that a wrong certificate shows at the start. Loads a native library: only for the painter.
 *
 * @returns adds about 13 KB to a file. Signatures hold random bytes, so no two are equal.
 * @throws {SetupError} naming C2PA_CERT or C2PA_KEY, if the library, a file or the certificate does not serve
 */
export async function openSigner({ certificate, privateKey }: SignerFiles): Promise<Sign> {
	const chain = await readFile(certificate).catch(refuse('C2PA_CERT', certificate));
	const pem = await readFile(privateKey).catch(refuse('C2PA_KEY', privateKey));
	const key = parseKey(pem, privateKey);
	const { Builder, LocalSigner } = await load();
	const sign: Sign = (bytes, format) => {
		const manifest = { claim_generator_info: [{ name: 'Atelier', version: packageJson.version }] };
		const builder = Builder.withJson(manifest, settings);
		builder.setIntent({ create: trainedAlgorithmicMedia });
		const signed: { buffer: Buffer | null } = { buffer: null };
		builder.sign(signer, { buffer: Buffer.from(bytes), mimeType: `image/${format}` }, signed);
		if (!signed.buffer) throw new TypeError(`Expected \`${libraryName}\` to write a signed file, got nothing`);
		return new Uint8Array(signed.buffer);
	};
	let signer: object;
	try {
		const pkcs8 = Buffer.from(key.export({ type: 'pkcs8', format: 'pem' }));
		signer = LocalSigner.newSigner(chain, pkcs8, algorithmOf(key, privateKey));
		sign(smallestPng, 'png' satisfies ImageFormat);
	} catch (cause) {
		if (cause instanceof SetupError) throw cause;
		throw new SetupError(
			`C2PA_CERT = ${JSON.stringify(certificate)}: pictures cannot be signed with it and C2PA_KEY (${(cause as Error).message}). It must hold the chain of a certificate for C2PA or e-mail protection, your own first, that somebody else signed`,
			{ cause },
		);
	}
	return sign;
}

async function load(): Promise<Library> {
	try {
		return (await import(libraryName)) as Library;
	} catch (cause) {
		throw new SetupError(
			`C2PA_CERT is set, but the library that signs cannot be loaded (${(cause as Error).message.split('\n')[0]}). Run: npm install --no-save ${libraryName}@${libraryVersion}`,
			{ cause },
		);
	}
}

function parseKey(pem: Buffer, path: string): KeyObject {
	try {
		return createPrivateKey(pem);
	} catch (cause) {
		return refuse('C2PA_KEY', path)(new Error('it is no private key in PEM without a password', { cause }));
	}
}

/** C2PA 2.1, section 13.2.1: which signature goes with which key. */
function algorithmOf(key: KeyObject, path: string): string {
	const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
	const curves: Record<string, string> = { prime256v1: 'es256', secp384r1: 'es384', secp521r1: 'es512' };
	const name =
		type === 'ed25519'
			? 'ed25519'
			: type === 'ec'
				? curves[details?.namedCurve ?? '']
				: type?.startsWith('rsa')
					? 'ps256'
					: undefined;
	return name ?? refuse('C2PA_KEY', path)(new Error(`C2PA knows no signatures of \`${type}\` keys of this kind`));
}

function refuse(key: string, path: string): (cause: Error) => never {
	return (cause) => {
		throw new SetupError(`${key} = ${JSON.stringify(path)}: ${cause.message}. Example: secrets/c2pa.pem`, { cause });
	};
}

/** One grey pixel. */
const smallestPng = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
	'base64',
);
