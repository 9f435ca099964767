import { z } from 'zod';
import { SetupError } from './errors.ts';
import { defaultThresholds, type RatingThresholds, thresholdsSchema } from './moderation/thresholds.ts';
import { type DeviceChoice, painterEnvironment } from './pipeline/client.ts';
import { isDeviceChoice } from './pipeline/device-names.ts';
import { defaultSyntax, syntaxNames } from './prompt/syntax/index.ts';

/** An empty value in `.env` means "not set". */
const text = z
	.string()
	.trim()
	.transform((value) => (value === '' ? undefined : value))
	.optional();

const list = text.transform((value) =>
	(value ?? '')
		.split(',')
		.map((one) => one.trim())
		.filter((one) => one !== ''),
);

/** As many painters as there are names: several on the CPU share it, a GPU has one. */
const devices = list
	.transform((names) => (names.length === 0 ? ['auto'] : names.map((name) => name.toLowerCase())))
	.pipe(
		z
			.array(
				z.custom<DeviceChoice>((name) => isDeviceChoice(String(name)), {
					error: ({ input }) => `${JSON.stringify(input)} is no device`,
				}),
			)
			.max(64)
			.refine((names) => names.length === 1 || !names.includes('auto'), '`auto` stands alone')
			.superRefine((names, context) => {
				const numbered = names.map((name) => (name === 'cuda' || name === 'dml' ? `${name}:0` : name));
				const twice = numbered.find((name, i) => name !== 'cpu' && numbered.indexOf(name) < i);
				if (twice !== undefined) context.addIssue(`${twice} stands there twice, and one painter keeps it busy`);
			}),
	);

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
	MODELS: { schema: list, example: 'animagine-xl-3.0, /data/other.safetensors, or * for all in the folder models' },
	MODEL_MEMORY: { schema: z.coerce.number().min(0.001).max(10_000).optional(), example: '16, in GB' },
	VAE: { schema: text, example: 'models/sdxl-vae-fp16-fix, or a .safetensors file' },
	TAGGER_DIR: { schema: z.string().min(1).default('models/demo/tagger'), example: 'models/wd-vit-tagger-v3' },
	AESTHETIC_DIR: { schema: z.string().min(1).default('models/demo/aesthetic'), example: 'models/aesthetic-shadow-v2' },
	UPSCALERS_DIR: { schema: z.string().min(1).default('models/upscalers'), example: 'models/upscalers' },
	TAGGER_SECONDS: { schema: z.coerce.number().min(1).max(600).default(30), example: '30' },
	RATING_THRESHOLDS: {
		schema: thresholdsSchema.default(defaultThresholds),
		example: 'explicit=0.35,questionable=0.35,sensitive=0.5',
	},
	PROMPT_SYNTAX: { schema: z.enum(syntaxNames).default(defaultSyntax), example: 'webui' },
	RANDOM_SOURCE: { schema: z.enum(['torch', 'philox']).default('torch'), example: 'philox' },
	DEVICE: { schema: devices, example: 'auto, cpu, cuda, cuda:0,cuda:1 or dml' },
	STATE_DIR: { schema: z.string().min(1).default('state'), example: 'state' },
	PORT: { schema: z.coerce.number().int().min(0).max(65_535).default(7300), example: '7300, or 0 for a free one' },
	C2PA_CERT: { schema: text, example: 'secrets/c2pa-chain.pem' },
	C2PA_KEY: { schema: text, example: 'secrets/c2pa-key.pem' },
	SOURCE_URL: { schema: z.url({ protocol: /^https?$/ }).optional(), example: 'https://git.example.com/you/atelier' },
	OPERATOR_CONTACT: { schema: text, example: 'you@example.com, or where to ask' },
	LOG_LEVEL: { schema: z.enum(['debug', 'info', 'warn', 'error']).default('info'), example: 'info' },
	PROTECTED_NAMES: { schema: text, example: 'names.txt' },
	TAGS_FILE: { schema: text, example: 'danbooru.csv' },
	GUILD_PAINTERS: { schema: z.coerce.number().int().min(1).max(64).default(64), example: '64' },
	MEMBER_WAITING: { schema: z.coerce.number().int().min(1).max(1000).default(10), example: '10' },
} as const;

