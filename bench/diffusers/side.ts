/** Our side of the comparison: `side.ts <model>`. A JSON line in asks for one row, a JSON line out has its time. */
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { decodeLatents } from '../../src/pipeline/latents.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import type { Recipe } from '../../src/recipe.ts';
import type { Answer, Ask } from './ask.ts';

const sdxl = await Sdxl.load(process.argv[2]!, 'cpu');
const { folder, networks } = sdxl;

function recipeOf(ask: Partial<Omit<Extract<Ask, { row: 'picture' }>, 'row'>>): Recipe {
	return {
		version: 1,
		prompt: ask.prompt!,
		negative: ask.negative!,
		syntax: 'plain',
		width: ask.width ?? 128,
		height: ask.height ?? 128,
		steps: ask.steps ?? 1,
		guidanceScale: ask.guidanceScale ?? 7,
		sampler: 'euler-ancestral',
		seeds: ask.seeds ?? [0],
		model: '',
	};
}

/** Makes a row ready, and gives what is timed. */
async function prepare(ask: Ask): Promise<() => Promise<unknown>> {
	switch (ask.row) {
		case 'text': {
			const recipe = recipeOf(ask);
			return () => sdxl.prompts.condition(recipe, folder.forceZerosForEmptyPrompt);
		}
		case 'unet': {
			const [height, width] = ask.cells;
			const { textWidth, pooledWidth } = await widths();
			const size = [height * 8, width * 8, 0, 0, height * 8, width * 8];
			const feeds = {
				sample: { data: random(2 * 4 * height * width), dims: [2, 4, height, width] },
				timestep: { data: new Float32Array(2).fill(500), dims: [2] },
				encoder_hidden_states: { data: random(2 * 77 * textWidth), dims: [2, 77, textWidth] },
				text_embeds: { data: random(2 * pooledWidth), dims: [2, pooledWidth] },
				time_ids: { data: Float32Array.from([...size, ...size]), dims: [2, 6] },
			};
			return () => networks.unet.run(feeds);
		}
		case 'vae': {
			const dims = [folder.vaeConfig.latent_channels, ...ask.cells];
			const latents = random(dims.reduce((a, b) => a * b));
			const decoder = await networks.decoder.whole();
			return () => decodeLatents(decoder, latents, dims, folder.scalingFactor);
		}
		case 'picture':
			return async () => {
				const images = await sdxl.paint(recipeOf(ask));
				if (ask.out)
					await writeFile(
						ask.out,
						Buffer.concat(images.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))),
					);
			};
	}
}

async function widths(): Promise<{ textWidth: number; pooledWidth: number }> {
	const { batch, tokens, promptEmbeds, pooledPromptEmbeds } = await sdxl.prompts.condition(
		recipeOf({ prompt: 'a', negative: 'b' }),
		folder.forceZerosForEmptyPrompt,
	);
	return { textWidth: promptEmbeds.length / batch / tokens, pooledWidth: pooledPromptEmbeds.length / batch };
}

/** Numbers between −1.7 and 1.7, of deviation 1: a network takes as long for these as for normal ones. */
function random(length: number): Float32Array {
	return Float32Array.from({ length }, () => (Math.random() * 2 - 1) * Math.sqrt(3));
}

console.log(JSON.stringify({ ready: `Atelier, ONNX Runtime, Node ${process.version}` }));
for await (const line of createInterface({ input: process.stdin })) {
	const run = await prepare(JSON.parse(line) as Ask);
	const start = performance.now();
	await run();
	const answer: Answer = { ms: performance.now() - start, peakMiB: process.resourceUsage().maxRSS / 1024 };
	console.log(JSON.stringify(answer));
}
