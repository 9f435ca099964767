import { type PlaceKind, places } from './door-places.ts';

/** What is asked for, and what a channel allows at most, from what everyone may see upwards. */
export const ratings = ['safe', 'sensitive', 'nsfw', 'explicit'] as const;
export type Rating = (typeof ratings)[number];
/** `nothing`: the bot does not draw there, or there is no such channel any more. */
export type Allowed = Rating | 'nothing';

/** What is in the picture, whatever was asked for. `young`: explicit, with a child; `unrated`: the tagger is dead. */
export const truths = [...ratings, 'young', 'unrated'] as const;
export type Truth = (typeof truths)[number];

/**
 * Every way in. A *wish* ends in a new picture, a *show* in one that is there already; `of` are the commands and verbs that it goes
 * through. `asks` says which ratings can be asked for there, where not all can; some need a server of their own.
 */
export const doors = {
	'option rating': { kind: 'wish', of: ['/imagine'] },
	'flag --rating': { kind: 'wish', of: ['/imagine'] },
	'typed tag': { kind: 'wish', of: ['/imagine'] },
	'typed tag, weighted': { kind: 'wish', of: ['/imagine'] },
	'typed tag, spelled out': { kind: 'wish', of: ['/imagine'], asks: ['nsfw', 'explicit'] },
	'typed words': { kind: 'wish', of: ['/imagine'], asks: ['nsfw', 'explicit'] },
	'typed tag, under hostile defaults': { kind: 'wish', of: ['/imagine'], inOwnServer: true },
	'wildcard of the server': { kind: 'wish', of: ['/imagine'], inOwnServer: true },
	'held by a rule, let through': { kind: 'wish', of: ['/imagine', 'held-approve'], inOwnServer: true },
	'over a picture of theirs': { kind: 'wish', of: ['/imagine'] },
	'a part of ours': { kind: 'wish', of: ['/inpaint'] },
	'again, by ID': { kind: 'wish', of: ['/reproduce'] },
	'again, by a text from elsewhere': { kind: 'wish', of: ['/reproduce'] },
	'again, from the menu': { kind: 'wish', of: ['Reproduce'] },
	'tags of a description': { kind: 'wish', of: ['draw-sent'] },
	U: { kind: 'wish', of: ['up'] },
	'U, upscaler chosen': { kind: 'wish', of: ['up-by'] },
	V: { kind: 'wish', of: ['vary'] },
	'V, subtle': { kind: 'wish', of: ['vary-subtle'] },
	'V, strong': { kind: 'wish', of: ['vary-strong'] },
	'✨': { kind: 'wish', of: ['hires'] },
	'⬅️': { kind: 'wish', of: ['pan-left'] },
	'⬆️': { kind: 'wish', of: ['pan-up'] },
	'➡️': { kind: 'wish', of: ['pan-right'] },
	'⬇️': { kind: 'wish', of: ['pan-down'] },
	'🔍': { kind: 'wish', of: ['zoom-out'] },
	'🔄': { kind: 'wish', of: ['reroll'] },
	'✏️ typed tag': { kind: 'wish', of: ['edit', 'remix'] },
	'✏️ flag': { kind: 'wish', of: ['edit', 'remix'] },
	'U of what came out so': { kind: 'show', of: ['up'] },
	'V of what came out so': { kind: 'show', of: ['vary'] },
	'U again, by another': { kind: 'show', of: ['up'] },
	'Why?, by the author': { kind: 'show', of: ['why'] },
	'Why?, by a moderator': { kind: 'show', of: ['why'] },
	'🚩, card in a plain channel': { kind: 'show', of: ['report'], inOwnServer: true },
	'🚩, card in an age-restricted channel': { kind: 'show', of: ['report'], inOwnServer: true },
	'menu, card in a plain channel': { kind: 'show', of: ['Report to moderators', 'report'], inOwnServer: true },
	'case, opened privately': { kind: 'show', of: ['case'] },
	'removed, undone from its card': { kind: 'show', of: ['case-remove', 'case-undo'] },
	'removed, undone from the log': { kind: 'show', of: ['/audit', 'audit-undo'] },
	export: { kind: 'show', of: ['/mydata', 'export'] },
} as const satisfies Record<string, Way>;
export type Door = keyof typeof doors;
export const doorNames = Object.keys(doors) as Door[];
export const wayOf = (door: Door): Way => doors[door];

