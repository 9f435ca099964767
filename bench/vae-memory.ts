/**
 * Decodes one picture with a VAE in 32 bit on the CPU, in one piece or in tiles, and prints the time and how much memory it took at most.
 * Random weights do: diffusers' `AutoencoderKL` with the settings of SDXL's, saved by `save_pretrained`.
 * `node bench/vae-memory.ts <VAE folder> [--size 2048] [--tile 128]`; `--tile 0` for one piece. Each number wants a process of its own.
 */
import { parseArgs } from 'node:util';
import type { CompiledGraph } from '../src/model/graph.ts';
import { vaeDecoder } from '../src/model/networks/vae.ts';
import { decoderHead, decoderTail } from '../src/model/networks/vae-parts.ts';
import { openVaeFolder } from '../src/model/vae-files.ts';
import { BriefSession } from '../src/pipeline/brief-session.ts';
import { TorchGenerator } from '../src/pipeline/random.ts';
import { openSession } from '../src/pipeline/session.ts';
import { decodeTiled } from '../src/pipeline/vae-tiles.ts';

const { values, positionals } = parseArgs({
	options: { size: { type: 'string', default: '2048' }, tile: { type: 'string', default: '128' } },
	allowPositionals: true,
});
const [size, tile] = [Number(values.size), Number(values.tile)];
const { config, weights } = await openVaeFolder(positionals[0] ?? 'models/demo/vae');
const target = { compute: 'f32' } as const;
const device = { device: 'cpu' } as const;
const side = size / 2 ** (config.block_out_channels.length - 1);
const dims = [1, config.latent_channels, side, side];
const latents = { data: new TorchGenerator(0).randn(config.latent_channels * side * side), dims };

const before = mebibytes(process.resourceUsage().maxRSS);
const start = performance.now();
if (tile === 0) {
	const whole = await openSession(vaeDecoder('whole', weights, config, target), device);
	await whole.run({ latents });
} else {
	const part = (graph: CompiledGraph) => new BriefSession(() => openSession(graph, device));
	const low = part(decoderHead('low', weights, config, target));
	const own = part(decoderTail('own', weights, config, target, 'own'));
	const given = part(decoderTail('given', weights, config, target, 'given'));
	await decodeTiled({ config, low, own, given }, latents, { tile });
}
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage();
const most = mebibytes(process.resourceUsage().maxRSS);
console.log(
	`${size} × ${size}, ${tile === 0 ? 'in one piece' : `tiles of ${tile} cells`}: at most ${most} MiB (${before} before opening), ${seconds.toFixed(0)} s, of processors ${((user + system) / 1e6).toFixed(0)} s`,
);

function mebibytes(kib: number): number {
	return Math.round(kib / 1024);
}