type Keys = typeof keys;
type Values = { [K in keyof Keys]: z.output<Keys[K]['schema']> };

export interface Config {
	discord: { token: string | undefined; api: string };
	databaseUrl: string | undefined;
	/** A folder in diffusers' layout, or a single-file model. */
	modelDir: string;
	/** What members can choose besides: names in the folder of models, paths, or `*` for all that lies there. */
	models: string[];
	/** Bytes that the large networks of open models may take together; a painter's own guess unless set. */
	modelBytes: number | undefined;
	/** A VAE in place of each model's own: a folder or a file. */
	vae: string | undefined;
	/** Where the tagger lies that rates every picture before it is posted. */
	taggerDir: string;
	/** Where the aesthetic scorer lies; without it pictures have no score. */
	aestheticDir: string;
	/** Where upscalers lie that enlarge pictures of any model; it need not be there. */
	upscalersDir: string;
	/** How long the tagger may look at one picture. */
	taggerSeconds: number;
	thresholds: RatingThresholds;
	/** Where noise comes from: torch's generator on a CPU, or (Philox) on an NVIDIA GPU. */
	randomSource: Values['RANDOM_SOURCE'];
	/** How prompts are read when the member does not say. */
	promptSyntax: Values['PROMPT_SYNTAX'];
	/** One painter for each. */
	devices: Values['DEVICE'];
	/** Where pictures, the embedded database and the stand-in's memory lie. */
	stateDir: string;
	port: number;
	logLevel: Values['LOG_LEVEL'];
	/** Paths of the operator's certificate chain and key: with them pictures carry a signed C2PA manifest. */
	signer: { certificate: string; privateKey: string } | undefined;
	/** Where the source of this very bot can be had, for `/about`. */
	sourceUrl: string | undefined;
	/** Who runs the bot, in the operator's words, for `/about`. */
	operatorContact: string | undefined;
	/** The file of real people of whom nothing sexual is drawn, a name a line. */
	protectedNames: string | undefined;
	/** A file of tags in place of ours, for what is offered while somebody types and for the order of a prompt. */
	tagsFile: string | undefined;
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
		models: values.MODELS,
		modelBytes: values.MODEL_MEMORY && values.MODEL_MEMORY * 1e9,
		vae: values.VAE,
		taggerDir: values.TAGGER_DIR,
		aestheticDir: values.AESTHETIC_DIR,
		upscalersDir: values.UPSCALERS_DIR,
		taggerSeconds: values.TAGGER_SECONDS,
		thresholds: values.RATING_THRESHOLDS,
		randomSource: values.RANDOM_SOURCE,
		promptSyntax: values.PROMPT_SYNTAX,
		devices: values.DEVICE,
		stateDir: values.STATE_DIR,
		port: values.PORT,
		signer: signerOf(values),
		sourceUrl: values.SOURCE_URL,
		operatorContact: values.OPERATOR_CONTACT,
		logLevel: values.LOG_LEVEL,
		protectedNames: values.PROTECTED_NAMES,
		tagsFile: values.TAGS_FILE,
		guildPainters: values.GUILD_PAINTERS,
		memberWaiting: values.MEMBER_WAITING,
		painterEnv: painterEnvironment(env),
	};
}

function signerOf({ C2PA_CERT: certificate, C2PA_KEY: privateKey }: Values): Config['signer'] {
	if (certificate === undefined && privateKey === undefined) return undefined;
	if (certificate !== undefined && privateKey !== undefined) return { certificate, privateKey };
	const [set, missing] =
		certificate === undefined ? (['C2PA_KEY', 'C2PA_CERT'] as const) : (['C2PA_CERT', 'C2PA_KEY'] as const);
	throw new SetupError(
		`${set} = ${JSON.stringify(certificate ?? privateKey)}: ${missing} is not set, and pictures are signed with both. Example: ${missing}=${keys[missing].example}`,
	);
}