interface Way {
	kind: 'wish' | 'show';
	of: readonly string[];
	asks?: readonly Rating[];
	inOwnServer?: true;
}

/**
 * Commands and verbs that the table does not go through, since they show no picture and start none, or, `paint-all`, start many at
 * once: `test/house/doors.test.ts` goes through each. What is neither here nor in a door makes a test fail.
 */
export const quiet: readonly string[] = [
	...['/settings', '/usage', '/about', '/describe', 'Describe', 'draw', 'paint-all', 'paint-none', 'held-refuse'],
	...['delete', 'cancel', 'panel', 'set', 'unset', 'audit', 'audit-newer', 'mydata', 'erase', 'erase-now'],
	...['case-keep', 'case-remove-all', 'case-warn', 'case-timeout', 'case-ban'],
];

/** The options of commands behind which pictures are: those that carry a wish are driven, the others only say how it is drawn. */
export const knownOptions: Record<string, readonly string[]> = {
	'/imagine': [
		...['prompt', 'rating', 'image'],
		...['negative', 'quality', 'year', 'aesthetic', 'preset', 'style', 'aspect', 'steps', 'guidance', 'strength'],
		...['hires', 'sampler', 'schedule', 'syntax', 'clipskip', 'model', 'lora', 'seed', 'best', 'count'],
	],
	'/inpaint': ['message', 'mask', 'prompt', 'number', 'picture', 'negative', 'strength', 'count'],
	'/reproduce': ['image', 'recipe'],
};

/** What a place comes to while something waits: the highest rating, and whether Discord says that it is age-restricted. */
export interface Holds {
	allows: Allowed;
	isFlagged: boolean;
}

/** What happens between a press and the last word on it, or between a picture and the press that would show it again. */
interface Moment {
	/** In what state the wish is then. */
	when: 'waiting' | 'painting' | 'painted';
	/** Where it can happen at all. */
	can: (kind: PlaceKind) => boolean;
	holds: (kind: PlaceKind) => Holds;
	/** It cannot be shown again there: nobody can press anything. */
	endsPlace?: true;
	/** It changes a whole server. */
	ofServer?: true;
}

const inServer = ({ base }: PlaceKind) => base !== 'dm' && base !== 'foreign';
/** Every channel of such a server is age-restricted, the moderators' too. */
const isCounted = ({ isAdultServer = false, server }: PlaceKind) => isAdultServer && server?.adultGuild === true;
const isFlaggedItself = (kind: PlaceKind) => inServer(kind) && kind.nsfw === true;
const capped = (a: Allowed, b: Allowed): Allowed =>
	a === 'nothing' || b === 'nothing' ? 'nothing' : rank(a) < rank(b) ? a : b;
/** What a channel's setting leaves of what Discord allows. */
const within = ({ setting = 'explicit' }: PlaceKind, discord: Rating): Allowed =>
	capped(setting === 'unknown' ? 'safe' : setting, discord);
const unchanged = ({ allows, isFlagged }: PlaceKind): Holds => ({ allows, isFlagged });
const cleared = (kind: PlaceKind): Holds => ({ allows: within(kind, 'sensitive'), isFlagged: false });

