import { z } from 'zod';

/** What a button, select or modal does. Short, because they are kept in messages for ever: never give one a new meaning. */
export const verbs = [
	'up',
	'vary',
	'vary-subtle',
	'vary-strong',
	'hires',
	'pan-left',
	'pan-up',
	'pan-right',
	'pan-down',
	'zoom-out',
	'reroll',
	'edit',
	'remix',
	'delete',
	'cancel',
	'why',
	'panel',
	'set',
	'unset',
	'report',
	'case',
	'case-keep',
	'case-remove',
	'case-remove-all',
	'case-warn',
	'case-timeout',
	'case-ban',
	'case-undo',
	'audit',
	'audit-newer',
	'audit-undo',
	'mydata',
	'export',
	'erase',
	'erase-now',
	'paint-all',
	'paint-none',
	'held-approve',
	'held-refuse',
	'draw',
	'draw-sent',
	'up-by',
] as const;
export type Verb = (typeof verbs)[number];

export interface Press {
	verb: Verb;
	/** What it is about: a generation's id, or what the verb makes of it. */
	id: string;
	/** Which picture of the generation, from 0; absent where the verb is about all of them. Other verbs count otherwise. */
	position?: number;
}

/** Discord's limit for a `customId`. */
const longest = 100;

const pressSchema = z.tuple([
	z.literal('v1'),
	z.enum(verbs),
	z.string().regex(/^[\w-]{1,64}$/),
	z.coerce.number().int().min(0).max(999_999_999).optional(),
]);

/** Writes `v1:<verb>:<id>[:<position>]`. All else about a press is in the database, so that buttons live for ever. */
export function encodePress({ verb, id, position }: Press): string {
	const customId = ['v1', verb, id, ...(position === undefined ? [] : [position])].join(':');
	if (customId.length > longest)
		throw new RangeError(`Expected a customId of at most ${longest} characters, got ${customId}`);
	return customId;
}

/** Reads a `customId` back; `undefined` when it is none of ours. */
export function decodePress(customId: string): Press | undefined {
	const result = pressSchema.safeParse(customId.split(':'));
	if (!result.success) return undefined;
	const [, verb, id, position] = result.data;
	return { verb, id, ...(position !== undefined && { position }) };
}
