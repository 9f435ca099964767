import type { Tensor } from '../../src/model/tensors.ts';
import { type Case, CaseError } from './case.ts';

/** What one of our outputs is compared as. */
export interface Computed {
	data: Float32Array;
	dims: readonly number[];
}

/**
 * Takes the relative L2 error, |got − wanted| / |wanted|, summed in double precision. Two zeros agree; a NaN never does.
 *
 * @throws {RangeError} unless both are as long.
 */
export function relativeError(got: Float32Array, wanted: ArrayLike<number>): number {
	if (got.length !== wanted.length) throw new RangeError(`Expected ${wanted.length} numbers, got ${got.length}`);
	let difference = 0;
	let size = 0;
	for (let i = 0; i < got.length; i++) {
		difference += (got[i]! - wanted[i]!) ** 2;
		size += wanted[i]! ** 2;
	}
	if (difference === 0) return 0;
	return size === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(difference / size);
}

/**
 * Takes the largest error over all outputs that a case asks for.
 *
 * @param eachOf Names of outputs whose first axis counts steps: each step is compared by itself.
 * @returns NaN if one of ours holds a NaN.
 * @throws {CaseError} if it asks for an output that there is not, or of other dimensions.
 */
export function largestError(
	item: Case,
	got: Readonly<Record<string, Computed>>,
	eachOf: readonly string[] = [],
): number {
	let largest = 0;
	for (const [name, wanted] of item.outputs) {
		const ours = got[name];
		const known = Object.keys(got).join('`, `');
		if (!ours)
			throw new CaseError(
				`\`${item.path}\`: expected only outputs \`${known}\` of \`${item.kind}\`, got \`out.${name}\``,
			);
		if (ours.dims.join() !== wanted.dims.join())
			throw new CaseError(
				`\`${item.path}\`: expected \`out.${name}\` to have shape [${ours.dims.join(', ')}], got [${wanted.dims.join(', ')}]`,
			);
		const steps = eachOf.includes(name) ? (wanted.dims[0] ?? 1) : 1;
		const length = ours.data.length / steps;
		const numbers = floats(wanted);
		for (let step = 0; step < steps; step++) {
			const [from, to] = [step * length, (step + 1) * length];
			const error = relativeError(ours.data.subarray(from, to), numbers.subarray(from, to));
			if (Number.isNaN(error)) return error;
			largest = Math.max(largest, error);
		}
	}
	return largest;
}

/** Gives a tensor's numbers as float32, integers too. */
export function floats(tensor: Tensor): Float32Array {
	return tensor.kind === 'float' ? tensor.data : Float32Array.from(tensor.data, Number);
}
