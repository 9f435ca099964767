import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiscordAPIError } from 'discord.js';
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../src/db/client.ts';
import { takeGeneration } from '../../src/db/generations.ts';
import { markDelivered } from '../../src/db/outbox.ts';
import { generations, images, outbox, usage } from '../../src/db/schema.ts';
import { ImageStore } from '../../src/images/store.ts';
import { accept } from '../../src/queue/accept.ts';
import type { Jobs } from '../../src/queue/jobs.ts';
import { settlePainted } from '../../src/queue/settle.ts';
import type { Recipe } from '../../src/recipe.ts';
import { originOf, recipe, wish } from './queue.ts';

/** A folder of pictures for the tests of one file. */
export async function makeStore(): Promise<{ store: ImageStore; remove(): Promise<void> }> {
	const folder = await mkdtemp(join(tmpdir(), 'atelier-holdings-'));
	return { store: new ImageStore(folder), remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface Books {
	db: Db;
	jobs: Jobs;
	memberWaiting: number;
	store: ImageStore;
}

export interface Wanted {
	userId: string;
	guildId?: string | null;
	recipe?: Partial<Recipe>;
	parentImageId?: string;
	daysAgo?: number;
	shown?: 'open' | 'spoiler' | 'withheld' | null;
	bytes?: (position: number) => Uint8Array;
	/** How far it goes: `posted` unless given. */
	until?: 'queued' | 'running' | 'painted' | 'posted';
}

let messages = 0;

/** Asks for pictures and sees them through to the message that shows them; answers the generation's id. */
export async function hold(books: Books, wanted: Wanted): Promise<string> {
	const { userId, guildId = '700', daysAgo = 0, until = 'posted' } = wanted;
	const { generation } = await accept({ ...books, memberWaiting: 100 }, originOf({ userId, guildId }), {
		...wish,
		recipe: { ...recipe, ...wanted.recipe },
		...(wanted.parentImageId !== undefined && { parentImageId: wanted.parentImageId }),
	});
	const { id } = generation;
	if (daysAgo > 0) {
		const createdAt = sql`now() - make_interval(days => ${daysAgo})`;
		await books.db.update(generations).set({ createdAt }).where(eq(generations.id, id));
		await books.db.update(usage).set({ createdAt }).where(eq(usage.generationId, id));
	}
	if (until === 'queued') return id;
	const job = (await books.jobs.take(100))!;
	const taken = (await takeGeneration(books.db, job.generationId))!;
	if (taken.id !== id) throw new Error(`Expected to take ${id}, got ${taken.id}`);
	if (until === 'running') return id;
	await paint(books, job, taken, wanted.bytes);
	const { shown = 'open' } = wanted;
	await books.db.update(images).set({ shown }).where(eq(images.generationId, id));
	if (until === 'painted') return id;
	await markDelivered(books.db, { generationId: id, attempts: 0 }, String(10_000 + messages++));
	return id;
}

/** Finishes what was taken. */
export async function paint(
	books: Books,
	job: NonNullable<Awaited<ReturnType<Jobs['take']>>>,
	taken: NonNullable<Awaited<ReturnType<typeof takeGeneration>>>,
	bytes: (position: number) => Uint8Array = () => Uint8Array.of(1, 2, 3),
): Promise<boolean> {
	const { width, height, seeds } = taken.recipe;
	const pictures = seeds.map((seed, i) => ({ seed, width, height, bytes: bytes(i), sha256: 'a'.repeat(64) }));
	return settlePainted(books, job, taken, pictures, { paintMs: 1, runMs: 1, rateMs: 0 });
}

/** The message that shows a generation. */
export async function messageOf(db: Db, id: string): Promise<string | null | undefined> {
	return (await db.select().from(outbox).where(eq(outbox.generationId, id)))[0]?.messageId;
}

/** A Discord that only deletes messages; `answers` come first. */
export class Eraser {
	readonly deleted: string[] = [];
	readonly answers: (() => Error | undefined)[] = [];

	async delete(route: string): Promise<void> {
		const error = this.answers.shift()?.();
		if (error) throw error;
		this.deleted.push(route.split('/').at(-1)!);
	}
}

/** What Discord answers when it does not do what was asked. */
export function discordError(code: number, status: number): DiscordAPIError {
	return new DiscordAPIError({ code, message: 'no' }, code, status, 'DELETE', 'http://localhost', {});
}
