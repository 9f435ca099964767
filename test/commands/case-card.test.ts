import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSearch, encodeSearch } from '../../src/commands/audit-page.ts';
import { auditActions } from '../../src/commands/audit-words.ts';
import { caseCard } from '../../src/commands/case-card.ts';
import type { CaseFile } from '../../src/commands/case-file.ts';
import { decodePress, encodePress } from '../../src/commands/custom-id.ts';
import { recipe } from '../support/queue.ts';

const now = new Date();
const id = 'a'.repeat(20);
const [userId, guildId] = ['1'.repeat(20), '2'.repeat(20)];

/** A case with as much in it as there can be. */
function fullCase(prompt: string, reason: string): CaseFile {
	const generation = {
		id,
		userId,
		guildId,
		channelId: '3'.repeat(20),
		createdAt: now,
		deletedAt: null,
		request: { prompt, negative: prompt },
		recipe: { ...recipe, prompt, seeds: Array(4).fill(Number.MAX_SAFE_INTEGER) },
	} as unknown as CaseFile['generation'];
	const image = {
		position: 3,
		shown: 'spoiler',
		ratings: { general: 1 / 3, sensitive: 1 / 3, questionable: 1 / 6, explicit: 1 / 6 },
	} as unknown as CaseFile['images'][number];
	const entry = {
		action: 'remove-all',
		actorId: userId,
		userId,
		createdAt: now,
		after: { generations: [id, id] },
	} as unknown as CaseFile['history'][number];
	const sanction = { kind: 'timeout', actorId: userId, expiresAt: now } as unknown as CaseFile['sanctions'][number];
	return {
		card: { generationId: id, guildId, state: 'open', decisions: 999 } as CaseFile['card'],
		generation,
		images: Array(4).fill(image),
		reports: Array(30).fill({ userId, reason, createdAt: now }),
		reportedBefore: 99,
		sanctions: [sanction, sanction],
		descendants: 999,
		parent: { generation, messageId: userId },
		messageId: userId,
		history: Array(5).fill(entry),
		undoable: entry,
	};
}

/** Every text of a message, nested ones too. */
const textsIn = (it: unknown): string[] =>
	Array.isArray(it)
		? it.flatMap(textsIn)
		: typeof it === 'object' && it !== null
			? Object.entries(it).flatMap(([key, value]) => (key === 'content' ? [String(value)] : textsIn(value)))
			: [];

describe('a card', () => {
	const hostile = fc.oneof(
		fc.string({ maxLength: 2000 }),
		fc
			.constantFrom('*', '@everyone ', '||`_', '\n# ', 'https://a.b ', '<@1>', '😀', '[a](https://b)')
			.map((s) => s.repeat(500)),
	);

	test('stays within Discord’s 4,000 characters and pings nobody, whatever was written', () => {
		fc.assert(
			fc.property(hostile, hostile, (prompt, reason) => {
				const texts = textsIn(caseCard(fullCase(prompt, reason.slice(0, 500)), { files: [], missing: [] }));
				const all = texts.join('\n');
				expect(all.length).toBeLessThanOrEqual(4000);
				expect(all).not.toMatch(/@(everyone|here)/);
				expect(all.replaceAll(`<@${userId}>`, '')).not.toMatch(/(?<!\\)<@/);
			}),
			{ numRuns: 200 },
		);
	});
});

test('a search of the log fits into a press, and is read back as it was', () => {
	const snowflake = fc.option(fc.constantFrom('1'.repeat(17), '9'.repeat(20)), { nil: undefined });
	const action = fc.option(fc.constantFrom(...Object.keys(auditActions)), { nil: undefined });
	const searches = fc.record({
		show: fc.constantFrom('actions' as const, 'reports' as const),
		byId: snowflake,
		aboutId: snowflake,
		action,
	});
	fc.assert(
		fc.property(searches, fc.nat(9999), (search, page) => {
			const press = decodePress(encodePress({ verb: 'audit-newer', id: encodeSearch(search), position: page }));
			expect(press?.position).toBe(page);
			expect(decodeSearch(press!.id)).toEqual(search);
		}),
	);
});
