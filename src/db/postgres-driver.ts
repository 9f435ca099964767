import { registerHooks } from 'node:module';

/**
 * Loads postgres.js, with two defects of its connections mended on the way (3.4.9, the newest; porsager/postgres #1154, #1208): a write that is
 * put off until the connection is gone ends the whole process, where nobody can catch it; and a connection that dies with such a write
 * waiting never writes again, so that every query which it is given hangs. With the mend the query fails with `CONNECTION_CLOSED`.
 * A version without the lines in question is loaded as it is.
 */
export async function loadPostgres() {
	const hooks = registerHooks({
		load(url, context, next) {
			const loaded = next(url, context);
			if (!url.endsWith('/postgres/src/connection.js') || loaded.source == null) return loaded;
			const { source } = loaded;
			return { ...loaded, source: mended(typeof source === 'string' ? source : new TextDecoder().decode(source)) };
		},
	});
	try {
		const [{ default: postgres }, { drizzle }, { migrate }] = await Promise.all([
			import('postgres'),
			import('drizzle-orm/postgres-js'),
			import('drizzle-orm/postgres-js/migrator'),
		]);
		return { postgres, drizzle, migrate };
	} finally {
		hooks.deregister();
	}
}

const forgetWrite = 'chunk = nextWriteTimer = null';

/** Rewrites the driver's module: what was to be written is forgotten with the connection, and who waits for it is told. */
function mended(source: string): string {
	return source
		.replace(
			/(function nextWrite\(fn\) \{\n)(\s+const x = socket\.write)/,
			`$1    if (socket === null) {\n      ${forgetWrite}\n      error(Errors.connection('CONNECTION_CLOSED', options, socket))\n      return true\n    }\n$2`,
		)
		.replaceAll(/clearImmediate\(nextWriteTimer\)\n/g, `clearImmediate(nextWriteTimer)\n    ${forgetWrite}\n`);
}
