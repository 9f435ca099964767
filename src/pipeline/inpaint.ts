import { fillCells, grow, type Mask } from '../images/mask.ts';
import type { NoiseLevel } from './schedule/levels.ts';

/** What stays as it is while the rest is drawn; latents of all images, `[n, size]`. */
export interface Kept {
	/** Of the original. */
	clean: Float32Array;
	/** That the walk began with. */
	noise: Float32Array;
	/** [height/8, width/8] of one image: 0 where it stays, 1 where it is drawn. */
	cells: Uint8Array;
}

/**
 * Puts the original back outside of a mask, with the noise that belongs to the level.
 *
 * Source: diffusers v0.42.1, `StableDiffusionXLInpaintPipeline.__call__` for UNets of four channels: after each step
 * `latents = (1 - mask) * add_noise(image_latents, noise, next) + mask * latents`, after the last without noise. It does so after
 * each model call; a sampler of two calls a step is blended here once a step, since the first call is only a look ahead.
 * Left out: UNets of nine channels, `padding_mask_crop`, masks between 0 and 1.
 *
 * @param level of the latents now; absent: clean
 */
export function putBack(latents: Float32Array, { clean, noise, cells }: Kept, level?: NoiseLevel): void {
	for (let i = 0; i < latents.length; i++) {
		if (cells[i % cells.length] === 1) continue;
		latents[i] = level ? Math.fround(level.alpha * clean[i]!) + Math.fround(level.sigma * noise[i]!) : clean[i]!;
	}
}

/** Takes a mask down to the latents' cells: the pixel in the corner of each, as `interpolate` does in diffusers. */
export function cellsOf({ width, height, data }: Mask, cell: number): Uint8Array {
	const [columns, rows] = [width / cell, height / cell];
	return Uint8Array.from(
		{ length: columns * rows },
		(_, i) => data[Math.floor(i / columns) * cell * width + (i % columns) * cell]!,
	);
}

/** A mask as it is drawn: somewhat wider than it was painted, for a hand is not steady, and in whole cells. */
export function drawable(mask: Mask, cell: number): Mask {
	return fillCells(grow(mask, Math.round(seamOf(mask) / 2)), cell);
}

/** Pixels over which a part that is drawn anew goes over into the rest. */
export function seamOf({ width, height }: Size): number {
	return Math.max(2, Math.round(Math.min(width, height) / 64));
}

/** Pixels along its old edge that an extended picture is drawn anew over: new sky beside old sky shows a narrow seam at once. */
export function overlapOf({ width, height }: Size): number {
	return Math.max(8, Math.round(Math.min(width, height) / 8));
}

interface Size {
	width: number;
	height: number;
}
