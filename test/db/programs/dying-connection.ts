/** `dying-connection.ts <url>`: asks something of a connection that was cut, then of the pool, and prints what came of it. */
import { setTimeout as wait } from 'node:timers/promises';
import { loadPostgres } from '../../../src/db/postgres-driver.ts';

const { postgres } = await loadPostgres();
const sql = postgres(process.argv[2]!, { max: 2, onnotice: () => {} });
// Reserved, it cannot be exchanged for another connection: what is asked meets the one that is gone.
const one = await sql.reserve();
const [row] = await one<{ pid: number }[]>`select pg_backend_pid() as pid`;
await sql`select pg_terminate_backend(${row!.pid})`;
await wait(100);
const answers = await Promise.allSettled([one`select 1`, one`select 1`]);
const [last] = await sql`select 2 as two`;
console.log(JSON.stringify({ answers: answers.map(({ status }) => status), last }));
await sql.end({ timeout: 1 });
