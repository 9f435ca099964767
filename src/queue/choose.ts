/** A waiting job: of all that want its model, the one whose turn comes first. */
export interface Head {
	model: string;
	/** The larger, the sooner is its turn. */
	priority: number;
	createdAt: Date;
	/** Estimated painter time, in tenths of a second. */
	cost: number;
}

/** What a painter has open, and how far it went out of turn. */
export interface Bench {
	isLoaded(model: string): boolean;
	/** Painter time that it gave to jobs out of turn since it last took the one whose turn it was, in tenths of a second. */
	overtaken: number;
	/** How much of that it may. */
	mostOvertaken: number;
}

/**
 * How much work may go out of turn for each load of a model that this puts off: with two models in turns, at least four fifths of the
 * time are painting, and nobody waits longer for it than four loads.
 */
const workPerLoad = 4;

/** Says how much work a painter may do out of turn that took `loadMs` to open its last model, in tenths of a second. */
export function mostOvertaken(loadMs: number): number {
	return (workPerLoad * loadMs) / 100;
}

/**
 * Chooses among the first job of each model. Turns are kept, with one exception: while opening the model of the next job would
 * cost more than it is fair to wait, jobs of the models that are open go before it, within a bound. So neither those are starved nor
 * those of the other models, and no model is opened for every single job.
 */
export function chooseHead<H extends Head>(
	heads: readonly H[],
	bench: Bench,
): { head: H; isOutOfTurn: boolean } | undefined {
	const inTurn = heads.toSorted((a, b) => b.priority - a.priority || a.createdAt.getTime() - b.createdAt.getTime());
	const [first] = inTurn;
	if (!first) return undefined;
	const open = inTurn.find(({ model }) => bench.isLoaded(model));
	const isOutOfTurn = open !== undefined && open !== first && bench.overtaken + open.cost <= bench.mostOvertaken;
	return { head: isOutOfTurn ? open : first, isOutOfTurn };
}
