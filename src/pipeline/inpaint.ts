import { fillCells, grow, type Mask } from '../images/mask.ts';
import type { Sampler } from './samplers/index.ts';
import { lastSteps, startLevel } from './schedule/index.ts';
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
 * Makes a sampler that puts the original back outside of a mask after each model call, with the noise of the level that the step leads
 * to.
 *
 * Source: diffusers v0.42.1, `StableDiffusionXLInpaintPipeline.__call__` for UNets of four channels: after each call
 * `latents = (1 - mask) * add_noise(image_latents, noise, next) + mask * latents`, after the last without noise. A sampler of two
 * calls a step is blended in its middle too: by Heun that is where the step leads; by DPM++ SDE it is half way, and yet diffusers takes
 * the level of the step's end there, as do we.
 * Left out: UNets of nine channels, `padding_mask_crop`, masks between 0 and 1.
 */
export function keeping(sampler: Sampler, kept: Kept): Sampler {
	return async function* (input) {
		const { schedule } = input;
		let before = 0;
		for await (const step of sampler(input)) {
			const next = Math.max(step.done, before + 1);
			const level = next < schedule.timesteps.length ? startLevel(lastSteps(schedule, next)) : undefined;
			putBack(step.latents, kept, level);
			before = step.done;
			yield step;
		}
	};
}

/** @param level of the latents now; absent: clean */
function putBack(latents: Float32Array, { clean, noise, cells }: Kept, level?: NoiseLevel): void {
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
