import { fulfilDeletions } from '../../../src/commands/erasure.ts';
import { openDatabase } from '../../../src/db/client.ts';
import { ImageStore } from '../../../src/images/store.ts';
import { createLog } from '../../../src/log.ts';
import { Jobs } from '../../../src/queue/jobs.ts';

/*
 * Deletes what members asked for, and kills itself in the middle: `erase-and-die.ts <JSON of the database's configuration>
 * <pictures> <messages>`, where the last is how many messages it deletes first.
 */
const [config = '', pictures = '', messages = ''] = process.argv.slice(2);
const database = await openDatabase(JSON.parse(config));
const jobs = await Jobs.start(database, createLog('error'));
let left = Number(messages);
const rest = {
	delete: async () => {
		if (left-- === 0) process.kill(process.pid, 'SIGKILL');
	},
};
const services = { db: database.db, jobs, store: new ImageStore(pictures), rest };
await fulfilDeletions(services, new AbortController().signal);
