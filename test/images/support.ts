import type { Origin } from '../../src/images/metadata.ts';
import type { RgbImage } from '../../src/images/pixels.ts';

/** A smooth picture that is not square and has no two equal rows. */
export function gradient(width: number, height: number): RgbImage {
	const data = new Uint8Array(width * height * 3);
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const at = (y * width + x) * 3;
			data[at] = (255 * x) / width;
			data[at + 1] = (255 * y) / height;
			data[at + 2] = (x * 7 + y * 13) & 0xff;
		}
	return { width, height, data };
}

/** A picture that no encoder can make small. */
export function whiteNoise(width: number, height: number): RgbImage {
	let state = 1;
	const data = Uint8Array.from({ length: width * height * 3 }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state >>> 24;
	});
	return { width, height, data };
}

export function originOf(changes: Partial<Origin['recipe']> = {}): Origin {
	return {
		modelName: 'demo',
		recipe: {
			version: 1,
			prompt: '1girl, solo, blue hair',
			negative: 'lowres, (bad)',
			syntax: 'plain',
			width: 72,
			height: 40,
			steps: 20,
			guidanceScale: 2,
			sampler: 'euler-ancestral',
			seeds: [0],
			model: '0123456789abcdef',
			...changes,
		},
	};
}
