import { readFile, rename, writeFile } from 'node:fs/promises';

/** Reads a key of an `.env` file; `undefined` if there is no such file or key, or it is empty. */
export async function readEnvKey(path: string, key: string): Promise<string | undefined> {
	const lines = (await textOf(path)).split('\n').filter((line) => isOf(line, key));
	const [, raw = ''] = /^[^=]*=\s*(.*?)\s*$/.exec(lines.at(-1) ?? '') ?? [];
	const value = raw.replace(/^(["'])(.*)\1$/, '$2');
	return value === '' ? undefined : value;
}

/** Sets a key of an `.env` file and leaves everything else as it is; makes the file if there is none. */
export async function writeEnvKey(path: string, key: string, value: string): Promise<void> {
	const line = `${key}=${/[\s#"'\\]/.test(value) ? JSON.stringify(value) : value}`;
	const lines = (await textOf(path)).split('\n');
	const last = lines.findLastIndex((one) => isOf(one, key));
	if (last >= 0) lines[last] = line;
	else if (lines.at(-1) === '') lines.splice(-1, 0, line);
	else lines.push(line);
	const text = lines.join('\n');
	// never half a file: it may hold the bot's token
	await writeFile(`${path}.new`, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
	await rename(`${path}.new`, path);
}

function isOf(line: string, key: string): boolean {
	return new RegExp(`^\\s*(?:export\\s+)?${key}\\s*=`).test(line);
}

async function textOf(path: string): Promise<string> {
	return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return '';
		throw error;
	});
}
