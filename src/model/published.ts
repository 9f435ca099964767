import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { clipTextConfigSchema } from './networks/clip-text.ts';
import { unetConfigSchema } from './networks/unet-config.ts';
import { vaeConfigSchema } from './networks/vae.ts';
import { parseSchedulerConfig } from './scheduler-config.ts';
import type { ModelSettings } from './settings.ts';
import { byteLetters, ClipTokenizer } from './tokenizer.ts';

/*
 * What every published SDXL has in common, Animagine XL among them: the settings in `stabilityai/stable-diffusion-xl-base-1.0`, and
 * CLIP's vocabulary. A single-file checkpoint carries neither.
 */

const clip = { vocab_size: 49408, max_position_embeddings: 77, layer_norm_eps: 1e-5, eos_token_id: 2 };

const unetConfig = unetConfigSchema.parse({
	sample_size: 128,
	in_channels: 4,
	out_channels: 4,
	block_out_channels: [320, 640, 1280],
	down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
	up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D'],
	layers_per_block: 2,
	transformer_layers_per_block: [1, 2, 10],
	attention_head_dim: [5, 10, 20],
	cross_attention_dim: 2048,
	addition_embed_type: 'text_time',
	addition_time_embed_dim: 256,
	projection_class_embeddings_input_dim: 2816,
	use_linear_projection: true,
});

/** The VAE of every published SDXL. */
export const publishedVaeConfig = vaeConfigSchema.parse({
	latent_channels: 4,
	block_out_channels: [128, 256, 512, 512],
	down_block_types: Array.from({ length: 4 }, () => 'DownEncoderBlock2D'),
	up_block_types: Array.from({ length: 4 }, () => 'UpDecoderBlock2D'),
	layers_per_block: 2,
	scaling_factor: 0.13025,
});

/** How a checkpoint was trained where it differs from most: then it says so. */
export interface Training {
	predictionType: 'epsilon' | 'v_prediction';
	zeroTerminalSnr: boolean;
}

/** The settings of a published SDXL. */
export async function publishedSettings({ predictionType, zeroTerminalSnr }: Training): Promise<ModelSettings> {
	const { vocabulary, ranks } = await clipVocabulary();
	const [bos, eos] = [49406, 49407];
	const tokenizer = (pad: number) =>
		new ClipTokenizer({
			vocabulary,
			ranks,
			bos,
			eos,
			pad,
			unknown: eos,
			rawSpecials: new Map([
				['<|startoftext|>', bos],
				['<|endoftext|>', eos],
			]),
			normalizedSpecials: new Map(),
			maxLength: 77,
		});
	return {
		textConfig: clipTextConfigSchema.parse({
			...clip,
			hidden_size: 768,
			intermediate_size: 3072,
			num_hidden_layers: 12,
			num_attention_heads: 12,
			hidden_act: 'quick_gelu',
			projection_dim: 768,
		}),
		textConfig2: clipTextConfigSchema.parse({
			...clip,
			hidden_size: 1280,
			intermediate_size: 5120,
			num_hidden_layers: 32,
			num_attention_heads: 20,
			hidden_act: 'gelu',
			projection_dim: 1280,
		}),
		unetConfig,
		vaeConfig: publishedVaeConfig,
		scheduler: parseSchedulerConfig({
			beta_start: 0.00085,
			beta_end: 0.012,
			beta_schedule: 'scaled_linear',
			steps_offset: 1,
			prediction_type: predictionType,
			rescale_betas_zero_snr: zeroTerminalSnr,
			// of a schedule that ends in nothing but noise, leading steps would never see its end
			timestep_spacing: zeroTerminalSnr ? 'trailing' : 'leading',
		}),
		tokenizer: tokenizer(eos),
		tokenizer2: tokenizer(0),
		forceZerosForEmptyPrompt: true,
	};
}

/**
 * CLIP's vocabulary of 49,408 tokens, made from its merges as `SimpleTokenizer` in https://github.com/openai/CLIP (MIT) does: letters
 * for bytes, the same at the end of a word, what the merges join, two special tokens.
 */
async function clipVocabulary(): Promise<{ vocabulary: Map<string, number>; ranks: Map<string, number> }> {
	const packed = await readFile(new URL('./data/clip-merges.txt.gz', import.meta.url));
	const merges = (await promisify(gunzip)(packed)).toString('utf8').trimEnd().split('\n');
	// bytes that print come first
	const letters = [...byteLetters].sort((a, b) => Number(a >= '\u0100') - Number(b >= '\u0100'));
	const tokens = [
		...letters,
		...letters.map((letter) => `${letter}</w>`),
		...merges.map((pair) => pair.replace(' ', '')),
		'<|startoftext|>',
		'<|endoftext|>',
	];
	return {
		vocabulary: new Map(tokens.map((token, id) => [token, id])),
		ranks: new Map(merges.map((pair, rank) => [pair, rank])),
	};
}
