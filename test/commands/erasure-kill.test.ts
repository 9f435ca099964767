import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fulfilDeletions } from '../../src/commands/erasure.ts';
import { openDatabase } from '../../src/db/client.ts';
import { askDeletion, latestDeletion } from '../../src/db/deletions.ts';
import { claimOutbox, liftLeases, markDelivered } from '../../src/db/outbox.ts';
import { countStored } from '../../src/db/privacy.ts';
import { ImageStore, imageKey } from '../../src/images/store.ts';
import { Jobs } from '../../src/queue/jobs.ts';
import { databaseKinds, makePlace } from '../support/databases.ts';
import { Eraser, hold } from '../support/holdings.ts';
import { Program } from '../support/program.ts';
import { quiet } from '../support/queue.ts';

const never = new AbortController().signal;
const wishes = 26;
/** In the middle of the second batch. */
const deletedFirst = 22;

test.for(databaseKinds)(
	'a deletion whose process was killed is finished by the next one, on %s',
	{ timeout: 60_000 },
	async (kind) => {
		const place = await makePlace(kind);
		const pictures = join(place.config.stateDir, 'pictures');
		const store = new ImageStore(pictures);
		const open = async () => {
			const database = await openDatabase(place.config);
			const jobs = await Jobs.start(database, quiet);
			return { db: database.db, jobs, store, memberWaiting: 5, rest: new Eraser(), database };
		};
		type Opened = Awaited<ReturnType<typeof open>>;
		const close = async ({ jobs, database }: Opened) => {
			await jobs.stop();
			await database.close();
		};
		try {
			const before = await open();
			const ids: string[] = [];
			for (let i = 0; i < wishes; i++) ids.push(await hold(before, { userId: '600' }));
			const kept = await hold(before, { userId: '601' });
			await askDeletion(before.db, { userId: '600' });
			await close(before);

			const args = [JSON.stringify(place.config), pictures, String(deletedFirst)];
			const { code } = await Program.run('test/commands/programs/erase-and-die.ts', args);
			expect(code).toBeNull(); // it was killed

			const after = await open();
			const left = (await countStored(after.db, { userId: '600' })).generations;
			expect(left).toBeGreaterThan(0);
			expect(left).toBeLessThan(wishes);
			expect(await latestDeletion(after.db, '600')).toMatchObject({ finishedAt: null });
			// The messages that it held when it died come back when its lease is over.
			await liftLeases(after.db);
			for (const row of await claimOutbox(after.db, 100, 0)) await markDelivered(after.db, row, undefined);
			expect(await fulfilDeletions(after, never)).toBe(false);
			expect(await countStored(after.db, { userId: '600' })).toMatchObject({ generations: 0, pictures: 0 });
			for (const id of ids) expect(await store.exists(imageKey(`${id}-0`))).toBe(false);
			expect(await countStored(after.db, { userId: '601' })).toMatchObject({ generations: 1, pictures: 2 });
			expect(await store.exists(imageKey(`${kept}-0`))).toBe(true);
			await close(after);
		} finally {
			await place.remove();
		}
	},
);
