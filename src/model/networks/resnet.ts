import type { GraphBuilder, Value } from '../graph.ts';
import { add, conv, groupNorm, linear, silu } from '../layers.ts';

interface ResnetShape {
	from: number;
	to: number;
	groups: number;
	eps: number;
	/** The embedding of time [n, channels], which the UNet adds between the convolutions. */
	time?: { embedding: Value; channels: number };
	/** Takes the place of the group norms. */
	norm?: typeof groupNorm;
}

/**
 * Adds a residual block: [n, from, h, w] → [n, to, h, w]. After `ResnetBlock2D` in diffusers' `models/resnet.py`, with SiLU, no
 * dropout, no scaling of the output and the time embedding added (not `scale_shift`).
 */
export function resnet(g: GraphBuilder, x: Value, prefix: string, shape: ResnetShape): Value {
	const { from, to, groups, eps, time, norm = groupNorm } = shape;
	const norm1 = norm(g, x, `${prefix}.norm1`, { channels: from, groups, eps });
	let h = conv(g, silu(g, norm1), `${prefix}.conv1`, { from, to, kernel: 3 });
	if (time) {
		const shift = linear(g, silu(g, time.embedding), `${prefix}.time_emb_proj`, { from: time.channels, to });
		// [n, to, h, w] + [n, to, 1, 1]
		h = add(g, h, g.op('Unsqueeze', [shift, g.integers([2, 3])]));
	}
	const norm2 = norm(g, h, `${prefix}.norm2`, { channels: to, groups, eps });
	h = conv(g, silu(g, norm2), `${prefix}.conv2`, { from: to, to, kernel: 3 });
	return add(g, from === to ? x : conv(g, x, `${prefix}.conv_shortcut`, { from, to, kernel: 1 }), h);
}
