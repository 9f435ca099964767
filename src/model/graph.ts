import { ModelError, printable } from './errors.ts';
import {
	type Attribute,
	encodeModel,
	microsoftDomain,
	type OnnxInitializer,
	type OnnxNode,
	type OnnxType,
	type OnnxValue,
	onnxType,
} from './onnx.ts';
import type { Dtype } from './safetensors.ts';
import type { Addition, WeightInfo, Weights } from './weights.ts';

/** What a graph computes in. Weights of any stored precision are cast to it inside the graph; inputs and outputs stay float32. */
export interface Target {
	compute: 'f32' | 'f16';
}

/** A network ready for `openSession`: it refers to the weights where they lie and holds none of them. */
export interface CompiledGraph {
	/** For messages, e.g. `unet`. */
	name: string;
	/** An ONNX ModelProto. */
	onnx: Uint8Array;
	/** The folder that the model's external data is relative to. */
	weightsFolder: string;
	/** Tensors of the files that the graph knows of and does not need. */
	ignored: readonly string[];
	/** Numbers in the tensors that it uses. */
	parameters: number;
	inputs: readonly OnnxValue[];
	outputs: readonly OnnxValue[];
}

/** Names one tensor that flows through the graph. */
export type Value = string;

const storedTypes: Partial<Record<Dtype, OnnxType>> = {
	F16: onnxType.float16,
	BF16: onnxType.bfloat16,
	F32: onnxType.float,
};

/**
 * Builds an ONNX graph over the weights of one component. Every tensor is asked for by name and shape, and `finish` compares what
 * was asked for with what is there, so that a network of another architecture cannot pass.
 */
export class GraphBuilder {
	readonly name: string;
	readonly #weights: Weights;
	readonly #compute: OnnxType;
	readonly #nodes: OnnxNode[] = [];
	readonly #initializers = new Map<string, OnnxInitializer>();
	readonly #inputs: OnnxValue[] = [];
	readonly #outputs: OnnxValue[] = [];
	/** Results of casts and constants, so that equal requests share a node. */
	readonly #shared = new Map<string, Value>();
	readonly #used = new Set<string>();
	#count = 0;

	constructor(name: string, weights: Weights, target: Target) {
		this.name = name;
		this.#weights = weights;
		this.#compute = target.compute === 'f16' ? onnxType.float16 : onnxType.float;
	}

	/** Declares a float32 input and gives it in the precision of the graph. */
	input(name: string, dims: OnnxValue['dims']): Value {
		return this.castToCompute(this.inputAs(name, onnxType.float, dims));
	}

	/** Declares an input of a given type and gives it as it is. */
	inputAs(name: string, type: OnnxType, dims: OnnxValue['dims']): Value {
		this.#inputs.push({ name, type, dims });
		return name;
	}

	/** Declares an output, float32 whatever the graph computes in. */
	output(name: string, value: Value, dims: OnnxValue['dims']): void {
		this.#outputs.push({ name, type: onnxType.float, dims });
		const [op, attributes] = this.#compute === onnxType.float ? ['Identity', {}] : ['Cast', { to: onnxType.float }];
		this.#nodes.push({ op, inputs: [value], outputs: [name], attributes });
	}

	/** Adds a node with one output. `inputs` may hold '' for an optional one that is left out. */
	op(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
		return this.#add(op, inputs, attributes, 1)[0]!;
	}

	/** As `op`, for one of ONNX Runtime's own operators. */
	microsoftOp(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
		return this.#add(op, inputs, attributes, 1, microsoftDomain)[0]!;
	}

	/** Splits into `count` equal parts along an axis. */
	split(value: Value, axis: number, count: number): Value[] {
		return this.#add('Split', [value], { axis, num_outputs: count }, count);
	}

	castToCompute(value: Value): Value {
		return this.#compute === onnxType.float ? value : this.cast(value, this.#compute);
	}

	cast(value: Value, type: OnnxType): Value {
		return this.op('Cast', [value], { to: type });
	}

	/** Tells whether the files hold a tensor: for names that differ between versions of a format. */
	has(tensor: string): boolean {
		return this.#weights.tensors.has(tensor);
	}

