import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../src', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.ts'))
	.map((file) => file.split(sep).join('/'));

interface Imports {
	ours: string[];
	packages: string[];
}

/** What a file imports when it runs: types vanish. */
function importsOf(file: string, withTypes: boolean): Imports {
	const text = readFileSync(join(root, file), 'utf8');
	const ours: string[] = [];
	const packages: string[] = [];
	for (const [, isType, from] of text.matchAll(
		/^(?:import|export) (type )?[^;']*?from '([^']+)';$|^import '([^']+)';$/gm,
	)) {
		if (!from || (isType && !withTypes)) continue;
		if (from.startsWith('.'))
			ours.push(
				relative(root, resolve(root, dirname(file), from))
					.split(sep)
					.join('/'),
			);
		else packages.push(from);
	}
	return { ours, packages };
}

/**
 * Which rooms each room may look into, types included. A file's room is its folder; files in `src` itself are rooms of their
 * own. A finer place (`images/store.ts`) opens only that file or folder.
 */
const mayLookInto: Record<string, string[]> = {
	'main.ts': [
		'config.ts',
		'db',
		'discord',
		'errors.ts',
		'health.ts',
		'log.ts',
		'moderation',
		'prompt/known-tags.ts',
		'queue',
		'run.ts',
		'standin/index.ts',
		'studio.ts',
		'warm.ts',
	],
	'warm.ts': ['db/generations.ts', 'discord/layouts.ts', 'moderation', 'prompt', 'words'],
	'worker.ts': ['config.ts', 'db', 'errors.ts', 'log.ts', 'run.ts', 'studio.ts'],
	'studio.ts': [
		'config.ts',
		'db',
		'errors.ts',
		'images/store.ts',
		'log.ts',
		'model/aesthetic-folder.ts',
		'model/errors.ts',
		'model/folder.ts',
		'model/hash-memory.ts',
		'model/installed.ts',
		'model/tagger-folder.ts',
		'moderation',
		'pipeline/client.ts',
		'pipeline/protocol.ts',
		'queue',
	],
	'run.ts': ['errors.ts'],
	'health.ts': ['errors.ts'],
	'config.ts': [
		'errors.ts',
		'moderation/thresholds.ts',
		'pipeline/client.ts',
		'pipeline/device-names.ts',
		'prompt/syntax',
	],
	'errors.ts': [],
	'log.ts': [],
	'recipe.ts': ['pipeline/samplers/index.ts', 'pipeline/schedule/names.ts', 'prompt/syntax'],
	discord: [
		'commands',
		'db',
		'errors.ts',
		'images/store.ts',
		'log.ts',
		'moderation',
		'pipeline/aesthetic-bands.ts',
		'queue',
		'words',
	],
	commands: [
		'db',
		'errors.ts',
		'images/carried',
		'images/store.ts',
		'model/about.ts',
		'moderation',
		'pipeline/aesthetic-bands.ts',
		'pipeline/protocol.ts',
		'pipeline/samplers/index.ts',
		'pipeline/schedule/names.ts',
		'prompt',
		'queue',
		'recipe.ts',
		'words',
	],
	queue: [
		'db',
		'errors.ts',
		'images/store.ts',
		'log.ts',
		'pipeline/client.ts',
		'pipeline/guidance.ts',
		'pipeline/protocol.ts',
		'pipeline/samplers/index.ts',
		'prompt',
		'recipe.ts',
	],
	db: ['errors.ts', 'pipeline/protocol.ts', 'prompt/request.ts', 'recipe.ts'],
	moderation: ['db', 'errors.ts', 'pipeline/protocol.ts', 'prompt', 'recipe.ts', 'words'],
	prompt: ['errors.ts', 'pipeline/samplers/index.ts', 'pipeline/schedule/names.ts', 'recipe.ts'],
	pipeline: ['errors.ts', 'images', 'model', 'prompt/syntax', 'recipe.ts'],
	model: ['errors.ts', 'pipeline/samplers/index.ts'],
	images: [
		'errors.ts',
		'pipeline/protocol.ts',
		'pipeline/samplers/index.ts',
		'pipeline/schedule/names.ts',
		'prompt/loras.ts',
		'recipe.ts',
	],
	standin: [],
	words: [],
};

const roomOf = (file: string) => file.split('/')[0]!;

describe('imports point down only', () => {
	test.for(Object.keys(mayLookInto))('%s looks only where it may', (room) => {
		const strays = files
			.filter((file) => roomOf(file) === room)
			.flatMap((file) => importsOf(file, true).ours.map((target) => ({ file, target })))
			.filter(({ target }) => roomOf(target) !== room)
			.filter(({ target }) => !mayLookInto[room]!.some((open) => target === open || target.startsWith(`${open}/`)))
			.map(({ file, target }) => `${file} → ${target}`);
		expect(strays).toEqual([]);
	});

	test('every room has a rule', () => {
		expect([...new Set(files.map(roomOf))].toSorted()).toEqual(Object.keys(mayLookInto).toSorted());
	});
});

describe('packages stay where they belong', () => {
	const users = (wanted: string) => files.filter((file) => importsOf(file, false).packages.includes(wanted));

	test('only pipeline/session.ts loads onnxruntime-node', () => {
		expect(users('onnxruntime-node')).toEqual(['pipeline/session.ts']);
	});

	test('prompt, pipeline and model know no Discord and no database', () => {
		const outside = /^(discord\.js|drizzle-orm|postgres|pg-boss|@electric-sql)/;
		const strays = files
			.filter((file) => ['prompt', 'pipeline', 'model', 'images', 'moderation'].includes(roomOf(file)))
			.filter((file) => importsOf(file, true).packages.some((name) => outside.test(name)));
		expect(strays).toEqual([]);
	});

	test('only config.ts reads the environment', () => {
		expect(files.filter((file) => readFileSync(join(root, file), 'utf8').includes('process.env'))).toEqual([
			'config.ts',
		]);
	});

	test.for(['main.ts', 'worker.ts'])('nothing that %s loads loads onnxruntime-node or sharp', (entry) => {
		const seen = new Set<string>();
		const visit = (file: string): string[] => {
			if (seen.has(file)) return [];
			seen.add(file);
			const { ours, packages } = importsOf(file, false);
			const heavy = packages
				.filter((name) => name === 'onnxruntime-node' || name === 'sharp')
				.map((name) => `${file} → ${name}`);
			return [...heavy, ...ours.flatMap(visit)];
		};
		expect(visit(entry)).toEqual([]);
		expect(seen.size).toBeGreaterThan(20);
	});
});
