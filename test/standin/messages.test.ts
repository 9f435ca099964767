import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { mediaUrls, type Standin, startStandin } from '../../src/standin/index.ts';
import { mediaSize } from '../../src/standin/media-size.ts';
import { commands } from './support/bot.ts';
import { makePng } from './support/png.ts';
import { answer, register, rest, webhook } from './support/rest.ts';
import { v2 } from './support/shapes.ts';

interface Attached {
	id: string;
	filename: string;
	url: string;
}

let standin: Standin;
let path: string;

beforeAll(async () => {
	standin = await startStandin();
	await register(standin, commands);
	path = `/channels/${standin.channel('gallery').id}/messages`;
});

afterEach(() => standin.clearRecords());

afterAll(() => standin.stop());

function file(name: string, seed = 0) {
	return { name, bytes: makePng(12, 8, seed) };
}

async function sendTwo(): Promise<{ id: string; attachments: [Attached, Attached] }> {
	const attachments = [{ id: '0' }, { id: '1', description: 'second' }];
	const { body } = await rest(standin, 'POST', path, { attachments }, [file('a.png'), file('b.png', 1)]);
	return body as unknown as { id: string; attachments: [Attached, Attached] };
}

test('uploaded pictures are listed with their size, type, description and a working address', async () => {
	const { attachments } = await sendTwo();
	expect(attachments).toMatchObject([
		{ filename: 'a.png', width: 12, height: 8, content_type: 'image/png' },
		{ filename: 'b.png', description: 'second' },
	]);
	expect(standin.bytesAt(attachments[1].url)).toEqual(makePng(12, 8, 1));
	standin.assertClean();
});

test('an edit without files keeps attachments; one with a list keeps and adds what is listed', async () => {
	const { id, attachments } = await sendTwo();
	const kept = await rest(standin, 'PATCH', `${path}/${id}`, { content: 'x' });
	expect(kept.body.attachments).toHaveLength(2);
	const list = [{ id: attachments[1].id }, { id: '0' }];
	const edited = await rest(standin, 'PATCH', `${path}/${id}`, { attachments: list }, [file('c.png')]);
	expect((edited.body.attachments as Attached[]).map((it) => it.filename)).toEqual(['b.png', 'c.png']);
	expect(standin.bytesAt(attachments[0].url)).toBeUndefined();
	standin.assertClean();
});

test('an edit with new components may show files the message has, by name and by address', async () => {
	const gallery = (url: string) => ({ type: 12, items: [{ media: { url } }] });
	const first = await rest(
		standin,
		'POST',
		path,
		{ flags: 32_768, attachments: [{ id: '0' }], components: [gallery('attachment://a.png')] },
		[file('a.png')],
	);
	const shown = first.body.components as { items: { media: { url: string } }[] }[];
	const url = shown[0]?.items[0]?.media.url ?? '';
	const one = `${path}/${first.body.id}`;
	const edited = await rest(standin, 'PATCH', one, { components: [gallery(url), gallery('attachment://a.png')] });
	expect(edited.body).toMatchObject({
		flags: 32_768,
		attachments: [],
		components: [url, url].map((it) => ({ items: [{ media: { url: it, width: 12, height: 8 } }] })),
	});
	standin.assertClean();
});

test.for([
	{ mebibytes: [10], status: 200 },
	{ mebibytes: [10.1], status: 413 },
	{ mebibytes: [9, 9], status: 200 },
	{ mebibytes: [9, 9, 9], status: 413 },
])('files of $mebibytes MiB are answered $status', async ({ mebibytes, status }) => {
	const files = mebibytes.map((size, index) => ({ name: `${index}.png`, bytes: Buffer.alloc(size * 2 ** 20) }));
	const attachments = files.map((_, index) => ({ id: String(index) }));
	const sent = await rest(standin, 'POST', path, { attachments }, files);
	expect(sent.status).toBe(status);
	if (status === 413) expect(sent.body.code).toBe(40_005);
});

