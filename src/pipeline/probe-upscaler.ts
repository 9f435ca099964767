import { ModelError } from '../model/errors.ts';
import type { Session } from './session.ts';

const side = 64;
const mostScale = 8;

/**
 * Finds out by a run what somebody's network does with pictures: how much larger it makes them, and whether it takes one size only.
 *
 * @throws {ModelError} if it does not turn [1, 3, h, w] into [1, 3, h · scale, w · scale], 32-bit floats, by a whole scale up to 8.
 */
export async function probeUpscaler(
	name: string,
	session: Session,
): Promise<{ scale: number; window: { width: number; height: number } | undefined }> {
	const refuse = (got: string) =>
		new ModelError(
			`\`${name}.onnx\`: expected a network from pictures to pictures ([1, 3, height, width], 32-bit floats from 0 to 1), got ${got}`,
		);
	const { inputNames, outputNames } = session;
	if (inputNames.length !== 1 || outputNames.length !== 1)
		throw refuse(`${inputNames.length} inputs and ${outputNames.length} outputs`);
	const dims = session.inputDims(inputNames[0]!);
	const [batch, channels, height, width] = dims;
	const isFree = (size: number | string | undefined) => typeof size === 'string' || (size ?? 0) <= 0;
	if (dims.length !== 4 || !(isFree(batch) || batch === 1) || !(isFree(channels) || channels === 3))
		throw refuse(`an input of [${dims.join(', ')}]`);
	if (isFree(height) !== isFree(width)) throw refuse(`an input of [${dims.join(', ')}]`);
	const window = isFree(height) ? undefined : { height: height as number, width: width as number };
	const size = window ?? { height: side, width: side };
	const feed = {
		data: new Float32Array(3 * size.height * size.width).fill(0.5),
		dims: [1, 3, size.height, size.width],
	};
	const output = await session
		.run({ [inputNames[0]!]: feed })
		.then((results) => results[outputNames[0]!]!)
		.catch((error: unknown) => {
			throw refuse(
				`this from a picture of ${size.width} × ${size.height}: ${String((error as Error).message).slice(0, 200)}`,
			);
		});
	const scale = output.dims[2]! / size.height;
	const isPicture = output.dims.length === 4 && output.dims[1] === 3 && output.dims[3] === size.width * scale;
	if (!isPicture || !Number.isInteger(scale) || scale < 1 || scale > mostScale)
		throw refuse(`[${output.dims.join(', ')}] from [${feed.dims.join(', ')}]`);
	if (!output.data.every(Number.isFinite)) throw refuse('no numbers from a grey picture');
	// A picture of one grey that comes out as bytes do, 0 to 255, would be white all over.
	const mean = output.data.reduce((sum, value) => sum + value, 0) / output.data.length;
	if (Math.abs(mean) > 4) throw refuse(`values around ${Math.round(mean)} from a grey picture`);
	return { scale, window };
}
