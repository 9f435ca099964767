const encoder = new TextEncoder();

/**
 * Writes the protobuf wire format (https://protobuf.dev/programming-guides/encoding/), as much of it as ONNX needs: no groups, no
 * zigzag integers, no packed fields. Methods take the field number first and return the writer.
 */
export class ProtobufWriter {
	#bytes = new Uint8Array(256);
	#length = 0;

	/** An integer field (int32, int64, enum, bool); negative ones take ten bytes, as the format asks. */
	integer(field: number, value: number | bigint): this {
		this.#tag(field, 0);
		this.#varint(value);
		return this;
	}

	/** A float field: 32 bits. */
	float(field: number, value: number): this {
		this.#tag(field, 5);
		this.#reserve(4);
		new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
		this.#length += 4;
		return this;
	}

	bytes(field: number, value: Uint8Array): this {
		this.#tag(field, 2);
		this.#varint(value.length);
		this.#reserve(value.length);
		this.#bytes.set(value, this.#length);
		this.#length += value.length;
		return this;
	}

	string(field: number, value: string): this {
		return this.bytes(field, encoder.encode(value));
	}

	message(field: number, value: ProtobufWriter): this {
		return this.bytes(field, value.finish());
	}

	/** Returns what was written so far. The bytes may still be overwritten by further writing. */
	finish(): Uint8Array {
		return this.#bytes.subarray(0, this.#length);
	}

	#tag(field: number, wireType: number): void {
		this.#varint(field * 8 + wireType);
	}

	#varint(value: number | bigint): void {
		this.#reserve(10);
		if (typeof value === 'number' && value >= 0 && value < 0x80) {
			this.#bytes[this.#length++] = value;
			return;
		}
		let rest = BigInt.asUintN(64, BigInt(value));
		while (rest > 0x7fn) {
			this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
			rest >>= 7n;
		}
		this.#bytes[this.#length++] = Number(rest);
	}

	#reserve(extra: number): void {
		if (this.#length + extra <= this.#bytes.length) return;
		const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra));
		larger.set(this.#bytes);
		this.#bytes = larger;
	}
}
