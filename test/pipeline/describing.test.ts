import { expect, test } from 'vitest';
import { Describing } from '../../src/pipeline/describing.ts';
import type { DescribedPicture, ToPainter } from '../../src/pipeline/protocol.ts';

const seen = { width: 1, height: 2, tags: [] } as unknown as DescribedPicture;
const image = new Uint8Array(1);

/** A painter that answers when the test says so. */
function open(timeoutMs = 60_000) {
	const describing = new Describing();
	const ids: string[] = [];
	const send = async (message: ToPainter) => {
		if (message.type === 'describe') ids.push(message.id);
	};
	return { describing, ids, ask: () => describing.ask(image, send, timeoutMs) };
}

test('each answer goes to who asked, in whatever order they come', async () => {
	const { describing, ids, ask } = open();
	const [first, second] = [ask(), ask()];
	describing.take({ type: 'described', id: ids[1]!, seen });
	describing.take({ type: 'described', id: ids[0]!, refusal: { code: 'bad-picture', message: 'It is damaged.' } });
	expect(await second).toBe(seen);
	await expect(first).rejects.toThrow(expect.objectContaining({ code: 'bad-picture', message: 'It is damaged.' }));
	expect(describing.size).toBe(0);
});

test('behind four nobody waits, and a painter that ends lets go of all', async () => {
	const { describing, ask } = open();
	const waiting = [ask(), ask(), ask(), ask()];
	await expect(ask()).rejects.toThrow(expect.objectContaining({ code: 'painter-busy' }));
	describing.fail();
	for (const one of waiting) await expect(one).rejects.toThrow(expect.objectContaining({ code: 'describe-failed' }));
	expect(describing.size).toBe(0);
});

test('a painter that does not come in time is said to be busy', async () => {
	await expect(open(5).ask()).rejects.toThrow(/The painter is busy/);
});
