import { z } from 'zod';
import { feather, type Mask, paste } from '../../src/images/mask.ts';
import type { FloatImage } from '../../src/images/pixels.ts';
import { seamOf } from '../../src/pipeline/inpaint.ts';
import { decodeLatents } from '../../src/pipeline/latents.ts';
import type { SamplerName } from '../../src/pipeline/samplers/index.ts';
import type { Recipe } from '../../src/recipe.ts';
import { CaseError, inputOf, parametersOf } from './case.ts';
import type { Checker } from './check.ts';
import { floats, largestError, relativeError } from './error.ts';
import { samplingSchema } from './pipeline-cases.ts';
import { chooseSampler } from './scheduler-classes.ts';

const pictureSchema = samplingSchema.extend({ seeds: z.array(z.int().min(0)).min(1) });
const remadeSchema = samplingSchema.extend({ seed: z.int().min(0), strength: z.number() });
const hiresSchema = remadeSchema.extend({ scale: z.number() });

/** Stands for the picture that a recipe was made from; its place in the archive does not matter here. */
const parent = { imageId: 'parent', sha256: '0'.repeat(64) };

/** Everything from nothing, as a member would ask for it. */
const picture: Checker = async (item, { model, workshop }) => {
	const asked = parametersOf(item, pictureSchema);
	const chosen = chooseSampler(asked);
	if ('reason' in chosen) return { covered: false, reason: chosen.reason };
	const sdxl = await workshop.sdxl({ ...model, scheduler: chosen.config });
	const images = await sdxl.paint({ ...recipeOf(asked, chosen.sampler), seeds: asked.seeds });
	const { height, width } = asked;
	const data = new Float32Array(images.length * 3 * height * width);
	for (const [i, image] of images.entries()) data.set(image.data, i * image.data.length);
	return { covered: true, error: largestError(item, { image: { data, dims: [images.length, 3, height, width] } }) };
};

/**
 * A picture made from another, or from its own smaller one, by one seed. The case holds latents, before anything is put back; ours are
 * pictures, and so both are compared after the same decoder, with the same seam.
 */
function remade(change: (item: Parameters<Checker>[0]) => Partial<Recipe>): Checker {
	return async (item, { model, workshop }) => {
		const asked = parametersOf(item, remadeSchema);
		const chosen = chooseSampler(asked);
		if ('reason' in chosen) return { covered: false, reason: chosen.reason };
		const sdxl = await workshop.sdxl({ ...model, scheduler: chosen.config });
		const size = { height: asked.height, width: asked.width };
		const given = (name: string) => (item.inputs.has(name) ? floats(inputOf(item, name)) : undefined);
		const [image, painted] = [given('image'), given('mask')];
		const parentImage: FloatImage | undefined = image && { ...size, data: image };
		const mask: Mask | undefined = painted && { ...size, data: Uint8Array.from(painted) };
		const recipe = { ...recipeOf(asked, chosen.sampler), seeds: [asked.seed], ...change(item) };
		const [ours] = await sdxl.paint(recipe, { ...(parentImage && { parentImage }), ...(mask && { mask }) });
		const latents = item.outputs.get('latents');
		if (!latents) throw new CaseError(`\`${item.path}\`: expected a tensor \`out.latents\`, there is none`);
		const decoder = await sdxl.networks.decoder.whole();
		const drawn = await decodeLatents(decoder, floats(latents), latents.dims.slice(1), model.scalingFactor);
		const wanted = mask && parentImage ? paste(drawn, parentImage, feather(mask, seamOf(mask))) : drawn;
		return { covered: true, error: relativeError(ours!.data, wanted.data) };
	};
}

function recipeOf(asked: z.output<typeof samplingSchema>, sampler: SamplerName): Omit<Recipe, 'seeds'> {
	const { prompt, negative, height, width, steps, guidance: guidanceScale } = asked;
	const size = { height, width };
	return { version: 1, syntax: 'plain', model: 'the case’s', prompt, negative, ...size, steps, guidanceScale, sampler };
}

/** The checkers of whole pictures. */
export const pictureCheckers: Readonly<Record<string, Checker>> = {
	picture,
	image: remade((item) => ({ parent, strength: parametersOf(item, remadeSchema).strength })),
	inpaint: remade((item) => ({
		parent,
		strength: parametersOf(item, remadeSchema).strength,
		mask: { sha256: 'of the case' },
	})),
	hires: remade((item) => {
		const { scale, strength } = parametersOf(item, hiresSchema);
		return { hires: { scale, strength } };
	}),
};