export const moments = {
	'nothing happens': { when: 'painting', can: () => true, holds: unchanged },
	'flag cleared': { when: 'painting', can: isFlaggedItself, holds: cleared },
	'flag cleared, when it is painted': { when: 'painted', can: isFlaggedItself, holds: cleared },
	'flag cleared, and the token is dead': { when: 'painted', can: isFlaggedItself, holds: cleared },
	'flag set': {
		when: 'painting',
		can: (kind) => inServer(kind) && !kind.isFlagged && kind.setting !== 'unknown',
		holds: (kind) => ({ allows: within(kind, 'explicit'), isFlagged: true }),
	},
	'ceiling lowered to safe': {
		when: 'painting',
		can: (kind) => inServer(kind) && kind.setting !== 'unknown',
		holds: (kind) => ({ allows: capped(kind.allows, 'safe'), isFlagged: kind.isFlagged }),
	},
	'ceiling lowered to safe, while it waits': {
		when: 'waiting',
		can: (kind) => inServer(kind) && kind.setting !== 'unknown',
		holds: (kind) => ({ allows: capped(kind.allows, 'safe'), isFlagged: kind.isFlagged }),
	},
	'drawing stopped': {
		when: 'painting',
		can: (kind) => inServer(kind) && kind.setting !== 'unknown',
		holds: ({ isFlagged }) => ({ allows: 'nothing', isFlagged }),
	},
	'server’s level taken away': {
		when: 'painting',
		can: (kind) => kind.server?.adultGuild === true,
		holds: cleared,
		ofServer: true,
	},
	'server’s level no longer counted': {
		when: 'painting',
		can: (kind) => kind.server?.adultGuild === true,
		holds: cleared,
		ofServer: true,
	},
	'bot removed': {
		when: 'painting',
		can: (kind) => inServer(kind) && kind.server?.draws !== false,
		holds: (kind) => ({ allows: capped(kind.allows, 'safe'), isFlagged: false }),
		endsPlace: true,
		ofServer: true,
	},
	'channel deleted': {
		when: 'painting',
		can: inServer,
		holds: () => ({ allows: 'nothing', isFlagged: false }),
		endsPlace: true,
	},
} as const satisfies Record<string, Moment>;
export type MomentName = keyof typeof moments;
export const momentNames = Object.keys(moments) as MomentName[];
export const momentOf = (name: MomentName): Moment => moments[name];

/** One case of the table. */
export interface Cell {
	door: Door;
	place: string;
	wanted: Rating;
	truth: Truth;
	moment: MomentName;
}

/** What has to come of a cell, by rules that a member could say. Nothing here asks the gate. */
export interface Expected {
	/** What holds when it is asked for, and at the end. */
	before: Holds;
	after: Holds;
	/** Refused at once: privately, and nothing is booked. */
	isRefused: boolean;
	/** It may be ended instead, with a request to ask again: a member's picture that nobody has looked at, where less is allowed now. */
	mayEnd: boolean;
	/** The picture is seen at the end: in the channel by a wish, and by who pressed (or in the moderators' channel) by a show. */
	isSeen: boolean;
}

