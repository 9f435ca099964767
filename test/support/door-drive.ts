import type { APIMessage } from 'discord-api-types/v10';
import { and, desc, eq } from 'drizzle-orm';
import { unzipSync } from 'fflate';
import { encodePress, type Verb } from '../../src/commands/custom-id.ts';
import { findByInteraction, findGeneration, type Generation } from '../../src/db/generations.ts';
import { findDelivery } from '../../src/db/outbox.ts';
import { audit, cards, generations, reports, usage } from '../../src/db/schema.ts';
import type { SeenInPicture } from '../../src/pipeline/protocol.ts';
import type { FileValue, InteractionHandle, OptionValue } from '../../src/standin/index.ts';
import { makePng } from '../standin/support/png.ts';
import { type Appearance, appearancesIn } from './door-files.ts';
import { type Cell, type Expected, expectedOf, momentOf, type Rating, rank, type Truth, wayOf } from './door-table.ts';
import { picturesWanted, refusalFaults, withheldFaults } from './door-words.ts';
import { closeSpot, happen, heldWord, leaveSpot, makeSpot, type Spot } from './door-world.ts';
import { textOf } from './page.ts';
import { rated, type Workshop } from './workshop.ts';

/** What a tagger says of a picture with this in it; nothing where it is dead. */
const seen: Record<Truth, SeenInPicture | undefined> = {
	safe: { ratings: rated({ general: 0.95, sensitive: 0.05 }), youthTags: {} },
	sensitive: { ratings: rated({ general: 0.1, sensitive: 0.9 }), youthTags: {} },
	nsfw: { ratings: rated({ sensitive: 0.2, questionable: 0.8 }), youthTags: {} },
	explicit: { ratings: rated({ questionable: 0.1, explicit: 0.9 }), youthTags: {} },
	young: { ratings: rated({ explicit: 0.9, sensitive: 0.1 }), youthTags: { child: 0.9 } },
	unrated: undefined,
};

const words: Partial<Record<Rating, string>> = { nsfw: 'nude', explicit: 'sex' };
/** In every prompt, and in nothing that everybody reads where the picture is not shown. */
export const mark = 'blue hair';
const prompt = (asked: string) => `1girl, ${asked}, ${mark}`;
const upload = (name: string): FileValue => ({ name, contentType: 'image/png', bytes: makePng(128, 128, 1) });
const patienceMs = 20_000;
/** Discord's code for a channel that is not there. */
const unknownChannel = 10003;
/** Discord's number for an answer with a message. */
const answeredAtOnce = 4;
/** Its flag of a message that only says that the bot is thinking. */
const isLoading = 128;

/** Drives cells of the table through a bot, a stand-in and a database, one after the other. */
export class DoorDrive {
	readonly shop: Workshop;
	readonly #options: Record<string, OptionValue>;
	#truth: Truth = 'safe';
	/** What is really in each picture that was ever painted. */
	readonly #truths = new Map<string, Truth>();
	#plan: Plan | undefined;
	/** Interactions whose last word was said, and who waits for it. */
	readonly #told = new Set<string>();
	#onTold = () => {};
	#people = 0;