test('an ephemeral follow-up shows a file, and an edit may drop it', async () => {
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' });
	await answer(standin, handle, { type: 4, data: { content: 'done', flags: 64 } });
	const data = {
		flags: v2 | 64,
		components: [{ type: 13, file: { url: 'attachment://mine.zip' } }],
		attachments: [{ id: '0' }],
	};
	const files = [{ name: 'mine.zip', bytes: Buffer.from('PK'), contentType: 'application/zip' }];
	await rest(standin, 'POST', webhook(standin, handle), data, files);
	const [message] = handle.followups;
	if (!message) throw new Error('expected a follow-up');
	expect(message).toMatchObject({ flags: v2 | 64, attachments: [] });
	expect(message.components).toMatchObject([{ type: 13, name: 'mine.zip', size: 2, spoiler: false }]);
	const [url = ''] = mediaUrls(message);
	const download = await fetch(url);
	expect(download.headers.get('content-disposition')).toBe('attachment');
	expect(await download.text()).toBe('PK');
	const edit = { components: [{ type: 10, content: 'gone' }], attachments: [] };
	await rest(standin, 'PATCH', `${webhook(standin, handle)}/messages/${message.id}`, edit);
	expect((await fetch(url)).status).toBe(404);
	standin.assertClean();
});

test('eleven attachments are refused', async () => {
	const files = Array.from({ length: 11 }, (_, index) => file(`${index}.png`));
	const attachments = files.map((_, index) => ({ id: String(index) }));
	expect((await rest(standin, 'POST', path, { attachments }, files)).body.code).toBe(50_035);
});

test('a nonce that is enforced returns the earlier message instead of a second one', async () => {
	const body = { content: 'once', nonce: 'job-1', enforce_nonce: true };
	const first = await rest(standin, 'POST', path, body);
	const second = await rest(standin, 'POST', path, { ...body, content: 'twice' });
	expect(second.body).toMatchObject({ id: first.body.id, content: 'once' });
	const other = await rest(standin, 'POST', path, { ...body, nonce: 'job-2' });
	expect(other.body.id).not.toBe(first.body.id);
	const loose = await rest(standin, 'POST', path, { ...body, enforce_nonce: false });
	expect(loose.body.id).not.toBe(first.body.id);
	standin.assertClean();
});

test('an ephemeral message is not in the channel for the bot', async () => {
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' }, { channel: 'gallery' });
	await answer(standin, handle, { type: 4, data: { content: 'secret', flags: 64 } });
	const { id } = await handle.message();
	for (const method of ['GET', 'DELETE']) {
		expect(await rest(standin, method, `${path}/${id}`)).toMatchObject({ status: 404, body: { code: 10008 } });
	}
	expect((await rest(standin, 'GET', path)).body).not.toContainEqual(expect.objectContaining({ id }));
	expect((await rest(standin, 'DELETE', `${webhook(standin, handle)}/messages/@original`)).status).toBe(204);
	expect(standin.message(id)).toBeUndefined();
});

test('Components V2 cannot be switched off, nor on while there is content', async () => {
	const text = { type: 10, content: 'x' };
	const v2 = await rest(standin, 'POST', path, { flags: 32_768, components: [text] });
	const edited = await rest(standin, 'PATCH', `${path}/${v2.body.id}`, { flags: 0, components: [text] });
	expect(edited.body.flags).toBe(32_768);
	const classic = await rest(standin, 'POST', path, { content: 'classic' });
	const one = `${path}/${classic.body.id}`;
	expect((await rest(standin, 'PATCH', one, { flags: 32_768, components: [text] })).status).toBe(400);
	const emptied = await rest(standin, 'PATCH', one, { flags: 32_768, content: null, components: [text] });
	expect(emptied.body).toMatchObject({ flags: 32_768, content: '' });
});

test('an empty message is refused', async () => {
	expect((await rest(standin, 'POST', path, {})).body.code).toBe(50_006);
});

test('allowed_mentions decides who is pinged', async () => {
	const content = `<@${standin.user('mika').id}> @everyone`;
	const loud = await rest(standin, 'POST', path, { content });
	expect(loud.body.mentions).toHaveLength(1);
	const quiet = await rest(standin, 'POST', path, { content, allowed_mentions: { parse: [] } });
	expect(quiet.body).toMatchObject({ mentions: [], mention_everyone: false });
});

test('sizes are read from PNG, JPEG and all three kinds of WebP', async () => {
	const { default: sharp } = await import('sharp');
	const picture = sharp({ create: { width: 37, height: 21, channels: 4, background: '#8040c080' } });
	const encoded = await Promise.all([
		picture.clone().png().toBuffer(),
		picture.clone().jpeg().toBuffer(),
		picture.clone().removeAlpha().webp().toBuffer(),
		picture.clone().webp({ lossless: true }).toBuffer(),
		picture.clone().webp().toBuffer(),
	]);
	for (const bytes of encoded) expect(mediaSize(bytes)).toEqual({ width: 37, height: 21 });
	expect(mediaSize(Buffer.from('not a picture, but long enough to look at'))).toBeUndefined();
});
