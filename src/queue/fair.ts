/**
 * Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) in two levels: between lanes (guilds), and between the members of
 * a lane. Every job has a start tag on its lane's scale; painters take the smallest. Costs and tags are tenths of a second of
 * painter time. A lane that floods gains nobody more than one job's length over another one that waits.
 */
export interface WaitingJob {
	id: string;
	cost: number;
	startTag: number;
	memberTag: number;
	createdAt: Date;
}

export interface LaneClocks {
	/** The largest start tag that any painter has taken. */
	clock: number;
	/** Where the lane's last taken job ends. */
	served: number;
	/** The largest member tag taken from the lane. */
	memberClock: number;
}

/** Gives a new job its tag among the members of its lane: after the member's own last one, and not before what was served. */
export function memberTagOf(clocks: LaneClocks, memberFinish: number): number {
	return Math.max(clocks.memberClock, memberFinish);
}

/**
 * Lays out a lane's waiting jobs one after the other in the order of their member tags. The lane begins where it stood: its
 * oldest waiting tag, or, when nothing waited, where its last job ended or the clock of all is now.
 *
 * @returns the start tag of each job by id
 */
export function layOut(
	waiting: WaitingJob[],
	clocks: LaneClocks,
	isNew: (job: WaitingJob) => boolean,
): Map<string, number> {
	const old = waiting.filter((job) => !isNew(job));
	let next = old.length > 0 ? Math.min(...old.map((job) => job.startTag)) : Math.max(clocks.clock, clocks.served);
	const ordered = waiting.toSorted(
		(a, b) => a.memberTag - b.memberTag || a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1),
	);
	return new Map(
		ordered.map((job) => {
			const startTag = next;
			next += job.cost;
			return [job.id, startTag];
		}),
	);
}
