import { SetupError } from '../src/errors.ts';

/** Runs a script: a question that was wrong is answered by its one line, and exit code 2. */
export async function run(main: () => Promise<void>): Promise<void> {
	// whoever reads us may stop early, as `head` does
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE') throw error;
		process.exit(0);
	});
	try {
		await main();
	} catch (error) {
		if (!(error instanceof SetupError)) throw error;
		console.error(error.message);
		process.exitCode = 2;
	}
}
