import type { Feed } from './session.ts';
import type { Feeds, Unet } from './unet.ts';

/** One step of several images, each with the same number of rows: its negative and positive, or the positive alone. */
export interface Step {
	images: number;
	/** [images · rows, channels, height, width]. */
	sample: Float32Array;
	/** [channels, height, width]. */
	imageDims: readonly number[];
	rows: number;
	timestep: number;
	/** What else the UNet is told, of one image: [rows, …]. */
	fixed: Feeds<Feed & { data: Float32Array }>;
}

/** Cells of an image up to which a run of several gains something on a processor: 256 × 256 pixels. */
const mostCells = 1024;

/** Whether a UNet gives the same bits for images side by side as for each by itself, by the shape of a step. */
const proved = new WeakMap<Unet, Map<string, boolean>>();

/**
 * Predicts the noise of every image of a step: [images · rows, …], as `sample`.
 *
 * Each image has a run of its own, so that the same recipe gives the same bytes whatever else is painted with it, on every device. Small
 * images on a processor share a run where that changes no bit: the first step of each shape is run both ways and compared, since ONNX
 * Runtime chooses its kernels by shape and promises nothing. Four pictures of 128 pixels take two thirds of the time so.
 */
export async function predictNoise(unet: Unet, step: Step): Promise<Float32Array> {
	const { images, imageDims } = step;
	const [, height = 0, width = 0] = imageDims;
	if (images === 1 || unet.device !== 'cpu' || height * width > mostCells) return apart(unet, step);
	const shapes = proved.get(unet) ?? new Map<string, boolean>();
	proved.set(unet, shapes);
	const shape = JSON.stringify([images, step.rows, imageDims, Object.values(step.fixed).map(({ dims }) => dims)]);
	const isSame = shapes.get(shape);
	if (isSame) return together(unet, step);
	const prediction = await apart(unet, step);
	if (isSame === undefined) shapes.set(shape, isEqual(prediction, await together(unet, step)));
	return prediction;
}

async function apart(unet: Unet, step: Step): Promise<Float32Array> {
	const { images, sample, imageDims, rows, timestep, fixed } = step;
	const size = sample.length / images;
	const predicted = new Float32Array(sample.length);
	const told = { data: new Float32Array(rows).fill(timestep), dims: [rows] };
	for (let image = 0; image < images; image++) {
		const own = { data: sample.subarray(image * size, (image + 1) * size), dims: [rows, ...imageDims] };
		predicted.set((await unet.run({ sample: own, timestep: told, ...fixed })).noise_pred!.data, image * size);
	}
	return predicted;
}

async function together(unet: Unet, step: Step): Promise<Float32Array> {
	const { images, sample, imageDims, rows, timestep, fixed } = step;
	const all = images * rows;
	const feeds = {
		sample: { data: sample, dims: [all, ...imageDims] },
		timestep: { data: new Float32Array(all).fill(timestep), dims: [all] },
		...repeat(fixed, images),
	};
	return (await unet.run(feeds)).noise_pred!.data;
}

/** By what was repeated: once for a picture, not for each of its steps. */
const repeated = new WeakMap<Step['fixed'], { images: number; feeds: Feeds }>();

/** The same for each of several images. */
function repeat(fixed: Step['fixed'], images: number): Feeds {
	const known = repeated.get(fixed);
	if (known?.images === images) return known.feeds;
	const many = Object.entries(fixed).map(([name, { data, dims }]): [string, Feed] => {
		const copies = new Float32Array(images * data.length);
		for (let image = 0; image < images; image++) copies.set(data, image * data.length);
		return [name, { data: copies, dims: [images * dims[0]!, ...dims.slice(1)] }];
	});
	const feeds = Object.fromEntries(many);
	repeated.set(fixed, { images, feeds });
	return feeds;
}

function isEqual(some: Float32Array, others: Float32Array): boolean {
	const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
	return bytes(some).equals(bytes(others));
}
