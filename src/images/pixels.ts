/** A picture in memory: rows from the top, three bytes a pixel in the order red, green, blue. */
export interface RgbImage {
	width: number;
	height: number;
	data: Uint8Array;
}

/** A picture as the networks see it: `[3, height, width]` float32, 0 to 1. */
export interface FloatImage {
	width: number;
	height: number;
	data: Float32Array;
}

/** Turns 0…1 into bytes as diffusers' `numpy_to_pil` does: clamped, times 255, rounded half to even. */
export function toRgb({ width, height, data }: FloatImage): RgbImage {
	const plane = width * height;
	const out = new Uint8ClampedArray(plane * 3); // rounds half to even by itself
	for (let i = 0, at = 0; i < plane; i++) {
		out[at++] = Math.fround(data[i]! * 255);
		out[at++] = Math.fround(data[plane + i]! * 255);
		out[at++] = Math.fround(data[2 * plane + i]! * 255);
	}
	return { width, height, data: new Uint8Array(out.buffer) };
}

/** The way back: bytes become 0…1. */
export function toFloat({ width, height, data }: RgbImage): FloatImage {
	const plane = width * height;
	const out = new Float32Array(plane * 3);
	for (let c = 0; c < 3; c++) for (let i = 0; i < plane; i++) out[c * plane + i] = data[3 * i + c]! / 255;
	return { width, height, data: out };
}
