import { z } from 'zod';
import { only } from '../json-file.ts';

const perLevel = z.union([z.int().min(1), z.array(z.int().min(1)).min(1)], {
	error: 'only one number, or one for each level, is supported',
});
const downBlock = z.enum(['DownBlock2D', 'CrossAttnDownBlock2D'], {
	error: 'only "DownBlock2D" or "CrossAttnDownBlock2D" is supported',
});
const upBlock = z.enum(['UpBlock2D', 'CrossAttnUpBlock2D'], {
	error: 'only "UpBlock2D" or "CrossAttnUpBlock2D" is supported',
});

/**
 * `unet/config.json` of an SDXL model, as diffusers' `UNet2DConditionModel` writes it. Keys of training only are passed over;
 * those that ask for another architecture are refused. Defaults are diffusers'.
 */
export const unetConfigSchema = z
	.object({
		_class_name: only('UNet2DConditionModel'),
		/** Side of the latents that the model was trained on. */
		sample_size: z.int().min(1),
		in_channels: z.int().min(1),
		out_channels: z.int().min(1),
		block_out_channels: z.array(z.int().min(2)).min(1),
		down_block_types: z.array(downBlock).min(1),
		up_block_types: z.array(upBlock).min(1),
		mid_block_type: only('UNetMidBlock2DCrossAttn'),
		layers_per_block: perLevel.default(2),
		transformer_layers_per_block: perLevel.default(1),
		/** The number of heads, not their size: the name is wrong in diffusers and stayed for compatibility. */
		attention_head_dim: perLevel.default(8),
		cross_attention_dim: z.int().min(1),
		norm_num_groups: z.int().min(1).default(32),
		norm_eps: z.number().positive().default(1e-5),
		addition_time_embed_dim: z.int().min(1),
		projection_class_embeddings_input_dim: z.int().min(1),
		flip_sin_to_cos: z.boolean().default(true),
		freq_shift: z.number().default(0),
		addition_embed_type: z.literal('text_time', { error: 'only "text_time" (SDXL) is supported' }),
		use_linear_projection: z.literal(true, { error: 'only true (SDXL) is supported' }),
		act_fn: only('silu'),
		attention_type: only('default'),
		center_input_sample: only(false),
		class_embed_type: only(null),
		class_embeddings_concat: only(false),
		conv_in_kernel: only(3),
		conv_out_kernel: only(3),
		cross_attention_norm: only(null),
		downsample_padding: only(1),
		dual_cross_attention: only(false),
		encoder_hid_dim: only(null),
		encoder_hid_dim_type: only(null),
		mid_block_only_cross_attention: only(null, false),
		mid_block_scale_factor: only(1),
		num_attention_heads: only(null),
		num_class_embeds: only(null),
		only_cross_attention: only(false),
		resnet_out_scale_factor: only(1),
		resnet_skip_time_act: only(false),
		resnet_time_scale_shift: only('default'),
		reverse_transformer_layers_per_block: only(null),
		time_cond_proj_dim: only(null),
		time_embedding_act_fn: only(null),
		time_embedding_dim: only(null),
		time_embedding_type: only('positional'),
		timestep_post_act: only(null),
	})
	.transform((config, context) => {
		const levels = config.block_out_channels.length;
		/** One number for each level. */
		const spread = (value: number | number[], key: string): number[] => {
			const list = typeof value === 'number' ? new Array<number>(levels).fill(value) : value;
			if (list.length !== levels) complain(key, `expected as many entries as \`block_out_channels\` has, ${levels}`);
			return list;
		};
		const complain = (key: string, message: string) =>
			context.addIssue({ code: 'custom', path: [key], message, input: config });
		const heads = spread(config.attention_head_dim, 'attention_head_dim');
		config.block_out_channels.forEach((channels, i) => {
			if (channels % config.norm_num_groups !== 0)
				complain('block_out_channels', `expected multiples of \`norm_num_groups\`, ${config.norm_num_groups}`);
			if (channels % (heads[i] ?? 1) !== 0)
				complain('attention_head_dim', 'expected numbers of heads that divide `block_out_channels`');
		});
		for (const key of ['down_block_types', 'up_block_types'] as const)
			if (config[key].length !== levels)
				complain(key, `expected as many entries as \`block_out_channels\` has, ${levels}`);
		return {
			...config,
			attention_head_dim: heads,
			layers_per_block: spread(config.layers_per_block, 'layers_per_block'),
			transformer_layers_per_block: spread(config.transformer_layers_per_block, 'transformer_layers_per_block'),
		};
	});

export type UnetConfig = z.output<typeof unetConfigSchema>;
