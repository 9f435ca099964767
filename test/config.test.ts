import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { SetupError } from '../src/errors.ts';

describe('readConfig', () => {
	test('an empty environment gives a bot for the playground', () => {
		const config = readConfig({});
		expect(config).toMatchObject({
			discord: { token: undefined, api: 'https://discord.com/api' },
			databaseUrl: undefined,
			modelDir: 'models/demo',
			taggerDir: 'models/demo/tagger',
			aestheticDir: 'models/demo/aesthetic',
			upscalersDir: 'models/upscalers',
			taggerSeconds: 30,
			thresholds: { explicit: 0.35, questionable: 0.35, sensitive: 0.5 },
			devices: ['auto'],
			randomSource: 'torch',
			stateDir: 'state',
			port: 7300,
		});
	});

	test('an empty value means that the key is not set', () => {
		expect(readConfig({ PORT: '', DATABASE_URL: ' ', DISCORD_TOKEN: '' })).toEqual(readConfig({}));
	});

	test('port 0 is a port', () => {
		expect(readConfig({ PORT: '0' }).port).toBe(0);
	});

	test.for([
		['PORT', '70000'],
		['PORT', 'seven'],
		['DEVICE', 'gpu'],
		['DEVICE', 'cuda:0,gpu:1'],
		['DEVICE', 'cuda:0,cuda'],
		['DEVICE', 'auto,cpu'],
		['RANDOM_SOURCE', 'gpu'],
		['DATABASE_URL', 'mysql://localhost/atelier'],
		['DISCORD_API', 'discord.com'],
		['LOG_LEVEL', 'loud'],
		['GUILD_PAINTERS', '0'],
		['MEMBER_WAITING', '1.5'],
		['TAGGER_SECONDS', '0'],
		['RATING_THRESHOLDS', 'explicit=2'],
		['RATING_THRESHOLDS', 'nsfw=0.5'],
		['SOURCE_URL', 'git.example.com/atelier'],
		['C2PA_CERT', 'chain.pem'],
		['C2PA_KEY', 'key.pem'],
	] as const)('a bad %s (%s) is one line with the key, the problem and an example', ([key, value]) => {
		const attempt = () => readConfig({ [key]: value });
		expect(attempt).toThrow(SetupError);
		expect(attempt).toThrow(new RegExp(`^${key} = .+: .+\\. Example: .+$`));
	});

	test('secrets are not repeated in an error', () => {
		expect(() => readConfig({ DATABASE_URL: 'mysql://user:hunter2@host/db' })).not.toThrow(/hunter2/);
	});
});
