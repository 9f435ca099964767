/**
 * How ONNX Runtime (its arena, CUDA, cuBLAS, DirectML), libvips and V8 say that memory ran out. They throw plain errors, so this one
 * place looks at their text.
 */
const patterns = [
	/bad_alloc/,
	/failed to allocate memory/i,
	/out of memory/i,
	/ALLOC_FAILED/,
	/not enough memory/i,
	/8007000E/i,
	/array buffer allocation failed/i,
];

/** Says whether memory ran out, of this machine or of its device: what was asked for may still fit in smaller parts. */
export function saysOutOfMemory(error: unknown): boolean {
	return error instanceof Error && patterns.some((it) => it.test(error.message));
}
