import { UserError } from '../errors.ts';
import type { FloatImage, RgbImage } from './pixels.ts';

/** Which pixels are drawn anew: 1, and 0 where the picture stays. Rows from the top. */
export interface Mask {
	width: number;
	height: number;
	data: Uint8Array;
}

/** As `RgbImage`, with a fourth byte: 255 opaque, 0 transparent. */
export interface RgbaImage {
	width: number;
	height: number;
	data: Uint8Array;
}

/** Bytes by which a channel may differ before it counts as painted over: JPEG at its worst, and scaling, stay below. */
const noise = 40;
/** Bytes around the brush's colour that are still it. */
const sameColour = 52;

/**
 * Reads what a member sent as a mask, of the same size as the picture. In this order: a picture with an erased (transparent) part
 * means that part, paint on a transparent ground the paint; black and white the white; else it is a copy of the picture with the
 * part painted over in one colour.
 *
 * @throws {UserError} `bad-mask`, when no part is found, or nothing but that
 */
export function readMask(sent: RgbaImage, picture: RgbImage): Mask {
	const { width, height } = picture;
	const data = withoutSpecks({
		width,
		height,
		data: transparency(sent, picture) ?? blackWhite(sent, picture) ?? paint(sent, picture),
	});
	const share = data.reduce((sum, one) => sum + one, 0) / data.length;
	if (share < 0.0005)
		throw new UserError(
			'bad-mask',
			'The mask marks no part of the picture. Paint over the part in one bright colour on a copy of the picture, or send white on black.',
		);
	if (share > 0.98)
		throw new UserError(
			'bad-mask',
			'The mask covers the whole picture. Use `/imagine` with `image` to draw all of it anew.',
		);
	return { width, height, data };
}

function transparency({ data }: RgbaImage, picture: RgbImage): Uint8Array | undefined {
	const pixels = data.length / 4;
	let clear = 0;
	let unlike = 0;
	for (let i = 0; i < pixels; i++) {
		if (data[4 * i + 3]! < 128) clear++;
		else if (distance(data, 4 * i, picture.data, 3 * i) > noise) unlike++;
	}
	if (clear < pixels * 0.0005) return undefined;
	const isErased = unlike < (pixels - clear) / 2;
	return Uint8Array.from({ length: pixels }, (_, i) => Number(data[4 * i + 3]! < 128 === isErased));
}

function blackWhite({ data }: RgbaImage, picture: RgbImage): Uint8Array | undefined {
	const pixels = data.length / 4;
	if (shareOfBlackWhite(data, 4) < 0.97) return undefined;
	// A drawing in ink is black and white itself, and so is its painted copy.
	let changed = 0;
	for (let i = 0; i < pixels; i++) if (distance(data, 4 * i, picture.data, 3 * i) > noise) changed++;
	if (shareOfBlackWhite(picture.data, 3) >= 0.97 && changed < pixels * 0.35) return undefined;
	return Uint8Array.from({ length: pixels }, (_, i) => Number(data[4 * i + 1]! >= 128));
}

function shareOfBlackWhite(data: Uint8Array, channels: 3 | 4): number {
	let count = 0;
	for (let at = 0; at < data.length; at += channels) {
		const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
		const [least, most] = [Math.min(r, g, b), Math.max(r, g, b)];
		if (most - least <= 24 && (most <= 40 || least >= 215)) count++;
	}
	return count / (data.length / channels);
}

/** What is not as in the picture and has the colour that most of it has: where it only became noisy, there is no such colour. */
function paint({ data }: RgbaImage, picture: RgbImage): Uint8Array {
	const pixels = data.length / 4;
	const changed: number[] = [];
	const bins = new Uint32Array(4096);
	const binOf = (at: number) => ((data[at]! >> 4) << 8) | ((data[at + 1]! >> 4) << 4) | (data[at + 2]! >> 4);
	for (let i = 0; i < pixels; i++) {
		if (distance(data, 4 * i, picture.data, 3 * i) <= noise) continue;
		changed.push(i);
		bins[binOf(4 * i)]!++;
	}
	const fullest = bins.reduce((best, count, bin) => (count > bins[best]! ? bin : best), 0);
	const own = changed.filter((i) => binOf(4 * i) === fullest);
	const brush = [0, 1, 2].map((c) => own.reduce((sum, i) => sum + data[4 * i + c]!, 0) / own.length);
	const painted = new Uint8Array(pixels);
	let count = 0;
	for (const i of changed) {
		if (brush.some((value, c) => Math.abs(data[4 * i + c]! - value) > sameColour)) continue;
		painted[i] = 1;
		count++;
	}
	if (changed.length > pixels / 2 && count < changed.length * 0.6)
		throw new UserError(
			'bad-mask',
			'The mask is neither white on black nor a painted copy of this picture. Download the picture, paint over a part in one bright colour, and send that.',
		);
	return painted;
}

