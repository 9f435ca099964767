import { choicesOf, selectTypes } from './choices.js';
import { isListed, nestOptions, optionTypes } from './command-options.js';
import { interact } from './interactions.js';
import { currentChannel, isAdult, isDm, mayIn, store } from './store.js';

const debounceMs = 150;
const mostShown = 25;

let latest = 0;

/**
 * What may be put into an option, for what is typed so far: fixed choices, True and False, users, channels, or the bot's own
 * proposals. Gives null when typing went on meanwhile and the answer is no longer wanted.
 * @param {{ entry: object, option: object, text: string, others: { name: string, type: number, value: unknown }[] }} typed
 * @returns {Promise<{ label: string, detail?: string, value: string | number, key: string }[] | null>}
 */
export async function suggestionsFor({ entry, option, text, others }) {
	latest += 1;
	const own = latest;
	if (option.choices?.length > 0) return matching(option.choices.map(choiceItem), text);
	if (option.type === optionTypes.boolean)
		return matching([choiceItem({ name: 'True', value: 'true' }), choiceItem({ name: 'False', value: 'false' })], text);
	if (selectOf[option.type])
		return matching(
			named(option).map(({ label, value }) => choiceItem({ name: label, value })),
			text,
		);
	if (!option.autocomplete) return [];

	await new Promise((resolve) => setTimeout(resolve, debounceMs));
	if (own !== latest) return null;
	const focused = { name: option.name, type: option.type, value: text, focused: true };
	const event = await interact({
		kind: 'autocomplete',
		user_id: store.userId,
		channel_id: store.channelId,
		command_id: entry.command.id,
		options: nestOptions(entry, [
			...others.filter(({ name, value }) => name !== option.name && !(value instanceof File)),
			focused,
		]),
	}).catch(() => null);
	if (own !== latest) return null;
	return event?.type === 'choices' ? event.choices.map(choiceItem) : [];
}

/** The commands of this channel whose name holds what is typed, those that begin with it first. */
export function commandItems(entries, typed) {
	const channel = currentChannel();
	const mayUse = (needed) => mayIn(channel, needed);
	const place = { isDm: channel ? isDm(channel) : false, isAdult: isAdult(channel), mayUse };
	const rank = ({ name }) => Number(!name.startsWith(typed));
	return entries
		.filter((entry) => isListed(entry, place) && entry.name.includes(typed.trimEnd()))
		.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
		.map((entry) => ({
			entry,
			key: entry.name,
			label: `/${entry.name}`,
			detail: entry.description,
			mark: entry.command.nsfw ? '🔞' : undefined,
		}));
}

/** No answer that is still on its way is wanted any more. */
export function forgetSuggestions() {
	latest += 1;
}

/** The id behind a typed user, role or channel. */
export function lookUp(option, text) {
	const wanted = text
		.trim()
		.replace(/^(<(@&|[@#])!?|[@#])/, '')
		.replace(/>$/, '')
		.toLowerCase();
	return named(option).find(({ value, label, description }) =>
		[value, label.replace(/^[@#]/, ''), description].some((name) => name?.toLowerCase() === wanted),
	)?.value;
}

/** The select that offers what an option of a type may name. */
const selectOf = {
	[optionTypes.user]: selectTypes.user,
	[optionTypes.channel]: selectTypes.channel,
	[optionTypes.role]: selectTypes.role,
	[optionTypes.mentionable]: selectTypes.mentionable,
};

function named(option) {
	return choicesOf({ type: selectOf[option.type], channel_types: option.channel_types }, store.channelId);
}

function choiceItem({ name, value }) {
	return { label: name, value, key: String(value) };
}

/** What contains the text; all of it when the text already is one of them. */
function matching(items, text) {
	const wanted = text.trim().toLowerCase();
	const isChosen = items.some(({ label, key }) => label.toLowerCase() === wanted || key.toLowerCase() === wanted);
	const found = isChosen
		? items
		: items.filter(({ label, key }) => label.toLowerCase().includes(wanted) || key.toLowerCase().includes(wanted));
	return found.slice(0, mostShown);
}
