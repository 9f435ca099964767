import { HubError, type HubFile, type HubTree } from './client.ts';

/** What a repository holds for us. */
export type Kind = 'model' | 'checkpoint' | 'tagger' | 'scorer' | 'lora' | 'vae';

export interface Choice {
	kind: Kind;
	/** A checkpoint and a LoRA are one file; of the others these are their files, with their paths in the folder. */
	files: HubFile[];
}

const components: readonly [folder: string, stem: string][] = [
	['text_encoder', 'model'],
	['text_encoder_2', 'model'],
	['unet', 'diffusion_pytorch_model'],
	['vae', 'diffusion_pytorch_model'],
];
const settings = [
	'model_index.json',
	'scheduler/scheduler_config.json',
	...components.map(([folder]) => `${folder}/config.json`),
	...['tokenizer', 'tokenizer_2'].flatMap((folder) =>
		['merges.txt', 'tokenizer_config.json', 'vocab.json'].map((file) => `${folder}/${file}`),
	),
];
/** What is fetched if it is there. */
const extras = [
	'tokenizer/special_tokens_map.json',
	'tokenizer_2/special_tokens_map.json',
	'LICENSE',
	'LICENSE.md',
	'LICENSE.txt',
	'README.md',
];
const singleFile = /^[^/\\.][^/\\]*\.safetensors$/;

/**
 * Chooses the files that are needed, and no others: one variant of each network's weights, that in 16 bit if there is one, as
 * `.safetensors` only. What could be a path out of the folder cannot be chosen, since paths are compared with what a model has.
 *
 * @param asked.file One file of several, by its name. @param asked.lora The file is a LoRA.
 * @throws {HubError} if nothing of use is there, or one must be chosen.
 */
export function chooseFiles(tree: HubTree, asked: { file?: string | undefined; lora?: boolean } = {}): Choice {
	const byPath = new Map(tree.files.map((file) => [file.path, file]));
	if (asked.file !== undefined || asked.lora) return chooseSingle(tree, asked.file, asked.lora ? 'lora' : 'checkpoint');
	if (byPath.has('model_index.json')) return { kind: 'model', files: chooseFolder(tree, byPath) };
	const all = (paths: readonly string[]) => paths.map((path) => require(byPath, path, tree));
	const some = (paths: readonly string[]) => paths.map((path) => byPath.get(path)).filter((file) => file !== undefined);
	if (byPath.has('selected_tags.csv'))
		return { kind: 'tagger', files: [...all(['selected_tags.csv', 'model.onnx']), ...some(['README.md'])] };
	if (byPath.has('preprocessor_config.json') && byPath.has('config.json'))
		return {
			kind: 'scorer',
			files: [...all(['config.json', 'preprocessor_config.json', 'model.safetensors']), ...some(['README.md'])],
		};
	const weights = 'diffusion_pytorch_model.safetensors';
	// Also a decoder of previews: its configuration tells.
	if (byPath.has('config.json') && byPath.has(weights))
		return { kind: 'vae', files: [...all(['config.json', weights]), ...some(['README.md'])] };
	return chooseSingle(tree, undefined, 'checkpoint');
}

function chooseFolder(tree: HubTree, byPath: ReadonlyMap<string, HubFile>): HubFile[] {
	return [
		...settings.map((path) => require(byPath, path, tree)),
		...components.flatMap(([folder, stem]) => chooseWeights(tree, byPath, folder, stem)),
		...extras.map((path) => byPath.get(path)).filter((file) => file !== undefined),
	];
}

/** One file, or shards with their index. */
function chooseWeights(tree: HubTree, byPath: ReadonlyMap<string, HubFile>, folder: string, stem: string): HubFile[] {
	for (const variant of ['.fp16', '']) {
		const whole = byPath.get(`${folder}/${stem}${variant}.safetensors`);
		if (whole) return [whole];
		const index =
			byPath.get(`${folder}/${stem}.safetensors.index${variant}.json`) ??
			byPath.get(`${folder}/${stem}${variant}.safetensors.index.json`);
		const shard = new RegExp(`^${folder}/${stem}${RegExp.escape(variant)}-\\d+-of-\\d+\\.safetensors$`);
		const shards = tree.files.filter(({ path }) => shard.test(path));
		if (index && shards.length > 0) return [index, ...shards];
	}
	const pickles = tree.files.filter(({ path }) => path.startsWith(`${folder}/`) && isPickle(path));
	if (pickles.length > 0) throw onlyPickles(tree, pickles[0]!);
	throw new HubError(`${tree.repo} lacks the weights of \`${folder}\` as .safetensors, so it is no whole SDXL.`);
}

function chooseSingle(tree: HubTree, name: string | undefined, kind: 'checkpoint' | 'lora'): Choice {
	const files = tree.files.filter(({ path }) => singleFile.test(path));
	const names = files.map(({ path }) => path).join(', ');
	if (name !== undefined) {
		const file = files.find(({ path }) => path === name);
		if (file) return { kind, files: [file] };
		throw new HubError(
			`${tree.repo} has no file ${name} that could be used. ${files.length > 0 ? `It has ${names}.` : 'It has no .safetensors file at its top.'}`,
		);
	}
	if (files.length === 1) return { kind, files };
	if (files.length > 1) throw new HubError(`${tree.repo} has several files: ${names}. Choose one with --file.`);
	const pickle = tree.files.find(({ path }) => isPickle(path));
	if (pickle) throw onlyPickles(tree, pickle);
	throw new HubError(`${tree.repo} holds no model that can be used: neither model_index.json nor a .safetensors file.`);
}

function isPickle(path: string): boolean {
	return /\.(?:bin|ckpt|pt|pth|pkl)$/.test(path);
}

function onlyPickles(tree: HubTree, file: HubFile): HubError {
	return new HubError(
		`${tree.repo} has its weights only as pickles (${file.path}), which can run code when they are opened. They are not fetched: ask its authors for .safetensors.`,
	);
}

function require(byPath: ReadonlyMap<string, HubFile>, path: string, tree: HubTree): HubFile {
	const file = byPath.get(path);
	if (file) return file;
	throw new HubError(`${tree.repo} lacks ${path}, so it is no whole SDXL in diffusers' layout.`);
}