function distance(a: Uint8Array, at: number, b: Uint8Array, bt: number): number {
	return Math.max(Math.abs(a[at]! - b[bt]!), Math.abs(a[at + 1]! - b[bt + 1]!), Math.abs(a[at + 2]! - b[bt + 2]!));
}

/** Takes away what less than half of its neighbours say. */
function withoutSpecks(mask: Mask): Uint8Array {
	const blurred = blur(mask, 1);
	return Uint8Array.from(blurred, (share) => Number(share > 0.5));
}

/** Widens a mask by so many pixels in every direction. */
export function grow({ width, height, data }: Mask, by: number): Mask {
	const pass = (from: Uint8Array, step: number, length: number, lines: number, lineStep: number) => {
		const out = new Uint8Array(from.length);
		for (let line = 0; line < lines; line++) {
			// How far the last marked pixel is behind, walking there and back.
			for (const direction of [1, -1]) {
				let behind = by + 1;
				for (let i = 0; i < length; i++) {
					const at = line * lineStep + (direction === 1 ? i : length - 1 - i) * step;
					behind = from[at] === 1 ? 0 : behind + 1;
					if (behind <= by) out[at] = 1;
				}
			}
		}
		return out;
	};
	const across = pass(data, 1, width, height, width);
	return { width, height, data: pass(across, width, height, width, 1) };
}

/** Fills every square of `cell` pixels of which any pixel is marked: latents know nothing smaller. */
export function fillCells({ width, height, data }: Mask, cell: number): Mask {
	const columns = Math.ceil(width / cell);
	const marked = new Uint8Array(columns * Math.ceil(height / cell));
	const cellOf = (i: number) => Math.floor(Math.floor(i / width) / cell) * columns + Math.floor((i % width) / cell);
	for (const [i, one] of data.entries()) if (one === 1) marked[cellOf(i)] = 1;
	return { width, height, data: data.map((_, i) => marked[cellOf(i)]!) };
}

/** Marks what is added around a picture, and `overlap` pixels of the picture along it, for the seam. */
export function maskOfAdded(
	{ width, height }: { width: number; height: number },
	added: { left: number; top: number; right: number; bottom: number },
	overlap: number,
): Mask {
	const [left, top] = [added.left && added.left + overlap, added.top && added.top + overlap];
	const [right, bottom] = [
		width - (added.right && added.right + overlap),
		height - (added.bottom && added.bottom + overlap),
	];
	const data = Uint8Array.from({ length: width * height }, (_, i) => {
		const [x, y] = [i % width, Math.floor(i / width)];
		return Number(x < left || x >= right || y < top || y >= bottom);
	});
	return { width, height, data };
}

/** How much of the new picture is seen at each pixel: nothing outside of the mask, all of it `reach` pixels inside. */
export function feather(mask: Mask, reach: number): Float32Array {
	const blurred = blur(mask, reach);
	return blurred.map((share, i) => (mask.data[i] === 1 ? Math.min(1, Math.max(0, 2 * share - 1)) : 0));
}

/** Puts one picture over another of the same size; what `opacity` says 0 to is the one below to the last bit. */
export function paste(above: FloatImage, below: FloatImage, opacity: Float32Array): FloatImage {
	const plane = above.width * above.height;
	const data = below.data.map((old, i) => {
		const share = opacity[i % plane]!;
		return share === 0 ? old : old + share * (above.data[i]! - old);
	});
	return { width: above.width, height: above.height, data };
}

/** The mean of the square of `reach` pixels around each pixel; beyond the edge the edge goes on. */
function blur({ width, height, data }: Mask, reach: number): Float32Array {
	const span = 2 * reach + 1;
	const pass = (from: ArrayLike<number>, step: number, length: number, lines: number, lineStep: number) => {
		const out = new Float32Array(from.length);
		for (let line = 0; line < lines; line++) {
			const value = (i: number) => from[line * lineStep + Math.min(length - 1, Math.max(0, i)) * step]!;
			let sum = 0;
			for (let i = -reach; i <= reach; i++) sum += value(i);
			for (let i = 0; i < length; i++) {
				out[line * lineStep + i * step] = sum / span;
				sum += value(i + reach + 1) - value(i - reach);
			}
		}
		return out;
	};
	return pass(pass(data, 1, width, height, width), width, height, width, 1);
}