	/** @param options of every /imagine */
	constructor(shop: Workshop, options: Record<string, OptionValue> = {}) {
		this.shop = shop;
		this.#options = { count: 1, ...options };
		shop.seen = ({ id, recipe }) => {
			for (const position of recipe.seeds.keys()) this.#truths.set(`${id}-${position}`, this.#truth);
			return seen[this.#truth];
		};
		shop.meanwhile = async (moment, generation) => {
			if (moment === 'told') {
				this.#told.add(generation.interactionId);
				return this.#onTold();
			}
			const plan = this.#plan;
			if (!plan || plan.spot.channelId !== generation.channelId || momentOf(plan.cell.moment).when !== moment) return;
			this.#plan = undefined;
			await happen(shop, plan.spot, plan.cell.moment);
			if (plan.cell.moment === 'flag cleared, and the token is dead' && plan.handle)
				shop.discord.expireToken(plan.handle);
		};
	}

	/** Drives one cell and says what was wrong about it: nothing, if all is well. */
	async run(cell: Cell, expected = expectedOf(cell)): Promise<string[]> {
		if (!expected) throw new Error('Expected a cell that can be');
		const { shop } = this;
		const said = shop.logged.length;
		const spot = await makeSpot(shop, cell);
		try {
			const faults =
				wayOf(cell.door).kind === 'wish'
					? await this.#wish(cell, expected, spot)
					: await this.#show(cell, expected, spot);
			const failures = shop.logged
				.slice(said)
				.filter(({ message }) => /an interaction failed|will be tried again/.test(message))
				// What the cell before still had to say finds its channel gone.
				.filter(({ facts }) => (facts?.error as { code?: unknown } | undefined)?.code !== unknownChannel)
				.map(({ message, facts }) => `the bot’s log says: ${message} ${String(facts?.error ?? facts?.why)}`);
			return [...faults, ...failures, ...this.#refusedByDiscord()];
		} finally {
			this.#plan = undefined;
			await shop.db.delete(reports);
			leaveSpot(shop, spot);
		}
	}

	async #wish(cell: Cell, expected: Expected, spot: Spot): Promise<string[]> {
		const { shop } = this;
		const source = picturesWanted(cell.door) ? await this.#source(cell, spot, expected) : undefined;
		await closeSpot(shop, spot);
		this.#truth = cell.truth;
		const since = shop.discord.log.at(-1);
		const plan: Plan = { cell, spot };
		this.#plan = plan;
		const handle = await this.#ask(cell, spot, source);
		plan.handle = handle;
		const generation = await this.#ended(handle);
		const appeared = appearancesIn(shop.discord, since);
		const faults = this.#strays(
			appeared,
			(it) => expected.isSeen && !it.isPrivate && it.channelId === spot.channelId && it.generationId === generation?.id,
		);
		if (expected.isRefused) return [...faults, ...(await this.#refused(cell, expected, handle, generation))];
		if (!generation) return [...faults, `was refused: ${privateTextOf(handle)}`];
		faults.push(...this.#recipeFaults(generation, expected));
		const isGone = cell.moment === 'channel deleted';
		const shown = this.#publicOf(spot, generation.id, handle);
		const [bill] = await shop.db.select().from(usage).where(eq(usage.generationId, generation.id));
		const count = generation.recipe.seeds.length;
		if (expected.mayEnd && /Please ask again\. Nothing was charged\./.test(shown.map(textOf).join())) {
			if (appeared.length > 0) faults.push('it was ended, and is shown');
			if (bill?.state !== 'refunded') faults.push(`it was ended, and the bill is ${bill?.state}`);
			return faults;
		}
		if (expected.isSeen) {
			if (appeared.length < count) faults.push(`${appeared.length} of ${count} pictures were shown`);
			if (bill?.state !== 'spent' || bill.pictures !== count) faults.push(`charged ${bill?.state} ${bill?.pictures}`);
			if (shown.length !== 1) faults.push(`${shown.length} messages show it`);
			return faults;
		}
		if (bill?.state !== 'refunded') faults.push(`nothing was shown, and the bill is ${bill?.state} ${bill?.pictures}`);
		if (isGone) return faults;
		if (shown.length !== 1) faults.push(`${shown.length} messages say that it is not shown`);
		if (shown.some((message) => JSON.stringify(message).includes(mark)))
			faults.push('everybody reads what was asked for');
		const note = await this.#noteOn(cell, handle, shown[0]);
		return [...faults, ...withheldFaults(cell, expected, note)];
	}

	async #show(cell: Cell, expected: Expected, spot: Spot): Promise<string[]> {
		const { shop } = this;
		const { discord } = shop;
		const author = cell.door === 'export' ? discord.createUser(`exporter-${++this.#people}`).id : 'mika';
		if (cell.door === 'export' && spot.kind.base === 'dm') {
			spot.channelId = discord.state.dmWith(author).id;
		}
		const source = await this.#source(cell, spot, expected, author);
		if (cell.door === 'U again, by another') {
			const enlarged = discord.user('mika').press(source.message, 'U1');
			await this.#ended(enlarged);
		}
		const isCase = /^(case|removed)/.test(cell.door);
		if (isCase) await this.#report(source.message, 'press');
		if (cell.door.startsWith('removed')) {
			const handle = await this.#forge('sora', spot, 'case-remove', source.generation.id, 0);
			await handle.acked();
			await this.#until(async () => (await findDelivery(shop.db, source.generation.id))?.messageId === null, 'removal');
		}
		await happen(shop, spot, cell.moment);
		const since = discord.log.at(-1);
		const handle = await this.#look(cell, spot, source, author);
		const appeared = appearancesIn(discord, since);
		const isCard = cell.door.includes('card in');
		const isPublic = cell.door.startsWith('removed') || cell.door.endsWith('came out so');
		const isCovered = isCard || cell.door === 'case, opened privately' || cell.door.startsWith('Why?');
		const faults = this.#strays(appeared, (it) => {
			if (!expected.isSeen || (isCovered && !it.isCovered)) return false;
			if (isCard) return it.channelId === spot.logChannelId && !it.isPrivate;
			return it.channelId === spot.channelId && it.isPrivate === !isPublic;
		});
		if (cell.door === 'export') {
			const zipped = zippedIn(discord, handle);
			if (!zipped) faults.push('no archive came');
			else if (zipped.includes(`${source.generation.id}-0`) !== expected.isSeen)
				faults.push(`the archive holds ${zipped.join(', ') || 'no picture'}`);
			return faults;
		}
		if (expected.isSeen && appeared.length === 0) faults.push(`was not shown: ${privateTextOf(handle)}`);
		if (isPublic && this.#publicOf(spot, source.generation.id).length > 1) faults.push('several messages show it');
		if (expected.isRefused)
			faults.push(...refusalFaults(cell, expected.after, privateTextOf(handle), { isPicture: true }));
		return faults;
	}

	/** Asks for a picture by one of the doors. */
	async #ask({ door, wanted }: Cell, spot: Spot, source: Source | undefined): Promise<InteractionHandle> {
		const user = this.shop.discord.user('mika');
		const imagine = (options: Record<string, OptionValue>) =>
			user.slash('imagine', { ...this.#options, ...options }, { channel: spot.channel, unchecked: true });
		const reproduce = (recipe: string) =>
			user.slash('reproduce', { recipe }, { channel: spot.channel, unchecked: true });
		const remix = async (text: string) => {
			const opener = user.press(source!.message, '✏️');
			if ((await opener.acked()) !== 9) return opener;
			return user.submit(opener, { prompt: text });
		};
		const tag = wanted;
		switch (door) {
			case 'option rating':
				return imagine({ prompt: prompt('smile'), rating: wanted });
			case 'flag --rating':
				return imagine({ prompt: `${prompt('smile')} --rating ${wanted}` });
			case 'typed tag':
			case 'typed tag, under hostile defaults':
				return imagine({ prompt: prompt(tag) });
			case 'typed tag, weighted':
				return imagine({ prompt: prompt(`(${tag}:1.3)`), syntax: 'webui' });
			case 'typed tag, spelled out':
				return imagine({ prompt: prompt([...tag].join(' ')) });
			case 'typed words':
				return imagine({ prompt: prompt(words[wanted]!) });
			case 'wildcard of the server':
				return imagine({ prompt: prompt('__mood__') });
			case 'held by a rule, let through':
				return this.#letThrough(imagine({ prompt: prompt(`${tag}, ${heldWord}`) }), spot);
			case 'over a picture of theirs':
				return imagine({ prompt: prompt(tag), image: upload('theirs.png') });
			case 'a part of ours': {
				const message = `https://discord.com/channels/1/2/${source!.message.id}`;
				const options = { message, prompt: prompt(tag), mask: upload('mask.png'), count: 1 };
				return user.slash('inpaint', options, { channel: spot.channel, unchecked: true });
			}
			case 'again, by ID':
				return reproduce(source!.generation.id);
			case 'again, by a text from elsewhere':
				return reproduce(
					`${prompt(tag)}\nNegative prompt: lowres\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 128x128`,
				);
			case 'again, from the menu':
				return user.menu('Reproduce', source!.message, { unchecked: true });
			case 'tags of a description':
				return this.#sendForged(source!.message, prompt(tag));
			case 'U, upscaler chosen': {
				const { upscaler } = this.shop.services.models[0];
				return this.#forge('mika', spot, 'up-by', source!.generation.id, 0, [upscaler!.name]);
			}
			case 'U':
			case 'V':
			case 'V, subtle':
			case 'V, strong':
			case '✨':
			case '⬅️':
			case '⬆️':
			case '➡️':
			case '⬇️':
			case '🔍': {
				const verb = wayOf(door).of[0] as Verb;
				return user.press(source!.message, encodePress({ verb, id: source!.generation.id, position: 0 }));
			}
			case '🔄':
				return user.press(source!.message, '🔄');
			case '✏️ typed tag':
				return remix(prompt(tag));
			case '✏️ flag':
				return remix(`${prompt('smile')} --rating ${wanted} --n 1`);
			default:
				throw new Error(`Expected ${door} to be a wish`);
		}
	}

	/** Looks at a picture that is there by one of the doors, and waits until that is over. */
	async #look({ door }: Cell, spot: Spot, source: Source, author: string): Promise<InteractionHandle> {
		const { db, discord } = this.shop;
		const { message, generation } = source;
		const settled = async (handle: InteractionHandle, when: () => unknown, what: string) => {
			await this.#until(async () => !!(await when()), what);
			return handle;
		};
		const isTold = (handle: InteractionHandle) => () => {
			const { original, followups } = handle;
			return followups.length > 0 || (original && (Number(original.flags) & isLoading) === 0);
		};
		const isBack = async () => {
			if ((await findGeneration(db, generation.id))?.deletedAt !== null) return false;
			return (await findDelivery(db, generation.id))?.state !== 'pending';
		};
		switch (door) {
			case 'U of what came out so':
			case 'V of what came out so': {
				const handle = discord.user(author).press(message, `${door[0]}1`);
				await this.#ended(handle);
				return handle;
			}
			case 'U again, by another': {
				const handle = discord.user('ren').press(message, 'U1');
				return settled(handle, () => handle.followups.length > 0 || isRefusedAtOnce(handle), door);
			}
			case 'Why?, by the author':
			case 'Why?, by a moderator': {
				const handle = discord.user(door.endsWith('author') ? author : 'sora').press(message, 'Why?');
				return settled(handle, isTold(handle), door);
			}
			case '🚩, card in a plain channel':
			case '🚩, card in an age-restricted channel':
			case 'menu, card in a plain channel': {
				const handle = await this.#report(message, door.startsWith('menu') ? 'menu' : 'press');
				const isPosted = async () =>
					((await db.select().from(cards).where(eq(cards.generationId, generation.id)))[0]?.shownVersion ?? 0) > 0;
				return settled(handle, isPosted, door);
			}
			case 'case, opened privately': {
				const handle = await this.#forge('sora', spot, 'case', generation.id);
				return settled(handle, isTold(handle), door);
			}
			case 'removed, undone from its card':
				return settled(await this.#forge('sora', spot, 'case-undo', generation.id, 1), isBack, door);
			case 'removed, undone from the log': {
				const ofCase = and(eq(audit.generationId, generation.id), eq(audit.action, 'remove'));
				const [entry] = await db.select().from(audit).where(ofCase).orderBy(desc(audit.id));
				const moderator = discord.user('sora');
				const page = await moderator
					.slash('audit', {}, { channel: spot.channel })
					.waitFor((it) => (Number(it.flags) & isLoading) === 0);
				const handle = moderator.press(page, encodePress({ verb: 'audit-undo', id: String(entry!.id) }));
				return settled(handle, isBack, door);
			}
			case 'export': {
				const user = discord.user(author);
				const panel = user.slash('mydata', {}, { channel: spot.channel, unchecked: true });
				const shown = await panel.waitFor((it) => (Number(it.flags) & isLoading) === 0);
				const handle = user.press(shown, 'Export everything');
				return settled(handle, isTold(handle), door);
			}
			default:
				throw new Error(`Expected ${door} to be a show`);
		}
	}

	/** Paints what a button is about. What the place itself would refuse was asked for when it still allowed it. */
	async #source(cell: Cell, spot: Spot, { before }: Expected, author = 'mika'): Promise<Source> {
		const { db, discord } = this.shop;
		const isWish = wayOf(cell.door).kind === 'wish';
		const asked = cell.door.startsWith('✏️') ? 'safe' : cell.wanted;
		const isOpen = before.allows !== 'nothing' && rank(asked) <= rank(before.allows);
		this.#truth = isWish ? 'safe' : cell.truth;
		const text = prompt(isOpen ? asked : 'safe');
		const place = { channel: spot.channel, unchecked: true };
		const handle = discord.user(author).slash('imagine', { ...this.#options, prompt: text }, place);
		const generation = await this.#ended(handle);
		const message = handle.original;
		if (!generation || !message) throw new Error(`Expected a picture to press on: ${privateTextOf(handle)}`);
		if (!isOpen) {
			const request = { ...generation.request, prompt: prompt(asked) };
			const recipe = { ...generation.recipe, prompt: request.prompt, negative: 'lowres' };
			await db.update(generations).set({ request, recipe }).where(eq(generations.id, generation.id));
		}
		return { generation, message };
	}

	async #report(message: APIMessage, by: 'press' | 'menu'): Promise<InteractionHandle> {
		const user = this.shop.discord.user('ren');
		const opener = by === 'menu' ? user.menu('Report to moderators', message) : user.press(message, '🚩');
		const handle = await user.submit(opener, { reason: 'look at this' });
		await handle.acked();
		return handle;
	}

	/** Presses a control that no message shows there: who knows a `customId` can make it up. */
	async #forge(
		by: string,
		{ channel }: Spot,
		verb: Verb,
		id: string,
		position?: number,
		values?: string[],
	): Promise<InteractionHandle> {
		const user = this.shop.discord.user(by);
		const customId = encodePress({ verb, id, ...(position !== undefined && { position }) });
		const button = values
			? { type: 3, custom_id: customId, options: values.map((value) => ({ label: value, value })) }
			: { type: 2, style: 2, label: 'x', custom_id: customId };
		const message = user.say('a message to press on', [], { channel });
		const forged = { ...message, components: [{ type: 1, components: [button] }] } as unknown as APIMessage;
		const handle = user.press(forged, customId, { unchecked: true, ...(values && { values }) });
		await handle.acked();
		return handle;
	}

	/** Sends the form under a description, which need not have been opened. */
	async #sendForged(message: APIMessage, text: string): Promise<InteractionHandle> {
		const user = this.shop.discord.user('mika');
		const opener = user.press(message, '✏️');
		if ((await opener.acked()) !== 9) return opener;
		opener.interaction.modal!.custom_id = encodePress({ verb: 'draw-sent', id: 'tags' });
		return user.submit(opener, { prompt: text });
	}

