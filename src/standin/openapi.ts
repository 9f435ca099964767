import { readFileSync } from 'node:fs';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type Json, prepareDocument } from './openapi-document.ts';
import type { Issue } from './rest/api-error.ts';
import type { Exchange } from './rest/exchange.ts';

interface Operation {
	requestBody?: { content?: Record<string, Json> };
	responses: Record<string, { $ref?: string; content?: Record<string, Json> }>;
}

interface Route {
	template: string;
	pattern: RegExp;
	operations: Record<string, Operation>;
	/** Characters that are not parameters: the more, the closer the match. */
	literalLength: number;
}

/** Checks bodies against Discord's published OpenAPI document. */
export interface OpenApi {
	/** Lists what is wrong with a request; nothing for routes the document does not have. */
	request(exchange: Exchange): Issue[];
	/** Lists what is wrong with a response of ours. */
	response(exchange: Pick<Exchange, 'method' | 'path'>, status: number, body: unknown): Issue[];
	/** Compiles what every bot needs, a schema in each turn of the event loop; once. */
	warmUp(): void;
}

const maxIssues = 10;
let shared: OpenApi | null = null;

/**
 * Loads the document when first asked, once in a process: reading takes 0.2 s, and each schema is compiled only when a
 * request needs it (then 50 to 200 ms, once).
 */
export function loadOpenApi(): OpenApi {
	shared ??= makeOpenApi(new URL('./discord/openapi.json', import.meta.url));
	return shared;
}

function makeOpenApi(file: URL): OpenApi {
	const source = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, Record<string, Operation>> };
	const routes = Object.entries(source.paths)
		.map(([template, operations]) => makeRoute(template, operations))
		.sort((a, b) => b.literalLength - a.literalLength);
	const requests = new Schemas('https://stand.in/requests', () => prepareDocument(source, { forRequests: true }));
	const responses = new Schemas('https://stand.in/responses', () => prepareDocument(source, { forRequests: false }));
	const find = (method: string, path: string) =>
		routes.find((it) => it.pattern.test(path) && it.operations[method.toLowerCase()] !== undefined);

	let isWarm = false;

	return {
		warmUp() {
			if (isWarm) return;
			isWarm = true;
			compileInTurn(requests, responses);
		},
		request(exchange) {
			const route = find(exchange.method, exchange.path);
			if (route === undefined) return [];
			const content = route.operations[exchange.method.toLowerCase()]?.requestBody?.content;
			if (content === undefined) return exchange.body === undefined ? [] : [wrong('This route takes no body')];
			if (exchange.body === undefined) return [];
			const issues = exchange.isMultipart ? multipartIssues(exchange, content) : [];
			const pointer = `${pointerTo(route, exchange.method)}/requestBody/content/application~1json/schema`;
			return [...issues, ...requests.check(pointer, exchange.body)];
		},
		response({ method, path }, status, body) {
			const route = find(method, path);
			if (route === undefined) return [];
			const { responses: byStatus } = route.operations[method.toLowerCase()] as Operation;
			const key = [String(status), `${String(status)[0]}XX`].find((it) => byStatus[it] !== undefined);
			if (key === undefined) return [wrong(`Status ${status} is not one of ${Object.keys(byStatus).join(', ')}`)];
			const reference = byStatus[key]?.$ref;
			const response =
				reference === undefined ? byStatus[key] : (resolve(source, reference) as Operation['responses'][string]);
			if (response?.content === undefined) return body === undefined ? [] : [wrong('This answer has no body')];
			const base = reference?.slice(1) ?? `${pointerTo(route, method)}/responses/${key}`;
			return responses.check(`${base}/content/application~1json/schema`, body);
		},
	};
}

/** The schemas of one prepared copy of the document, compiled one by one. */
class Schemas {
	readonly #id: string;
	readonly #prepare: () => Json;
	readonly #compiled = new Map<string, ValidateFunction>();
	#ajv: Ajv2020 | null = null;

	constructor(id: string, prepare: () => Json) {
		this.#id = id;
		this.#prepare = prepare;
	}

	check(pointer: string, value: unknown): Issue[] {
		const validate = this.compile(pointer);
		return validate(value) ? [] : toIssues(validate.errors ?? []);
	}

	compile(pointer: string): ValidateFunction {
		const known = this.#compiled.get(pointer);
		if (known !== undefined) return known;
		const validate = this.#instance().compile({ $ref: `${this.#id}#${pointer}` });
		this.#compiled.set(pointer, validate);
		return validate;
	}

