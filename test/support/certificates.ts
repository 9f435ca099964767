import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/*
 * A certificate authority of our own and one certificate of it, as a C2PA signer needs them. Source: RFC 5280; X.690 (DER). Only
 * what those two certificates need: names with a common name and an organisation, keys on the curve P-256, five extensions.
 */

export interface TestCertificates {
	/** PEM, the signer's own first. */
	chain: string;
	/** PKCS#8, PEM. */
	privateKey: string;
	/** The authority's certificate, PEM. */
	anchor: string;
}

export function makeCertificates(): TestCertificates {
	const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const issuer = { name: 'Test authority', ...authority };
	const anchor = certificate({ name: issuer.name, publicKey: authority.publicKey, isAuthority: true }, issuer);
	const own = certificate({ name: 'Atelier test', publicKey: signer.publicKey, isAuthority: false }, issuer);
	return {
		chain: own + anchor,
		privateKey: signer.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
		anchor,
	};
}

function certificate(
	subject: { name: string; publicKey: KeyObject; isAuthority: boolean },
	issuer: { name: string; publicKey: KeyObject; privateKey: KeyObject },
): string {
	const serial = randomBytes(16);
	serial[0]! &= 0x7f;
	const dayMs = 86_400_000;
	const body = sequence(
		tagged(0xa0, tagged(0x02, Buffer.of(2))), // version 3
		tagged(0x02, serial),
		ecdsaWithSha256,
		nameOf(issuer.name),
		sequence(time(Date.now() - dayMs), time(Date.now() + 365 * dayMs)),
		nameOf(subject.name),
		subject.publicKey.export({ type: 'spki', format: 'der' }),
		tagged(0xa3, sequence(...extensions(subject, issuer.publicKey))),
	);
	const signature = sign('sha256', body, issuer.privateKey);
	const der = sequence(body, ecdsaWithSha256, bits(signature));
	const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
	return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extensions(subject: { publicKey: KeyObject; isAuthority: boolean }, issuerKey: KeyObject): Buffer[] {
	const extension = (id: string, isCritical: boolean, value: Buffer) =>
		sequence(oid(id), ...(isCritical ? [tagged(0x01, Buffer.of(0xff))] : []), tagged(0x04, value));
	return [
		extension('2.5.29.19', true, sequence(...(subject.isAuthority ? [tagged(0x01, Buffer.of(0xff))] : []))),
		// Key usage: certificates (bit 5) or signatures (bit 0).
		extension('2.5.29.15', true, tagged(0x03, subject.isAuthority ? Buffer.of(2, 0x04) : Buffer.of(7, 0x80))),
		extension('2.5.29.14', false, tagged(0x04, keyId(subject.publicKey))),
		extension('2.5.29.35', false, sequence(tagged(0x80, keyId(issuerKey)))),
		// Extended key usage: protection of e-mail, one of those that C2PA accepts.
		...(subject.isAuthority ? [] : [extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.4')))]),
	];
}

function keyId(key: KeyObject): Buffer {
	return createHash('sha1')
		.update(key.export({ type: 'spki', format: 'der' }))
		.digest();
}

function nameOf(commonName: string): Buffer {
	const part = (id: string, text: string) => tagged(0x31, sequence(oid(id), tagged(0x0c, Buffer.from(text, 'utf8'))));
	return sequence(part('2.5.4.3', commonName), part('2.5.4.10', 'Atelier test'));
}

function time(ms: number): Buffer {
	const text = new Date(ms)
		.toISOString()
		.replace(/[-:T]|\.\d+/g, '')
		.slice(2); // YYMMDDHHMMSSZ
	return tagged(0x17, Buffer.from(text, 'ascii'));
}

function bits(bytes: Buffer): Buffer {
	return tagged(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

function oid(dotted: string): Buffer {
	const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
	const groups = [40 * first + second, ...rest].flatMap((n) => {
		const out = [n & 0x7f];
		for (let left = n >> 7; left > 0; left >>= 7) out.unshift((left & 0x7f) | 0x80);
		return out;
	});
	return tagged(0x06, Buffer.from(groups));
}

function sequence(...parts: Buffer[]): Buffer {
	return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
	const { length } = content;
	const long = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...long]), content]);
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