	/** Lets a moderator look at a wish that a rule holds, if it is held. */
	async #letThrough(handle: InteractionHandle, spot: Spot): Promise<InteractionHandle> {
		if ((await handle.acked()) === answeredAtOnce) return handle;
		let generation: Generation | undefined;
		await this.#until(async () => {
			generation = await findByInteraction(this.shop.db, handle.id);
			return generation?.state === 'held';
		}, 'a held wish');
		await this.#forge('sora', spot, 'held-approve', generation!.id);
		return handle;
	}

	/** Waits until a wish is over, whatever it came to; `undefined` where nothing was accepted. */
	async #ended(handle: InteractionHandle): Promise<Generation | undefined> {
		const { db } = this.shop;
		const isPrivately = (await handle.acked(patienceMs)) === answeredAtOnce;
		if (!isPrivately) {
			const told = new Promise<void>((resolve) => {
				this.#onTold = () => void (this.#told.has(handle.id) && resolve());
				this.#onTold();
			});
			// An enlargement that is there is told of by a follow-up, and so is a refusal after the first answer.
			const answered = handle.waitForFollowup(() => true, patienceMs).catch(() => {});
			await Promise.race([told, answered]);
		}
		const generation = await findByInteraction(db, handle.id);
		if (generation)
			await this.#until(async () => (await findDelivery(db, generation.id))?.state !== 'pending', 'peace');
		return generation && (await findGeneration(db, generation.id));
	}

	async #until(isSo: () => Promise<boolean>, what: string): Promise<void> {
		const end = Date.now() + patienceMs;
		while (!(await isSo())) {
			if (Date.now() > end) throw new Error(`Expected ${what} within ${patienceMs / 1000} s`);
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
	}

	/** Pictures that came where they may not, or that are not what the table is about. */
	#strays(appeared: readonly Appearance[], isWanted: (it: Appearance) => boolean): string[] {
		return appeared
			.filter((it) => !isWanted(it))
			.map((it) => {
				const truth = this.#truths.get(it.imageId) ?? 'of which nothing is known';
				const where = `${it.isPrivate ? 'privately ' : ''}in ${it.channelId}${it.isCovered ? ', covered' : ''}`;
				return `a picture that is ${truth} appeared ${where}`;
			});
	}

	async #refused(
		cell: Cell,
		{ before }: Expected,
		handle: InteractionHandle,
		generation: Generation | undefined,
	): Promise<string[]> {
		if (generation) return ['was accepted'];
		const faults = refusalFaults(cell, before, privateTextOf(handle));
		const all = [handle.original, ...handle.followups].filter((it) => it !== undefined);
		if (all.some((it) => !isPrivate(it))) faults.push('the refusal is public');
		return faults;
	}

	/** Below `nsfw` every recipe asks for a rating that is allowed, and unasks what is not. */
	#recipeFaults({ recipe }: Generation, { before }: Expected): string[] {
		const has = (text: string | null, tag: string) => (text ?? '').split(', ').includes(tag);
		const { negative } = recipe;
		if (before.allows === 'explicit') return [];
		if (before.allows === 'nsfw') return has(negative, 'explicit') ? [] : ['the recipe does not unask `explicit`'];
		return [
			...(/\b(safe|sensitive)\b/.test(recipe.prompt) ? [] : ['the recipe asks for no rating']),
			...(has(negative, 'nsfw') && has(negative, 'explicit') ? [] : ['the recipe does not unask nsfw']),
			...(has(negative, 'safe') || has(negative, 'sfw') ? ['the recipe unasks `safe`'] : []),
		];
	}

	/** What the author is told privately, by itself or, where the interaction is over, by the button. */
	async #noteOn({ moment }: Cell, handle: InteractionHandle, shown: APIMessage | undefined): Promise<string> {
		if (moment !== 'flag cleared, and the token is dead' || !shown) return privateTextOf(handle);
		const why = this.shop.discord.user('mika').press(shown, 'Why?');
		await why.waitFor((it) => (Number(it.flags) & isLoading) === 0);
		return privateTextOf(why);
	}

	/** The messages about a generation that everybody in a channel sees. */
	#publicOf({ channelId }: Spot, generationId: string, handle?: InteractionHandle): APIMessage[] {
		return [...this.shop.discord.state.messages.values()]
			.map(({ message }) => message)
			.filter((it) => it.channel_id === channelId && !isPrivate(it))
			.filter((it) => it.id === handle?.original?.id || JSON.stringify(it.components ?? []).includes(generationId));
	}

	#refusedByDiscord(): string[] {
		try {
			this.shop.discord.assertClean();
			return [];
		} catch (error) {
			this.shop.discord.clearRecords();
			return [(error as Error).message];
		}
	}
}

/** What is to happen between a press and its last word. */
interface Plan {
	cell: Cell;
	spot: Spot;
	handle?: InteractionHandle;
}

interface Source {
	generation: Generation;
	message: APIMessage;
}

const isPrivate = (message: APIMessage) => (Number(message.flags) & 64) !== 0;

function isRefusedAtOnce({ interaction, original }: InteractionHandle): boolean {
	return interaction.answerType === answeredAtOnce && original !== undefined;
}

function privateTextOf({ original, followups }: InteractionHandle): string {
	return [original, ...followups]
		.filter((it) => it !== undefined && isPrivate(it))
		.map((it) => textOf(it!))
		.join('\n');
}

/** The ids of the pictures in an archive that somebody was given. */
function zippedIn(discord: Workshop['discord'], { original }: InteractionHandle): string[] | undefined {
	const [url] = /http[^"]+\.zip/.exec(JSON.stringify(original ?? '')) ?? [];
	const bytes = url && discord.bytesAt(url);
	if (!bytes) return undefined;
	return Object.keys(unzipSync(bytes)).flatMap((name) => /^pictures\/(.+)\.\w+$/.exec(name)?.[1] ?? []);
}
