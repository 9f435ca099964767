import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { relativeError } from '../../scripts/parity/error.ts';
import type { FloatImage } from '../../src/images/pixels.ts';
import { decodeLatents, decodeLatentsTiled, encodePicture, encodePictureTiled } from '../../src/pipeline/latents.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { decodeTiled, encodeTiled, mostPixelsWhole, type VaeParts } from '../../src/pipeline/vae-tiles.ts';
import { modelOf } from './golden.ts';
import { parent, recipeOf } from './recipes.ts';

/** Float32 through two graphs that add in another order; the norms magnify it. Measured 4e-5. */
const rounding = 1e-3;

let sdxl: Sdxl;
let decoder: VaeParts;
let encoder: VaeParts;
/** A drawing, enlarged softly: flat colours, edges and a texture, as pictures have. */
let picture: FloatImage;
beforeAll(async () => {
	sdxl = await Sdxl.load(modelOf('demo'), 'cpu');
	decoder = sdxl.networks.decoder.parts();
	encoder = sdxl.networks.vaeEncoderParts();
	const [small] = (await sdxl.paint(recipeOf({ width: 96, height: 64, steps: 8 }))) as [FloatImage];
	const size = { width: 96 * 4, height: 64 * 4 };
	const data = new Float32Array(3 * size.width * size.height);
	for (let i = 0; i < data.length; i++) {
		const [c, y, x] = [
			Math.floor(i / (size.width * size.height)),
			Math.floor(i / size.width) % size.height,
			i % size.width,
		];
		const texture = Math.sin(x * 0.9) * Math.cos(y * 0.7) * 0.05;
		data[i] = Math.min(1, Math.max(0, small.data[(c * 64 + (y >> 2)) * 96 + (x >> 2)]! + texture));
	}
	picture = { ...size, data };
}, 60_000);
afterAll(() => sdxl.networks.release());

const worst = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
const mean = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!), 0) / a.length;

describe('the VAE in tiles', () => {
	test('of one tile is the VAE, both ways', async () => {
		const { scalingFactor } = sdxl.folder;
		const whole = await encodePicture(await sdxl.networks.vaeEncoder(), picture);
		const tiled = await encodePictureTiled(encoder, picture, () => {});
		expect(relativeError(tiled.mean, whole.mean)).toBeLessThan(rounding);
		expect(relativeError(tiled.logvar, whole.logvar)).toBeLessThan(rounding);
		const dims = [4, picture.height / 8, picture.width / 8];
		const latents = whole.mean.map((x) => x * scalingFactor);
		const drawn = await decodeLatents(await sdxl.networks.decoder.whole(), latents, dims, scalingFactor);
		const again = await decodeLatentsTiled(decoder, latents, dims, { scalingFactor, onRun: () => {} });
		expect([again.width, again.height]).toEqual([picture.width, picture.height]);
		expect(worst(again.data, drawn.data)).toBeLessThan(rounding);
	});

	test('of several tiles is nearer to one piece than tiles with statistics of their own are', async () => {
		const image = { data: picture.data.map((x) => 2 * x - 1), dims: [1, 3, picture.height, picture.width] };
		const posterior = (await (await sdxl.networks.vaeEncoder()).run({ image })).mean!;
		const whole = (await (await sdxl.networks.decoder.whole()).run({ latents: posterior })).image!;
		const tiled = await decodeTiled(decoder, posterior, { tile: 48 });
		// The same tiles, each by itself.
		const alone: VaeParts['given'] = {
			run: ({ features }) => decoder.own.run({ features: features! }),
			rest: () => decoder.own.rest(),
		};
		const own = await decodeTiled({ ...decoder, given: alone }, posterior, { tile: 48 });
		const encoded = (await encodeTiled(encoder, image, { tile: 48 })).mean;
		expect(mean(encoded.data, posterior.data)).toBeLessThan(0.03);
		// −1 to 1. Measured: 0.44 and 0.014, against 1.1 and 0.021; of the latents 0.086 and 0.017. Tiles of usual size are nearer.
		expect(worst(tiled.data, whole.data)).toBeLessThan(worst(own.data, whole.data) / 2);
		expect(mean(tiled.data, whole.data)).toBeLessThan(mean(own.data, whole.data) * 0.8);
	});

	test('is taken above a size only, and stops between two runs', async () => {
		expect(mostPixelsWhole.cpu).toBeGreaterThanOrEqual(1536 * 1536);
		const runs: string[] = [];
		const onRun = () => {
			runs.push('run');
			if (runs.length === 3) throw new Error('enough');
		};
		const latents = { data: new Float32Array(4 * 24 * 24), dims: [1, 4, 24, 24] };
		await expect(decodeTiled(decoder, latents, { tile: 16, onRun })).rejects.toThrow('enough');
		expect(runs).toHaveLength(3);

		const asked = recipeOf({ steps: 2 });
		const usual = await sdxl.paint(asked);
		const { networks } = sdxl;
		networks.mostPixelsWhole = networks.decoder.mostPixelsWhole = 96 * 64 - 1;
		const [tiled] = (await sdxl.paint(asked)) as [FloatImage];
		expect(worst(tiled.data, usual[0]!.data)).toBeGreaterThan(0); // another graph
		expect(worst(tiled.data, usual[0]!.data)).toBeLessThan(rounding);
		const varied = await sdxl.paint(recipeOf({ parent, strength: 0.6 }), { parentImage: usual[0]! });
		expect(varied[0]).toMatchObject({ width: 96, height: 64 });
		networks.mostPixelsWhole = networks.decoder.mostPixelsWhole = mostPixelsWhole.cpu;
	});
});
