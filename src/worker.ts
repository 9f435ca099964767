import { readConfig } from './config.ts';
import { isDatabaseAway } from './db/client.ts';
import { SetupError } from './errors.ts';
import { createLog } from './log.ts';
import { runProgram } from './run.ts';
import { openStudio } from './studio.ts';

/** A painter for the same Postgres on another GPU or host: it takes jobs and settles them; the bot tells Discord. */
await runProgram(async (onClose) => {
	const config = readConfig();
	if (config.databaseUrl === undefined) {
		throw new SetupError(
			'DATABASE_URL is not set: a worker shares its jobs with the bot through Postgres. Example: postgres://atelier:secret@db:5432/atelier',
		);
	}
	const studio = await openStudio(config, createLog(config.logLevel));
	onClose(studio.close);
	studio.dispatcher.start();
	console.log('Atelier worker is ready');
}, isDatabaseAway);
