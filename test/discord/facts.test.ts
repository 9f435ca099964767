import { type Client, Status } from 'discord.js';
import { expect, test } from 'vitest';
import { factsAsked, factsNow } from '../../src/discord/facts.ts';

interface FakeChannel {
	id: string;
	nsfw?: boolean;
	parentId?: string;
}

/** A client that remembers some channels, and a Discord that says of them something else by now. */
function clientOf(status: Status, remembered: FakeChannel[], now: FakeChannel[]) {
	const cache = new Map<string, object>();
	const keep = ({ id, nsfw, parentId }: FakeChannel) => {
		const channel = {
			id,
			...(nsfw !== undefined && { nsfw }),
			partial: false,
			guild: { shardId: 0, nsfwLevel: 0 },
			parentId: parentId ?? null,
			get parent() {
				return cache.get(parentId ?? '') ?? null;
			},
			isDMBased: () => false,
			isThread: () => parentId !== undefined,
		};
		cache.set(id, channel);
		return channel;
	};
	remembered.map(keep);
	const fetch = async (id: string) => keep(now.find((it) => it.id === id)!);
	return { channels: { cache, fetch }, ws: { shards: new Map([[0, { status }]]) } } as unknown as Client;
}

const wasAdult = [{ id: '1', nsfw: true }];
const isNot = [{ id: '1', nsfw: false }];
const thread = { id: '2', parentId: '1' };

test('what the gateway keeps up to date is not asked for', async () => {
	expect(await factsNow(clientOf(Status.Ready, wasAdult, isNot), '1')).toMatchObject({ ageRestricted: true });
});

test('what pictures are posted by is asked for all the same', async () => {
	expect(await factsAsked(clientOf(Status.Ready, wasAdult, isNot), '1')).toMatchObject({ ageRestricted: false });
});

test.for([Status.Disconnected, Status.Connecting, Status.Resuming, Status.WaitingForGuilds])(
	'while the gateway is away (%i) Discord is asked, of a thread’s parent too',
	async (status) => {
		expect(await factsNow(clientOf(status, wasAdult, isNot), '1')).toMatchObject({ ageRestricted: false });
		const client = clientOf(status, [...wasAdult, thread], [...isNot, thread]);
		expect(await factsNow(client, '2')).toMatchObject({ ageRestricted: false, settingsChannelId: '1' });
	},
);
