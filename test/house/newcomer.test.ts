import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('what a newcomer reads is what is there', () => {
	test('.env.example names every key of the configuration, and no other', () => {
		const inExample = [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, key]) => key);
		const inConfig = [...read('src/config.ts').matchAll(/^\t([A-Z_]+): \{/gm)].map(([, key]) => key);
		expect(inExample.toSorted()).toEqual(inConfig.toSorted());
	});

	test('.env.example as it stands means the defaults', () => {
		const env = Object.fromEntries(
			[...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, key, value]) => [key!, value]),
		);
		expect(readConfig(env)).toEqual(readConfig({}));
	});

	test('every `npm run` of the README is a script', () => {
		const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
		const named = [...read('README.md').matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
		expect(named.length).toBeGreaterThan(5);
		expect(named.filter((name) => !(name in scripts))).toEqual([]);
	});

	test('every folder of `src` is in the README', () => {
		for (const room of [
			'discord',
			'commands',
			'prompt',
			'moderation',
			'queue',
			'pipeline',
			'model',
			'images',
			'db',
			'standin',
		]) {
			expect(read('README.md')).toContain(`\`src/${room}/\``);
		}
	});

	test('the lock file names no address of a registry', () => {
		expect(read('package-lock.json')).not.toMatch(/"resolved": "http/);
	});
});
