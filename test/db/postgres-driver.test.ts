import { expect, test } from 'vitest';
import { noPostgres, startPostgres } from '../support/postgres.ts';
import { Program } from '../support/program.ts';

// In a process of its own: here the driver is loaded already, as it is.
test.skipIf(noPostgres)('what is asked of a connection that is gone fails, and ends nobody', async () => {
	const server = await startPostgres();
	try {
		const url = await server.createDatabase();
		const { code, stdout, stderr } = await Program.run('test/db/programs/dying-connection.ts', [url]);
		expect(stderr).toBe('');
		expect(JSON.parse(stdout)).toEqual({ answers: ['rejected', 'rejected'], last: { two: 2 } });
		expect(code).toBe(0);
	} finally {
		await server.stop();
	}
});
