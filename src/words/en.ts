/**
 * What the bot says in public, in English: the source, whose shape every other language has. Times are in seconds, counts plain
 * numbers, `user` a mention, all other text as it is shown.
 */
export const en = {
	/** As Discord calls the language, without a country. */
	locale: 'en',
	/** The language's name for itself. */
	name: 'English',
	/** What stands between two sentences. */
	between: ' ',
	/** What stands between two things of a list. */
	comma: ', ',
	seconds: (n: string) => `${n} s`,
	minutes: (n: number) => `${n} min`,
	hours: (n: string) => `${n} h`,

	/** A wish in line; `place` 1 is the next. */
	queued: (place: number, duration: string) =>
		`queued: ${place === 1 ? 'next in line' : `number ${place} in line`} · about ${duration}`,
	/** A wish that is painted now. */
	painting: (step: number, steps: number) => `step ${step} of ${steps}`,
	loading: 'loading the model…',
	/** A wish at which a moderator looks first; it says neither what was asked for nor why. */
	held: (user: string) =>
		`✋ A moderator of this server looks at this wish before it is drawn.\n-# For ${user}: the answer comes here. The button says why, to them and to moderators.`,
	preview: 'A rough preview of the picture',
	cancel: 'Cancel',
	why: 'Why?',

	variationsOf: (prompt: string) => `Variations of ${prompt}`,
	enlargementOf: (prompt: string) => `Enlargement of ${prompt}`,
	steps: (n: number) => `${n} steps`,
	enlargedBy: (upscaler: string) => `enlarged by ${upscaler}`,
	/** Of what is made from a picture: how much of it is drawn anew. */
	strength: (n: string) => `strength ${n}`,
	/** In percent. */
	guided: (from: string, to: string) => `guidance from ${from} to ${to} % of the steps`,
	hires: (scale: string, n: string) => `drawn again ${scale}× as large, strength ${n}`,
	varySubtle: 'Vary (subtle)',
	varyStrong: 'Vary (strong)',
	seeds: (seeds: readonly string[]) => `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`,
	/** Pictures that were chosen by their scores, of how many; `first` where nobody scored them. */
	best: (n: number, of: number) => `best ${n} of ${of}`,
	first: (n: number, of: number) => `first ${n} of ${of}, as the scorer failed`,
	score: 'Score',
	modelGone: (hash: string) => `model ${hash}, no longer installed`,
	/** The mark that every message with pictures carries. */
	aiMade: 'AI-made',
	notShown: (n: number) => (n === 1 ? '1 picture is not shown here' : `${n} pictures are not shown here`),

	withheld: (user: string) =>
		`Not shown here. Nothing was charged.\n-# For ${user}: the button says why, to them and to moderators.`,
	cancelled: 'Cancelled. Nothing was charged.',
	filesGone: 'The pictures were painted, but their files are gone. Please ask again.',

	greeting: {
		title: 'Hello! I paint anime pictures.',
		how: 'Type `/imagine` and say what you want to see: `1girl, blue hair, smile`. Every picture is marked as AI-made.',
		setUp:
			'**If you may manage this server:** I start carefully. NSFW is only for channels that Discord restricts by age, pictures near the limit are covered, everybody may draw. With `/settings` you choose channels, roles, limits and words.',
		open: 'Open settings',
	},
};

/** What a language says in public. */
export type PublicWords = typeof en;
