import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from './errors.ts';
import { readJson } from './json-file.ts';
import { type ClipTextConfig, clipTextConfigSchema } from './networks/clip-text.ts';
import { type UnetConfig, unetConfigSchema } from './networks/unet-config.ts';
import { type VaeConfig, vaeConfigSchema } from './networks/vae.ts';
import { parseSchedulerConfig, type SchedulerConfig } from './scheduler-config.ts';
import { type ClipTokenizer, readTokenizer } from './tokenizer.ts';

/** All that a model in diffusers' layout says of itself beside its weights. */
export interface ModelSettings {
	textConfig: ClipTextConfig;
	textConfig2: ClipTextConfig;
	unetConfig: UnetConfig;
	vaeConfig: VaeConfig;
	scheduler: SchedulerConfig;
	tokenizer: ClipTokenizer;
	tokenizer2: ClipTokenizer;
	/** Of a prompt without any negative: the negative embeddings are zeros instead of those of an empty text. */
	forceZerosForEmptyPrompt: boolean;
}

const indexSchema = z.object({
	_class_name: z.literal(['StableDiffusionXLPipeline', 'StableDiffusionXLImg2ImgPipeline'], {
		error: 'only "StableDiffusionXLPipeline" is supported',
	}),
	force_zeros_for_empty_prompt: z.boolean().default(true),
});

/**
 * Reads the settings and tokenizers of a model folder.
 *
 * @throws {ModelError} naming the file, and the key, that is missing or wrong.
 */
export async function readSettings(root: string): Promise<ModelSettings> {
	const json = <T extends z.ZodType>(file: string, schema: T) => readJson(join(root, file), file, schema);
	const index = await json('model_index.json', indexSchema);
	// one after another, so that of several missing files the same one is named each time
	const textConfig = await json('text_encoder/config.json', clipTextConfigSchema);
	const textConfig2 = await json('text_encoder_2/config.json', clipTextConfigSchema);
	const unetConfig = await json('unet/config.json', unetConfigSchema);
	const vaeConfig = await json('vae/config.json', vaeConfigSchema);
	const schedulerFile = 'scheduler/scheduler_config.json';
	const scheduler = parseSchedulerConfig(await json(schedulerFile, z.unknown()), schedulerFile);
	checkFit({ textConfig, textConfig2, unetConfig, vaeConfig });
	return {
		textConfig,
		textConfig2,
		unetConfig,
		vaeConfig,
		scheduler,
		tokenizer: await readTokenizer(join(root, 'tokenizer'), 'tokenizer'),
		tokenizer2: await readTokenizer(join(root, 'tokenizer_2'), 'tokenizer_2'),
		forceZerosForEmptyPrompt: index.force_zeros_for_empty_prompt,
	};
}

/** Checks that the parts of the model have the sizes which the others expect. */
function checkFit({
	textConfig,
	textConfig2,
	unetConfig,
	vaeConfig,
}: Pick<ModelSettings, 'textConfig' | 'textConfig2' | 'unetConfig' | 'vaeConfig'>): void {
	const expect = (key: string, got: number, wanted: number, why: string) => {
		if (got !== wanted)
			throw new ModelError(`\`unet/config.json\`: expected \`${key}\` to be ${wanted} (${why}), got ${got}`);
	};
	const hidden = textConfig.hidden_size + textConfig2.hidden_size;
	expect('cross_attention_dim', unetConfig.cross_attention_dim, hidden, 'the `hidden_size` of both text encoders');
	const added = textConfig2.projection_dim + 6 * unetConfig.addition_time_embed_dim;
	expect(
		'projection_class_embeddings_input_dim',
		unetConfig.projection_class_embeddings_input_dim,
		added,
		'`projection_dim` of `text_encoder_2` and six times `addition_time_embed_dim`',
	);
	expect('in_channels', unetConfig.in_channels, vaeConfig.latent_channels, "the VAE's `latent_channels`");
	expect('out_channels', unetConfig.out_channels, vaeConfig.latent_channels, "the VAE's `latent_channels`");
}
