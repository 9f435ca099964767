import { resolve } from 'node:path';
import type { ModelFolder } from '../../src/model/folder.ts';
import { type Case, findCases, folderOf, readCase } from './case.ts';
import { networkCheckers } from './network-cases.ts';
import { pictureCheckers } from './picture-cases.ts';
import { pipelineCheckers } from './pipeline-cases.ts';
import { Workshop } from './workshop.ts';

/** What comes of a case: how far off we are, or why we cannot tell. */
export type Outcome = { covered: true; error: number; remark?: string } | { covered: false; reason: string };

export type Checker = (item: Case, bench: { model: ModelFolder; workshop: Workshop }) => Promise<Outcome>;

export interface Row {
	name: string;
	kind: string;
	tolerance: number;
	outcome: Outcome;
	/** Covered and within its tolerance. */
	agrees: boolean;
}

/** Every kind of case that we can check; another kind is reported as not covered. */
export const checkers: Readonly<Record<string, Checker>> = {
	...networkCheckers,
	...pipelineCheckers,
	...pictureCheckers,
};

/**
 * Checks every case of a folder, one after another.
 *
 * @param options.model A model folder for cases whose own does not exist.
 * @param options.say Takes lines for people.
 * @param options.onRow Is told of each case as it is done.
 * @throws {SetupError} if the folder, a case or a model is not as it should be.
 */
export async function checkFolder(
	folder: string,
	{
		model,
		say = () => {},
		onRow = () => {},
	}: { model?: string; say?: (line: string) => void; onRow?: (row: Row) => void } = {},
): Promise<Row[]> {
	const workshop = new Workshop(model, say);
	const rows: Row[] = [];
	try {
		const cases = await Promise.all((await findCases(folder)).map((path) => readCase(path, folder)));
		for (const item of cases) {
			// tokens do not name their model: it is that of the cases beside them
			const own = item.model ?? cases.find((other) => other.model !== undefined && besides(other, item))?.model;
			const outcome = await check({ ...item, model: own }, workshop);
			const agrees = outcome.covered && outcome.error <= item.tolerance;
			const row = { name: item.name, kind: item.kind, tolerance: item.tolerance, outcome, agrees };
			rows.push(row);
			onRow(row);
		}
		return rows;
	} finally {
		await workshop.close();
	}
}

async function check(item: Case, workshop: Workshop): Promise<Outcome> {
	const checker = checkers[item.kind];
	if (!checker) return { covered: false, reason: `kind \`${item.kind}\`` };
	const path = await workshop.find(item);
	// samplers have a `config` too, which is no folder
	const { config } = item.parameters;
	const settings = typeof config === 'string' ? resolve(folderOf(item), config) : undefined;
	return checker(item, { model: await workshop.model(path, settings), workshop });
}

function besides(a: Case, b: Case): boolean {
	const folder = (name: string) => name.slice(0, name.lastIndexOf('/') + 1);
	return folder(a.name) === folder(b.name);
}
