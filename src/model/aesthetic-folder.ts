import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { ModelError } from './errors.ts';
import { readJson, readOptionalJson } from './json-file.ts';
import { type VitConfig, vitConfigSchema } from './networks/vit.ts';
import { findWeights, type Weights } from './weights.ts';

/** A scorer as `shadowlilac/aesthetic-shadow-v2` is published: a vision transformer that tells `hq` from `lq`. */
export interface AestheticFolder {
	config: VitConfig;
	weights: Weights;
	/** The output that stands for a picture of high quality, and the other. */
	high: number;
	low: number;
	/** Of red, green and blue from 0 to 1: what is taken away, and what the rest is divided by. */
	mean: readonly [number, number, number];
	std: readonly [number, number, number];
}

const rgb = z.tuple([z.number(), z.number(), z.number()]);
const preprocessorSchema = z.object({
	size: z.object({ height: z.int(), width: z.int() }).optional(),
	image_mean: rgb.default([0.5, 0.5, 0.5]),
	image_std: rgb
		.refine((values) => values.every((value) => value > 0), { error: 'expected numbers above 0' })
		.default([0.5, 0.5, 0.5]),
});

/**
 * Opens a scorer's folder: `config.json`, `model.safetensors` and, if it is there, `preprocessor_config.json`. Reads headers only.
 *
 * @throws {ModelError} naming the file, and the key or tensor, that is missing or wrong.
 */
export async function openAestheticFolder(path: string): Promise<AestheticFolder> {
	const root = resolve(path);
	const label = (file: string) => `${basename(root)}/${file}`;
	const config = await readJson(join(root, 'config.json'), label('config.json'), vitConfigSchema);
	const high = config.labels.indexOf('hq');
	const low = config.labels.indexOf('lq');
	if (config.labels.length !== 2 || high < 0 || low < 0)
		throw new ModelError(
			`\`${label('config.json')}\`: expected \`id2label\` to be "hq" and "lq", got ${JSON.stringify(config.labels)}`,
		);
	const file = label('preprocessor_config.json');
	const found = await readOptionalJson(join(root, 'preprocessor_config.json'), file, preprocessorSchema);
	const { size, image_mean: mean, image_std: std } = found ?? preprocessorSchema.parse({});
	const side = config.image_size;
	if (size && (size.height !== side || size.width !== side))
		throw new ModelError(
			`\`${file}\`: expected \`size\` to be the \`image_size\` of the network, ${side} × ${side}, got ${size.height} × ${size.width}`,
		);
	return { config, weights: await findWeights(dirname(root), basename(root), 'model'), high, low, mean, std };
}
