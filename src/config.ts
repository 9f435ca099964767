import { z } from 'zod';
import { SetupError } from './errors.ts';
import { painterEnvironment } from './pipeline/client.ts';

/** An empty value in `.env` means "not set". */
const text = z
	.string()
	.trim()
	.transform((value) => (value === '' ? undefined : value))
	.optional();

/** A key, what a value must be, and an example: what a bad value is answered with. */
const keys = {
	DISCORD_TOKEN: { schema: text, example: 'the token of the bot, from the Discord developer portal' },
	DISCORD_API: {
		schema: z.url({ protocol: /^https?$/ }).default('https://discord.com/api'),
		example: 'https://discord.com/api',
	},
	DATABASE_URL: {
		schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
		example: 'postgres://atelier:secret@localhost:5432/atelier',
	},
	MODEL_DIR: { schema: z.string().min(1).default('models/demo'), example: 'models/animagine-xl-3.1' },
	DEVICE: { schema: z.enum(['auto', 'cpu', 'cuda', 'dml']).default('auto'), example: 'auto' },
	STATE_DIR: { schema: z.string().min(1).default('state'), example: 'state' },
	PORT: { schema: z.coerce.number().int().min(0).max(65_535).default(7300), example: '7300, or 0 for a free one' },
	LOG_LEVEL: { schema: z.enum(['debug', 'info', 'warn', 'error']).default('info'), example: 'info' },
	GUILD_PAINTERS: { schema: z.coerce.number().int().min(1).max(64).default(64), example: '64' },
	MEMBER_WAITING: { schema: z.coerce.number().int().min(1).max(1000).default(10), example: '10' },
} as const;

type Keys = typeof keys;
type Values = { [K in keyof Keys]: z.output<Keys[K]['schema']> };

export interface Config {
	discord: { token: string | undefined; api: string };
	databaseUrl: string | undefined;
	modelDir: string;
	device: Values['DEVICE'];
	/** Where pictures, the embedded database and the stand-in's memory lie. */
	stateDir: string;
	port: number;
	logLevel: Values['LOG_LEVEL'];
	/** How many painters one guild may hold at a time; fair order rules without it, this keeps some free for others. */
	guildPainters: number;
	/** How many jobs one member may have waiting in a guild. */
	memberWaiting: number;
	/** The part of the environment that a painter may see: where libraries lie, settings of CUDA. No secrets. */
	painterEnv: Record<string, string>;
}

/**
 * Reads the settings from environment variables.
 *
 * @throws {SetupError} naming the first bad key, what is wrong with its value, and an example
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
	const values = Object.fromEntries(
		Object.entries(keys).map(([key, { schema, example }]) => {
			const raw = env[key];
			const result = schema.safeParse(raw?.trim() === '' ? undefined : raw);
			if (result.success) return [key, result.data];
			const shown = key === 'DISCORD_TOKEN' || key === 'DATABASE_URL' ? '(hidden)' : JSON.stringify(raw);
			throw new SetupError(`${key} = ${shown}: ${result.error.issues[0]?.message ?? 'bad value'}. Example: ${example}`);
		}),
	) as Values;
	return {
		discord: { token: values.DISCORD_TOKEN, api: values.DISCORD_API.replace(/\/+$/, '') },
		databaseUrl: values.DATABASE_URL,
		modelDir: values.MODEL_DIR,
		device: values.DEVICE,
		stateDir: values.STATE_DIR,
		port: values.PORT,
		logLevel: values.LOG_LEVEL,
		guildPainters: values.GUILD_PAINTERS,
		memberWaiting: values.MEMBER_WAITING,
		painterEnv: painterEnvironment(env),
	};
}
