/*
 * The names that Stability's own code gives to the parts of SDXL, and that most single-file checkpoints and many LoRAs carry, in
 * terms of diffusers' names. After `convert_ldm_unet_checkpoint` and `convert_ldm_vae_checkpoint` in diffusers v0.42.1,
 * `loaders/single_file_utils.py`.
 */

/** Gives diffusers' name for an original one, or `undefined` where there is none. What follows a layer's name is kept as it is. */
export type NameMap = (original: string) => string | undefined;

const resnetParts: Readonly<Record<string, string>> = {
	'in_layers.0': 'norm1',
	'in_layers.2': 'conv1',
	'emb_layers.1': 'time_emb_proj',
	'out_layers.0': 'norm2',
	'out_layers.3': 'conv2',
	skip_connection: 'conv_shortcut',
};

const outerParts: Readonly<Record<string, string>> = {
	'time_embed.0': 'time_embedding.linear_1',
	'time_embed.2': 'time_embedding.linear_2',
	'label_emb.0.0': 'add_embedding.linear_1',
	'label_emb.0.2': 'add_embedding.linear_2',
	'input_blocks.0.0': 'conv_in',
	'out.0': 'conv_norm_out',
	'out.2': 'conv_out',
};

/**
 * Makes the map of a UNet's names. A LoRA's names, which have underscores for dots, are taken too; in the result then only the
 * beginning has dots.
 *
 * @param layersPerBlock as in the UNet's configuration.
 */
export function unetNames(layersPerBlock: readonly number[]): NameMap {
	const { inputs, outputs } = numberBlocks(layersPerBlock);
	return (original) => {
		const outer = renameHead(original, outerParts);
		if (outer !== undefined) return outer;
		const [, kind, number, sub, rest = ''] =
			/^(?:(input|output)_blocks[._](\d+)|middle_block)[._](\d)[._](.+)$/.exec(original) ?? [];
		if (sub === undefined) return undefined;
		if (kind === undefined) {
			if (sub === '1') return `mid_block.attentions.0.${rest}`;
			return within(`mid_block.resnets.${Number(sub) / 2}`, renameHead(rest, resnetParts));
		}
		const block = (kind === 'input' ? inputs : outputs)[Number(number)];
		if (!block) return undefined;
		const resize = renameHead(rest, { op: 'conv', conv: 'conv' });
		if (resize !== undefined) return within(block.resize, resize);
		if (sub === '0') return within(block.resnet, renameHead(rest, resnetParts));
		return within(block.attention, rest);
	};
}

interface Block {
	resnet?: string;
	attention?: string;
	resize?: string;
}

/** The original code numbers blocks through, resizing included; diffusers counts levels and the blocks in each. */
function numberBlocks(layersPerBlock: readonly number[]): { inputs: Block[]; outputs: Block[] } {
	const inputs: Block[] = [{}]; // conv_in
	const outputs: Block[] = [];
	const last = layersPerBlock.length - 1;
	for (const [level, layers] of layersPerBlock.entries()) {
		for (let i = 0; i < layers; i++)
			inputs.push({
				resnet: `down_blocks.${level}.resnets.${i}`,
				attention: `down_blocks.${level}.attentions.${i}`,
			});
		if (level < last) inputs.push({ resize: `down_blocks.${level}.downsamplers.0` });
	}
	for (const [level, layers] of layersPerBlock.toReversed().entries())
		for (let i = 0; i <= layers; i++)
			outputs.push({
				resnet: `up_blocks.${level}.resnets.${i}`,
				attention: `up_blocks.${level}.attentions.${i}`,
				...(i === layers && level < last ? { resize: `up_blocks.${level}.upsamplers.0` } : {}),
			});
	return { inputs, outputs };
}

const attentionParts: Readonly<Record<string, string>> = {
	norm: 'group_norm',
	q: 'to_q',
	k: 'to_k',
	v: 'to_v',
	proj_out: 'to_out.0',
};

/**
 * Makes the map of a VAE's names.
 *
 * @param levels how many `block_out_channels` it has: the original code counts the decoder's from the picture's end.
 */
export function vaeNames(levels: number): NameMap {
	return (original) => {
		if (/^(?:post_)?quant_conv\./.test(original)) return original;
		const [, half, rest] = /^(encoder|decoder)\.(.+)$/.exec(original) ?? [];
		if (half === undefined || rest === undefined) return undefined;
		const outer = renameHead(rest, { conv_in: 'conv_in', norm_out: 'conv_norm_out', conv_out: 'conv_out' });
		if (outer !== undefined) return `${half}.${outer}`;
		const [, block, part] = /^mid\.block_([12])\.(.+)$/.exec(rest) ?? [];
		if (part !== undefined) return `${half}.mid_block.resnets.${Number(block) - 1}.${shortcut(part)}`;
		const [, attention] = /^mid\.attn_1\.(.+)$/.exec(rest) ?? [];
		if (attention !== undefined) return within(`${half}.mid_block.attentions.0`, renameHead(attention, attentionParts));
		const [, way, number, what] = /^(down|up)\.(\d+)\.(.+)$/.exec(rest) ?? [];
		if (what === undefined || Number(number) >= levels) return undefined;
		const level = way === 'up' ? levels - 1 - Number(number) : Number(number);
		const [, layer, inner] = /^block\.(\d+)\.(.+)$/.exec(what) ?? [];
		if (inner !== undefined) return `${half}.${way}_blocks.${level}.resnets.${layer}.${shortcut(inner)}`;
		const [, resized] = /^(?:down|up)sample\.(.+)$/.exec(what) ?? [];
		return within(`${half}.${way}_blocks.${level}.${way}samplers.0`, resized);
	};
}

function shortcut(part: string): string {
	return part.replace(/^nin_shortcut\b/, 'conv_shortcut');
}

/** Renames the beginning of a name by a table; a dot in the table stands for an underscore too. */
function renameHead(name: string, table: Readonly<Record<string, string>>): string | undefined {
	for (const [from, to] of Object.entries(table)) {
		const rest = name.slice(from.length);
		if (name.slice(0, from.length).replaceAll('_', '.') === from.replaceAll('_', '.') && /^(?:$|[._])/.test(rest))
			return to + rest;
	}
	return undefined;
}

function within(prefix: string | undefined, rest: string | undefined): string | undefined {
	return prefix === undefined || rest === undefined ? undefined : `${prefix}.${rest}`;
}