/** Says what has to come of a cell; `undefined` where it cannot be, or says no more than another one. */
export function expectedOf({ door, place, wanted, truth, moment }: Cell): Expected | undefined {
	const kind = places[place]!;
	const step = momentOf(moment);
	const way = wayOf(door);
	if (!step.can(kind) || (way.asks && !way.asks.includes(wanted)) || (way.inOwnServer && !inServer(kind)))
		return undefined;
	const before = unchanged(kind);
	const after = step.holds(kind);
	const words = (holds: Holds) => holds.allows !== 'nothing' && rank(wanted) <= rank(holds.allows);
	const picture = (holds: Holds) => isRating(truth) && holds.allows !== 'nothing' && rank(truth) <= rank(holds.allows);
	if (way.kind === 'wish') {
		const isRefused = !words(before);
		// What is refused is never painted: one cell says it all.
		if (isRefused && (truth !== 'safe' || moment !== 'nothing happens')) return undefined;
		const isLess = after.allows === 'nothing' || (!isRefused && rank(after.allows) < rank(before.allows as Rating));
		const mayEnd = door === 'over a picture of theirs' && isLess;
		return { before, after, isRefused, mayEnd, isSeen: !isRefused && words(after) && picture(after) };
	}
	// What is shown again was asked for and painted before.
	if (!words(before) || step.endsPlace || step.when !== 'painting') return undefined;
	const wasShown = picture(before);
	const see = (isSeen: boolean, isRefused = false): Expected => ({ before, after, isRefused, isSeen, mayEnd: false });
	const isStill = moment === 'nothing happens';
	switch (door) {
		case 'U of what came out so':
		case 'V of what came out so':
		case 'U again, by another': {
			const may = words(after) && picture(after);
			const isElse = door !== 'U again, by another' || kind.base !== 'dm';
			return wasShown && isElse ? see(may, !may) : undefined;
		}
		case 'Why?, by the author':
			return wasShown ? undefined : see(false);
		case 'Why?, by a moderator':
			return wasShown || kind.base === 'dm' ? undefined : see(moderatorsMaySee(truth, after));
		case '🚩, card in a plain channel':
		case 'menu, card in a plain channel':
			return wasShown && isStill && inServer(kind)
				? see(moderatorsMaySee(truth, { allows: 'sensitive', isFlagged: isCounted(kind) }))
				: undefined;
		case '🚩, card in an age-restricted channel':
			return wasShown && isStill && inServer(kind)
				? see(moderatorsMaySee(truth, { allows: 'explicit', isFlagged: true }))
				: undefined;
		case 'case, opened privately':
			return wasShown && inServer(kind) ? see(moderatorsMaySee(truth, after)) : undefined;
		case 'removed, undone from its card':
		case 'removed, undone from the log':
			return wasShown && inServer(kind) ? see(words(after) && picture(after)) : undefined;
		case 'export':
			return isStill ? see(wasShown) : undefined;
		default:
			throw new Error(`Expected ${door} to be a show`);
	}
}

/** Moderators look at what a channel's setting withholds, but Discord's own flag holds for them too, and the floor. */
function moderatorsMaySee(truth: Truth, { isFlagged }: Holds): boolean {
	return isRating(truth) && (isFlagged || rank(truth) <= rank('sensitive'));
}

/** Every cell that can be and says something of its own. */
export function allCells(): Cell[] {
	return doorNames.flatMap((door) =>
		Object.keys(places).flatMap((place) =>
			ratings.flatMap((wanted) =>
				truths.flatMap((truth) =>
					momentNames
						.map((moment): Cell => ({ door, place, wanted, truth, moment }))
						.filter((cell) => expectedOf(cell) !== undefined),
				),
			),
		),
	);
}

/**
 * Chooses cells so that every combination of `strength` columns that can be is in one of them: 2 is all pairs, 3 all triples.
 *
 * @param random numbers from 0 to 1, which decide between equals
 */
export function covering(cells: readonly Cell[], strength: number, random: () => number): Cell[] {
	const columns = ['door', 'place', 'wanted', 'truth', 'moment'] as const;
	if (strength >= columns.length) return [...cells];
	const choices = choose(columns, strength);
	const shuffled = cells.map((cell) => ({ cell, at: random() })).toSorted((a, b) => a.at - b.at);
	const covered = new Set<string>();
	const chosen: Cell[] = [];
	// Those that bring much that is new come first.
	for (let least = choices.length; least > 0; least--)
		for (const { cell } of shuffled) {
			const fresh = choices
				.map((names) => names.map((name) => `${name}=${cell[name]}`).join(' '))
				.filter((key) => !covered.has(key));
			if (fresh.length < least) continue;
			for (const key of fresh) covered.add(key);
			chosen.push(cell);
		}
	return chosen;
}

function choose<T>(from: readonly T[], count: number): T[][] {
	if (count === 0) return [[]];
	return from.flatMap((first, i) => choose(from.slice(i + 1), count - 1).map((rest) => [first, ...rest]));
}

/** 0 for `safe`, 3 for `explicit`. */
export function rank(rating: Rating): number {
	return ratings.indexOf(rating);
}

export function isRating(truth: Truth): truth is Rating {
	return truth !== 'young' && truth !== 'unrated';
}

export const titleOf = ({ door, place, wanted, truth, moment }: Cell) =>
	`${door} | ${place} | asks ${wanted} | shows ${truth} | ${moment}`;