	#instance(): Ajv2020 {
		if (this.#ajv !== null) return this.#ajv;
		const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
		addFormats.default(ajv);
		ajv.addFormat('snowflake', /^(0|[1-9][0-9]{0,19})$/);
		for (const format of ['nonce', 'int32', 'int64', 'double']) ajv.addFormat(format, true);
		ajv.addSchema({ $id: this.#id, ...this.#prepare() });
		this.#ajv = ajv;
		return ajv;
	}
}

const webhook = '/paths/~1webhooks~1{webhook_id}~1{webhook_token}';
const callback = '/paths/~1interactions~1{interaction_id}~1{interaction_token}~1callback/post';
const json = 'content/application~1json/schema';

function compileInTurn(requests: Schemas, responses: Schemas): void {
	const work = [
		() => requests.compile(`${callback}/requestBody/${json}`),
		() => responses.compile(`${callback}/responses/200/${json}`),
		() => requests.compile(`${webhook}~1messages~1@original/patch/requestBody/${json}`),
		() => responses.compile(`${webhook}~1messages~1@original/patch/responses/200/${json}`),
		() => requests.compile(`${webhook}/post/requestBody/${json}`),
	];
	const next = () => {
		work.shift()?.();
		if (work.length > 0) setImmediate(next);
	};
	setImmediate(next);
}

function makeRoute(template: string, operations: Record<string, Operation>): Route {
	const escaped = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '([^/]+)');
	return {
		template,
		operations,
		pattern: new RegExp(`^${escaped}$`),
		literalLength: template.replace(/\{[^}]+\}/g, '').length,
	};
}

function pointerTo(route: Route, method: string): string {
	return `/paths/${route.template.replace(/~/g, '~0').replace(/\//g, '~1')}/${method.toLowerCase()}`;
}

function resolve(source: object, reference: string): unknown {
	let node: unknown = source;
	for (const key of reference.slice(2).split('/')) node = (node as Record<string, unknown>)[key];
	return node;
}

function wrong(message: string): Issue {
	return { path: [], code: 'REQUEST_SHAPE', message };
}

/** Every part must be `files[n]`, and listed where there is a list at all: an edit's list names all that shall be there. */
function multipartIssues({ files, body }: Exchange, content: Record<string, Json>): Issue[] {
	const issues: Issue[] = [];
	if (content['multipart/form-data'] === undefined) issues.push(wrong('This route takes no files'));
	const holder = body as { attachments?: { id: unknown }[]; data?: { attachments?: { id: unknown }[] } };
	const listed = holder.attachments ?? holder.data?.attachments;
	for (const { index, key } of files) {
		if (index === null) issues.push(wrong(`The part \`${key}\` is not named \`files[n]\``));
		else if (listed && !listed.some((it) => String(it.id) === index)) {
			issues.push(wrong(`\`files[${index}]\` has no entry in \`attachments\``));
		}
	}
	return issues;
}

const codes: Record<string, string> = {
	required: 'BASE_TYPE_REQUIRED',
	maxLength: 'BASE_TYPE_MAX_LENGTH',
	minLength: 'BASE_TYPE_MIN_LENGTH',
	maxItems: 'BASE_TYPE_BAD_LENGTH',
	minItems: 'BASE_TYPE_BAD_LENGTH',
	maximum: 'NUMBER_TYPE_MAX',
	minimum: 'NUMBER_TYPE_MIN',
	enum: 'BASE_TYPE_CHOICES',
	additionalProperties: 'UNKNOWN_FIELD',
};

function toIssues(errors: ErrorObject[]): Issue[] {
	// Branches that merely hold others say nothing of their own.
	const telling = errors.filter(({ keyword }) => !['if', 'oneOf', 'anyOf', 'allOf'].includes(keyword));
	return (telling.length > 0 ? telling : errors).slice(0, maxIssues).map((error) => {
		const path = error.instancePath
			.split('/')
			.slice(1)
			.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
		const extra: unknown = error.params.additionalProperty ?? error.params.missingProperty;
		return {
			path: typeof extra === 'string' ? [...path, extra] : path,
			code: codes[error.keyword] ?? 'BASE_TYPE_INVALID',
			message: error.message ?? error.keyword,
		};
	});
}
