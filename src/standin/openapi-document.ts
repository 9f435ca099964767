/** A piece of JSON schema. */
export type Json = { [key: string]: unknown };

/**
 * Fields that discord.js always sends, or that Discord documents, but that the OpenAPI document leaves out where they occur.
 * They are let through wherever keys are checked.
 */
const alsoAllowed: Json = {
	tts: true,
	enforce_nonce: true,
	nonce: true,
	nsfw: { type: 'boolean' },
	waveform: true,
	username: true,
	avatar_url: true,
	file_types: true,
	allowed_mentions: true,
	animated: { type: 'boolean' },
};

const ours = Symbol('made by a transform');

/**
 * Makes Discord's document strict and legible enough to be an oracle. For both directions: empty enums go, and unions whose
 * branches differ by an integer `type` become if/then by that type, because ajv's `discriminator` takes strings only and one
 * mistake would otherwise be reported once per branch. For requests also: an integer may be a string of digits, as the
 * document's README says, and unknown keys are refused, so that a misspelt one is found.
 */
export function prepareDocument(source: object, { forRequests }: { forRequests: boolean }): Json {
	const document = structuredClone(source) as Json;
	const schemas = (document.components as Json).schemas as Record<string, Json>;
	const seen = new Set<unknown>();
	const walk = (value: unknown): void => {
		if (typeof value !== 'object' || value === null || seen.has(value)) return;
		seen.add(value);
		if (Array.isArray(value)) {
			for (const item of value) walk(item);
			return;
		}
		const node = value as Json & { [ours]?: true };
		splitByType(node, schemas);
		delete node.discriminator;
		if (Array.isArray(node.enum) && node.enum.length === 0) delete node.enum;
		if (forRequests && node[ours] === undefined) {
			allowDigitStrings(node);
			refuseUnknownKeys(node);
		}
		for (const inner of Object.values(node)) walk(inner);
	};
	walk(schemas);
	walk(document.paths);
	return document;
}

function splitByType(node: Json, schemas: Record<string, Json>): void {
	for (const key of ['oneOf', 'anyOf']) {
		const branches = node[key];
		if (!Array.isArray(branches) || branches.length < 2) continue;
		const types = branches.map((branch: Json) => typesOf(branch, schemas));
		const all = types.flat();
		if (types.includes(null) || new Set(all).size !== all.length) continue;
		delete node[key];
		node.type = 'object';
		node.required = ['type'];
		node.allOf = [
			{ properties: { type: { enum: all } }, [ours]: true },
			...branches.map((branch: Json, index) => ({
				if: { required: ['type'], properties: { type: { enum: types[index] } }, [ours]: true },
				// biome-ignore lint/suspicious/noThenProperty: it is JSON schema's keyword.
				then: branch,
			})),
		];
		return;
	}
}

/** The values of `type` that choose a branch, or null when it does not need a `type`. */
function typesOf(branch: Json, schemas: Record<string, Json>): unknown[] | null {
	const reference = branch.$ref;
	const node = typeof reference === 'string' ? schemas[reference.split('/').pop() ?? ''] : branch;
	const type = (node?.properties as Record<string, Json> | undefined)?.type;
	if (!(node?.required as string[] | undefined)?.includes('type')) return null;
	if (Array.isArray(type?.enum)) return type.enum;
	return type?.const === undefined ? null : [type.const];
}

function allowDigitStrings(node: Json): void {
	if (!includes(node.type, 'integer') || node.enum || node.const !== undefined || node.oneOf) return;
	const integer: Json = { [ours]: true };
	for (const key of ['type', 'minimum', 'maximum']) {
		if (node[key] !== undefined) integer[key] = node[key];
		delete node[key];
	}
	delete node.format;
	node.anyOf = [integer, { type: 'string', pattern: '^-?[0-9]+$' }];
}

function refuseUnknownKeys(node: Json): void {
	const isPlain = node.properties && !node.allOf && node.additionalProperties === undefined;
	if (!isPlain || !includes(node.type, 'object')) return;
	node.properties = { ...alsoAllowed, ...(node.properties as Json) };
	node.additionalProperties = false;
}

function includes(type: unknown, name: string): boolean {
	return Array.isArray(type) ? type.includes(name) : type === name;
}