	/**
	 * Refers to a tensor of the files.
	 *
	 * @param shape What the network needs; the file must agree.
	 * @param view Another shape with as many numbers, to read the same bytes in.
	 * @throws {ModelError} if it is missing, has another shape or is not floating point.
	 */
	weight(tensor: string, shape: readonly number[], view: readonly number[] = shape): Value {
		const name = view === shape ? tensor : `${tensor}:${view.join('x')}`;
		return this.#share(`weight ${name}`, () => {
			const info = this.#weights.tensors.get(tensor);
			const expected = `\`${this.#weights.label}\`: expected tensor \`${tensor}\``;
			if (!info) throw new ModelError(`${expected} of shape [${shape.join(', ')}], there is none`);
			if (info.shape.join() !== shape.join())
				throw new ModelError(`${expected} to have shape [${shape.join(', ')}], got [${info.shape.join(', ')}]`);
			this.#used.add(tensor);
			const additions = this.#weights.additions?.get(tensor) ?? [];
			if (additions.length === 0) return this.#stored(name, info, view, this.#compute);
			return this.castToCompute(this.#sum(name, info, view, additions));
		});
	}

	/** A list of integers, as operators take shapes and axes. */
	integers(values: readonly number[]): Value {
		return this.#constant('int', onnxType.int64, values, [values.length], BigInt64Array.from(values, BigInt));
	}

	/** Numbers in the precision of the graph. */
	floats(values: readonly number[], dims: readonly number[] = [values.length]): Value {
		if (this.#compute === onnxType.float) return this.floats32(values, dims);
		return this.#constant('half', onnxType.float16, values, dims, Float16Array.from(values));
	}

	/** Numbers that stay float32 in a graph of any precision. */
	floats32(values: readonly number[], dims: readonly number[] = [values.length]): Value {
		return this.#constant('float', onnxType.float, values, dims, Float32Array.from(values));
	}

	/**
	 * Encodes the graph.
	 *
	 * @param mayIgnore Tensors that other networks share the file for, or that are not needed.
	 * @throws {ModelError} if the files hold a tensor that is neither used nor to be ignored.
	 */
	finish(mayIgnore: (tensor: string) => boolean = () => false): CompiledGraph {
		const unused = [...this.#weights.tensors.keys()].filter((tensor) => !this.#used.has(tensor));
		const leftOver = unused.filter((tensor) => !mayIgnore(tensor));
		if (leftOver.length > 0)
			throw new ModelError(
				`\`${this.#weights.label}\`: expected no tensor but those of \`${this.name}\`, got ${leftOver.length} more, first \`${printable(leftOver[0]!)}\``,
			);
		const count = (tensor: string) => product(this.#weights.tensors.get(tensor)!.shape);
		return {
			name: this.name,
			onnx: encodeModel({
				name: this.name,
				nodes: this.#nodes,
				initializers: [...this.#initializers.values()],
				inputs: this.#inputs,
				outputs: this.#outputs,
			}),
			weightsFolder: this.#weights.folder,
			ignored: unused,
			parameters: [...this.#used].reduce((sum, tensor) => sum + count(tensor), 0),
			inputs: this.#inputs,
			outputs: this.#outputs,
		};
	}

	/**
	 * W + scale · up · down for each addition, in float32 whatever the graph computes in. All of them are constants, so ONNX Runtime
	 * folds the sum into one when the session opens.
	 */
	#sum(name: string, info: WeightInfo, view: readonly number[], additions: readonly Addition[]): Value {
		let sum = this.#stored(name, info, view, onnxType.float);
		for (const [i, { up, down, scale }] of additions.entries()) {
			const matrix = (part: string, of: WeightInfo) =>
				this.#stored(`${name} ${part} ${i}`, of, [of.shape[0]!, product(of.shape.slice(1))], onnxType.float);
			const change = this.op('MatMul', [matrix('up', up), matrix('down', down)]);
			const shaped = view.length === 2 ? change : this.op('Reshape', [change, this.integers(view)]);
			sum = this.op('Add', [sum, this.op('Mul', [shaped, this.floats32([scale], [])])]);
		}
		return sum;
	}

	/** Refers to bytes of a file as a tensor of the shape `view`, cast to `wanted`. */
	#stored(name: string, info: WeightInfo, view: readonly number[], wanted: OnnxType): Value {
		const type = storedTypes[info.dtype];
		if (type === undefined)
			throw new ModelError(
				`\`${this.#weights.label}\`: expected tensor \`${name}\` to be F16, BF16 or F32, got ${info.dtype}`,
			);
		const data = { location: info.location, offset: info.offset, length: info.byteLength };
		this.#initializers.set(name, { name, type, dims: info.transposed ? view.toReversed() : view, data });
		const value = info.transposed ? this.op('Transpose', [name], { perm: [1, 0] }) : name;
		return type === wanted ? value : this.cast(value, wanted);
	}

	#add(
		op: string,
		inputs: readonly Value[],
		attributes: Readonly<Record<string, Attribute>>,
		count: number,
		domain = '',
	) {
		const outputs = Array.from({ length: count }, () => `${op}_${this.#count++}`);
		this.#nodes.push({ op, domain, inputs, outputs, attributes });
		return outputs;
	}

	#constant(
		kind: string,
		type: OnnxType,
		values: readonly number[],
		dims: readonly number[],
		data: BigInt64Array | Float32Array | Float16Array,
	): Value {
		return this.#share(`${kind} ${dims.join('x')} ${values.join()}`, () => {
			const name = `${kind}_${this.#count++}`;
			const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
			this.#initializers.set(name, { name, type, dims, data: { raw } });
			return name;
		});
	}

	#share(key: string, make: () => Value): Value {
		const known = this.#shared.get(key);
		if (known !== undefined) return known;
		const value = make();
		this.#shared.set(key, value);
		return value;
	}
}

function product(sizes: readonly number[]): number {
	return sizes.reduce((a, b) => a * b, 1);
}
