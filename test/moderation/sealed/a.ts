import { pick, type Random } from '../random.ts';

type Table = Readonly<Record<string, readonly string[]>>;

const chance = (random: Random, share: number): boolean => random() < share;

const between = (random: Random, low: number, high: number): number => low + Math.floor(random() * (high - low + 1));

/** One entry per letter: its spellings, parted by spaces. */
const table = (lines: Readonly<Record<string, string>>): Table =>
	Object.fromEntries(Object.entries(lines).map(([letter, signs]) => [letter, signs.split(' ')]));

/** Replaces a share of the letters that the table knows, at least one of them. */
const swap = (word: string, random: Random, signs: Table, share: number): string => {
	const letters = Array.from(word);
	const open = letters.flatMap((letter, at) => (signs[letter] === undefined ? [] : [at]));
	if (open.length === 0) {
		return word;
	}
	const forced = pick(random, open);
	return letters
		.map((letter, at) => {
			const known = signs[letter];
			return known !== undefined && (at === forced || chance(random, share)) ? pick(random, known) : letter;
		})
		.join('');
};

/** Cuts the word at `count` different places (fewer where it is too short). */
const pieces = (word: string, random: Random, count: number): string[] => {
	const letters = Array.from(word);
	const places = new Set<number>();
	const wanted = Math.min(count, letters.length - 1);
	while (places.size < wanted) {
		places.add(between(random, 1, letters.length - 1));
	}
	const parts: string[] = [];
	let part = '';
	for (const [at, letter] of letters.entries()) {
		if (places.has(at)) {
			parts.push(part);
			part = '';
		}
		part += letter;
	}
	parts.push(part);
	return parts;
};

/** Joins the parts with a new sign at each seam. */
const join = (parts: readonly string[], seam: () => string): string =>
	parts.reduce((whole, part) => whole + seam() + part);

/** Capitals of Latin letters only: those of other scripts can look like a different letter. */
const upper = (text: string): string =>
	text.replace(/[a-z\u00e0-\u024f\u1e00-\u1eff]/g, (letter) => letter.toUpperCase());

const anyCase = (word: string, random: Random): string => {
	const way = random();
	if (way < 0.4) {
		return word;
	}
	if (way < 0.55) {
		return upper(word);
	}
	return Array.from(word, (letter) => (chance(random, 0.5) ? upper(letter) : letter)).join('');
};

const otherScripts = table({
	a: 'а α ⍺ ɑ А Α Ꭺ',
	b: 'Ь ь Ꮟ β В Β Ᏼ',
	c: 'с ϲ ⅽ ⲥ С Ꮯ',
	d: 'ԁ Ꮷ ⅾ ժ',
	e: 'е є ҽ ℮ ε Е Ε Ꭼ',
	f: 'ϝ ғ Ғ',
	g: 'ց ɡ ԍ Ԍ Ꮐ',
	h: 'һ հ Ꮒ Н Η Ꮋ',
	i: 'і ι Ꭵ ⅰ ї І Ι',
	j: 'ј ϳ Ј Ꭻ',
	k: 'к κ ⲕ К Κ Ꮶ',
	l: 'ӏ ⅼ Ɩ ǀ Ꮮ',
	m: 'м ⅿ М Μ Ꮇ',
	n: 'п ո η ռ Ν',
	o: 'о ο օ ၀ ഠ ଠ 〇 ⵔ О Ο',
	p: 'р ρ ⲣ Р Ρ Ꮲ',
	q: 'ԛ զ գ',
	r: 'г ᴦ ⲅ я Ꮢ',
	s: 'ѕ ꜱ Ѕ Տ Ꮪ',
	t: 'т τ ⲧ Т Τ Ꭲ',
	u: 'υ ս ц',
	v: 'ν ѵ ⅴ Ѵ',
	w: 'ԝ ѡ ω ա Ԝ Ꮃ',
	x: 'х χ ⅹ ⲭ Х Χ',
	y: 'у γ ყ Ꭹ Υ Ү',
	z: 'ᴢ ⲍ Ζ Ꮓ',
});

const strokes = table({
	a: 'á à â ä ã å ā ą ȧ ⱥ ả ạ',
	b: 'ƀ ɓ ḃ ḅ',
	c: 'ç ć č ċ ȼ ƈ',
	d: 'ď đ ḍ ɗ ɖ',
	e: 'é è ê ë ē ę ɇ ẽ ẹ',
	f: 'ƒ ḟ ꞙ',
	g: 'ğ ģ ǥ ɠ ĝ',
	h: 'ħ ĥ ḥ ɦ ⱨ',
	i: 'í ì î ï ı ɨ į ỉ',
	j: 'ĵ ɉ ǰ ȷ',
	k: 'ķ ƙ ḱ ⱪ ꝁ',
	l: 'ł ľ ļ ƚ ɫ ɭ ⱡ',
	m: 'ṁ ṃ ɱ ḿ',
	n: 'ñ ń ň ņ ɲ ŋ ƞ',
	o: 'ó ò ö ø õ ō ơ ɵ ő ọ',
	p: 'ṗ ƥ ᵽ ꝑ',
	q: 'ɋ ʠ ꝗ',
	r: 'ř ŕ ɍ ɾ ɽ ṛ',
	s: 'š ś ş ș ʂ ȿ ṣ',
	t: 'ť ţ ŧ ț ƭ ʈ ⱦ',
	u: 'ú ù ü ů ű ų ư ʉ ũ',
	v: 'ṽ ṿ ʋ ⱱ',
	w: 'ŵ ẁ ẅ ⱳ ẘ',
	x: 'ẋ ẍ ᶍ',
	y: 'ý ÿ ŷ ɏ ƴ ỹ',
	z: 'ž ź ż ƶ ʐ ȥ ⱬ',
});

const digits = table({
	a: '4 @ ^ ª',
	b: '8 6 ß',
	c: '( ¢ ©',
	d: 'Ð ∂',
	e: '3 €',
	g: '9 6',
	h: '#',
	i: '1 ! ¡ |',
	l: '1 | £ !',
	n: 'И ∩',
	o: '0 ° º Ø ¤',
	p: 'þ',
	q: '9',
	r: '® Я',
	s: '5 $ § z',
	t: '7 + †',
	u: 'µ ∪',
	v: '√',
	x: '× %',
	y: '¥',
	z: '2',
});

const drawn = table({
	a: '/-\\ /\\ @ ci',
	b: '|3 13 8 l3 |:',
	c: '( [ {',
	d: 'cl |) o| [)',
	e: '3',
	f: '|= ph',
	g: '9 6 (_+',
	h: '|-| }{ # ]-[',
	i: '| ! ][ l',
	j: '_| ;',
	k: '|( |{ ]{',
	l: '| I 1',
	m: 'rn |\\/| /\\/\\ nn (V) |v|',
	n: '|\\| /\\/ ^/',
	o: '() [] {} 0',
	p: '|o |* |D |°',
	q: '9 ()\\',
	r: '|2 I2 l2 |?',
	s: '5 $',
	t: "'][' ~|~ 7 +",
	u: '|_| (_) L| \\_/',
	v: '\\/ |/',
	w: 'vv \\/\\/ uu \\^/ VV',
	x: ')( %',
	y: "'/ `/ ¥",
	z: '2 7_',
});

const alphabets = [
	'卂乃匚ᗪ乇千Ꮆ卄丨ﾌҜㄥ爪几ㄖ卩Ɋ尺丂ㄒㄩᐯ山乂ㄚ乙',
	'ᗩᗷᑕᗪᗴᖴǤᕼᓮᒍᛕᒪᗰᑎᗝᑭᑫᖇᔕ丅ᑌᐯᗯ᙭Ƴᘔ',
	'₳฿₵ĐɆ₣₲ⱧłJ₭Ⱡ₥₦Ø₱QⱤ₴₮ɄV₩ӾɎⱫ',
	'ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑQꓣꓢꓔꓴꓦꓪꓫꓬꓜ',
	'ᎪᏴᏟᎠᎬFᏀᎻᏆᎫᏦᏞᎷNᎾᏢQᏒᏚᎢUᏙᏔXᎩᏃ',
	'αв¢∂єƒgнιjкℓмησρqяѕтυνωχуz',
	'ąცƈɖɛʄɠɧıʝƙƖɱŋơ℘զཞʂɬų۷ῳҳყʑ',
	'ДБҀↁЄFGНІЈЌLМИФРQЯЅТЦVЩЖЧZ',
].map((letters) => Array.from(letters));

const run = (start: number): string[] => Array.from({ length: 26 }, (_, at) => String.fromCodePoint(start + at));

/** Letters of an alphabet of 26 signs in the place of a to z. */
const inAlphabet = (word: string, signs: readonly string[]): string[] =>
	Array.from(word, (letter) => signs[letter.charCodeAt(0) - 97] ?? letter);

const holes: Readonly<Record<number, Readonly<Record<number, string>>>> = {
	119886: { 7: 'ℎ' },
	119990: { 4: 'ℯ', 6: 'ℊ', 14: 'ℴ' },
};

const fonts = [
	0x1d41a, 0x1d44e, 0x1d482, 0x1d4b6, 0x1d4ea, 0x1d51e, 0x1d552, 0x1d586, 0x1d5ba, 0x1d5ee, 0x1d622, 0x1d656, 0x1d68a,
	0x1d400, 0x1d468, 0x1d4d0, 0x1d56c, 0x1d5a0, 0x1d5d4, 0x1d608, 0x1d63c, 0x1d670,
].map((start) => run(start).map((letter, at) => holes[start]?.[at] ?? letter));

const forms = [
	...[0x24d0, 0x24b6, 0x1f150, 0x1f130, 0x1f170, 0x249c, 0x1f110, 0xff41, 0xff21].map(run),
	Array.from('ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ'),
	Array.from('ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖᑫʳˢᵗᵘᵛʷˣʸᶻ'),
	Array.from('ᴬᴮᶜᴰᴱᶠᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾQᴿˢᵀᵁⱽᵂˣʸᶻ'),
	Array.from('ₐbcdₑfgₕᵢⱼₖₗₘₙₒₚqᵣₛₜᵤᵥwₓyz'),
];

const flags = run(0x1f1e6);

const inFont = (word: string, random: Random): string => {
	const font = pick(random, fonts);
	const way = random();
	if (way < 0.6) {
		return inAlphabet(word, font).join('');
	}
	const plain = Array.from(word);
	const forced = between(random, 0, plain.length - 1);
	return plain
		.map((letter, at) => {
			const [styled = letter] = inAlphabet(letter, way < 0.8 ? pick(random, fonts) : font);
			return way < 0.8 || at === forced || chance(random, 0.55) ? styled : letter;
		})
		.join('');
};

const signs = Array.from('.-_*~·•/|+=^:;\'`–—…¦・⁄&#%⋅\\!?→♡★¬‧∙▪"‑');
const spaces = [' ', '\u00a0', '\u2002', '\u2009', '\u200a', '\u202f', '\u205f', '\u3000', '\u2800', '\u3164'];

const invisible = [
	...['\u200b', '\u200c', '\u200d', '\u2060', '\u00ad', '\ufeff', '\u034f', '\u180e', '\u2061', '\u2062', '\u2063'],
	...['\u2064', '\ufe0e', '\ufe0f', '\ufe00', '\u115f', '\u1160', '\u17b4', '\u206a', '\u206f', '\u{e0100}'],
	...['\u{e0001}', '\u{e0061}', '\u{e0073}', '\u{e007f}', '\u{1d173}', '\u{1bca0}'],
];

const hide = (word: string, random: Random): string => {
	const parts = chance(random, 0.5) ? Array.from(word) : pieces(word, random, between(random, 1, 4));
	const own = pick(random, invisible);
	const mixed = chance(random, 0.5);
	const seam = (): string =>
		Array.from({ length: between(random, 1, 3) }, () => (mixed ? pick(random, invisible) : own)).join('');
	return (chance(random, 0.2) ? seam() : '') + join(parts, seam) + (chance(random, 0.2) ? seam() : '');
};

const over = Array.from({ length: 21 }, (_, at) => String.fromCodePoint(0x0300 + at));
const under = ['\u0316', '\u0323', '\u0324', '\u0325', '\u0327', '\u0328', '\u032d', '\u0330', '\u0331', '\u0332'];
const through = ['\u0334', '\u0335', '\u0336', '\u0337', '\u0338', '\u20d2', '\u20e5', '\u20eb'];
const round = ['\u20dd', '\u20de', '\u20df', '\u20e3', '\u0489', '\u20e0', '\u035c', '\u0361', '\u0360', '\u033e'];

const weight = (random: Random): string =>
	pick(random, [(between(random, 3, 19) / 10).toFixed(1), (between(random, 20, 199) / 100).toFixed(2), '1', '.9', '2']);

const sdPairs: readonly (readonly [string, string])[] = [
	['(', ')'],
	['[', ']'],
	['{', '}'],
];

const emphasise = (word: string, random: Random): string => {
	const nest = (inner: string): string => {
		let whole = inner;
		const own = pick(random, sdPairs);
		const mixed = chance(random, 0.3);
		for (let left = between(random, 1, 4); left > 0; left -= 1) {
			const [open, close] = mixed ? pick(random, sdPairs) : own;
			whole = open + whole + close;
		}
		return whole;
	};
	const number = weight(random);
	return pick(random, [
		() => `(${word}:${number})`,
		() => `( ${word} : ${number} )`,
		() => `((${word}:${number}))`,
		() => `(${nest(word)}:${number})`,
		() => nest(word),
		() => nest(word),
		() => `[${word}:${number}]`,
		() => `[${word}::${between(random, 4, 30)}]`,
		() => `[:${word}:0.${between(random, 1, 8)}]`,
		() => `[${word}|${word}]`,
		() => `{${word}|${word}}`,
		() => `${number}::${word}::`,
		() => `${word}:${number}`,
		() => `(${word})${number}`,
		() => `${word}${'+'.repeat(between(random, 1, 4))}`,
		() => `(${word})${'+'.repeat(between(random, 1, 3))}`,
		() => `\\(${word}\\)`,
		() => `${'('.repeat(between(random, 1, 3))}${word}:${number})`,
	])();
};

const emoji = Array.from('😀😂😍😎🔥🌊🍋🍄💀✨🌸🐱👀💯🎀🍀🥺😳🎵🌙').concat([
	'❤️',
	'👉🏽',
	'🏳️‍🌈',
	'☠️',
	'✌🏻',
	'⭐',
	'♥',
	'☆',
]);

const emojiLetters = table({
	a: '🅰️ 🅰 4️⃣',
	b: '🅱️ 🅱 8️⃣',
	c: '©️ ☪️ 🌜',
	d: '🇩',
	e: '📧 3️⃣ 💶',
	g: '9️⃣ 🇬',
	h: '♓ 🏩 #️⃣',
	i: 'ℹ️ 1️⃣ ❗',
	j: '🇯',
	l: '🇱 1️⃣',
	m: 'Ⓜ️ ♏ ♍',
	n: '🇳 ♑',
	o: '🅾️ ⭕ 0️⃣ 🔴 🍩',
	p: '🅿️ 🅿',
	r: '®️ 🇷',
	s: '💲 5️⃣ 💰',
	t: '✝️ 7️⃣ 🌴',
	u: '🇺 ⛎',
	v: '♈ ✌️',
	w: '〰️ 🇼',
	x: '❌ ❎ ✖️',
	y: '💴 🇾',
	z: '💤 2️⃣',
});

const quotes = [
	...[
		'()',
		'[]',
		'{}',
		'""',
		"''",
		'“”',
		'‘’',
		'„“',
		'‚‘',
		'「」',
		'『』',
		'【】',
		'〔〕',
		'〖〗',
		'（）',
		'［］',
		'｛｝',
	],
	...['❨❩', '❴❵', '⟦⟧', '⁅⁆', '༺༻', '``', '´´', '‟”', '❝❞', '❛❜', '¿?', '¡!', '||', '//', '**', '~~', '⸢⸥', '⌜⌟', '꧁꧂'],
].map((pair) => Array.from(pair));

const marks = ['**', '***', '*', '~~', '||', '`', '``', '```', '_', '~~*', '||**', '*_'];

const turned = (mark: string): string => Array.from(mark).reverse().join('');

const sounds: readonly (readonly [RegExp, readonly string[]])[] = [
	[/ph/, ['f', 'ff']],
	[/ck/, ['k', 'kk', 'cc', 'q']],
	[/qu/, ['kw', 'qw', 'kew']],
	[/x/, ['ks', 'cks', 'xx', 'gz']],
	[/^c(?![ehiky])/, ['k', 'kk']],
	[/(?<=.)c(?![ehiky])/, ['k', 'ck', 'q']],
	[/c(?=[eiy])/, ['s', 'ss']],
	[/ch/, ['tch', 'tsh']],
	[/tion/, ['shun', 'shon', 'tionn']],
	[/sion/, ['zhun', 'shun']],
	[/oo/, ['ou', 'ue', 'ooh']],
	[/ee/, ['ea', 'ie', 'eee', 'ii']],
	[/ea/, ['ee', 'eeh']],
	[/ai|ay/, ['ei', 'ey', 'aye']],
	[/ight/, ['ite', 'yte']],
	[/er$/, ['ur', 'ah', 'uh', 'a', 'err']],
	[/or$/, ['er', 'orr', 'our']],
	[/y$/, ['ie', 'ee', 'ey', 'i']],
	[/s$/, ['z', 'ss']],
	[/f/, ['ph', 'ff']],
	[/^k(?!n)|k$/, ['kh', 'q', 'c']],
	[/g(?=[ei])/, ['j', 'dj']],
	[/dge/, ['j', 'dj']],
	[/j/, ['dj', 'jh']],
	[/^kn/, ['n']],
	[/^wr/, ['r']],
	[/^w(?=[aeiou])/, ['wh', 'ww']],
	[/le$/, ['el', 'ul', 'al', 'uhl']],
	[/al$/, ['ul', 'el']],
	[/i(?=[bdfgklmnprstvz])/, ['y', 'ih']],
	[/a([bdfgklmnprstvz])e$/, ['ai$1', 'ay$1', 'ei$1']],
	[/o([bdfgklmnprstvz])e$/, ['oa$1', 'oh$1']],
	[/([bdfglmnprstz])\1/, ['$1']],
	[/u(?=([bdfgklmnprst])\1)/, ['uh']],
	[/e(?=([bdfgklmnprst])\1)/, ['eh']],
	[/(?<=[aeiou])([bdgklmnprtvz])$/, ['$1$1', '$1$1e']],
	[/a(?=[^aeiouhwy])/, ['ah']],
	[/o$/, ['oh', 'oe', 'ow']],
];

const respell = (word: string, random: Random): string => {
	const open = sounds.filter(([from]) => from.test(word));
	let whole = word;
	for (let left = between(random, 1, 3); left > 0 && open.length > 0; left -= 1) {
		const [from, to] = pick(random, open);
		whole = whole.replace(from, pick(random, to));
		open.splice(
			open.findIndex(([other]) => other === from),
			1,
		);
	}
	return whole === word ? `${word}${word.at(-1) ?? ''}` : whole;
};

const plural = (word: string, random: Random): string => {
	const z = chance(random, 0.5);
	if (/[^aeiou]y$/.test(word) && chance(random, 0.7)) {
		return word.slice(0, -1) + (z ? 'iez' : 'ies');
	}
	if (/(?:s|x|z|ch|sh)$/.test(word)) {
		return word + (z ? 'ez' : 'es');
	}
	return word + (z ? 'z' : 's');
};

/**
 * Rules of spelling by somebody who had seen neither the gate nor its tests. Brief: whatever people really write to get around a filter, several tricks at once too.
 * 79.44 % of 20,000 were blocked at the first run; then its misses were looked at.
 */
export const sealedA: Record<string, (word: string, random: Random) => string> = {
	otherScripts: (word, random) => swap(word, random, otherScripts, pick(random, [0.15, 0.4, 0.7, 1])),

	fancyAlphabet: (word, random) => {
		const own = pick(random, alphabets);
		const other = chance(random, 0.25) ? pick(random, alphabets) : own;
		return Array.from(word, (letter) => inAlphabet(letter, chance(random, 0.5) ? own : other).join('')).join('');
	},

	strokedLatin: (word, random) => anyCase(swap(word, random, strokes, pick(random, [0.2, 0.5, 1])), random),

	digitsAndSigns: (word, random) => {
		const whole = swap(word, random, digits, pick(random, [0.2, 0.5, 0.8]));
		return chance(random, 0.4) ? anyCase(whole, random) : whole;
	},

	drawnLetters: (word, random) => swap(word, random, drawn, pick(random, [0.1, 0.35, 0.6])),

	oneSeparator: (word, random) => {
		const sign = pick(random, chance(random, 0.3) ? spaces : signs);
		const seam = chance(random, 0.2) ? ` ${sign} ` : sign;
		const step = word.length > 5 && chance(random, 0.3) ? 2 : 1;
		const parts = Array.from({ length: Math.ceil(word.length / step) }, (_, at) =>
			word.slice(at * step, (at + 1) * step),
		);
		const whole = anyCase(parts.join(seam), random);
		const edge = chance(random, 0.2) ? sign : '';
		return edge + whole + edge;
	},

	straySeparators: (word, random) => {
		const seam = (): string => {
			const sign = pick(random, chance(random, 0.25) ? spaces : signs);
			return '-_'.includes(sign) ? sign : sign.repeat(pick(random, [1, 1, 2, 3]));
		};
		return join(pieces(word, random, between(random, 1, 3)), seam);
	},

	stretched: (word, random) => {
		const alike = chance(random, 0.4);
		const shouted = chance(random, 0.3);
		const all = chance(random, 0.2);
		const forced = new Set([between(random, 0, word.length - 1), between(random, 0, word.length - 1)]);
		return Array.from(word, (letter, at) => {
			let whole = letter;
			const extra = all ? between(random, 1, 2) : forced.has(at) ? between(random, 2, 7) : 0;
			for (let left = extra; left > 0; left -= 1) {
				const copy = alike ? pick(random, [letter, ...(otherScripts[letter] ?? [])]) : letter;
				whole += shouted && chance(random, 0.5) ? upper(copy) : copy;
			}
			return whole;
		}).join('');
	},

	stuttered: (word, random) => {
		const sign = pick(random, ['-', '...', '~', '. ', '—', ' ', '.. ', '–', '… ', '- ', '!']);
		const times = between(random, 1, 3);
		const head = pick(random, [word.slice(0, 1), word.slice(0, 2), /^[^aeiouy]+/.exec(word)?.[0] ?? word.slice(0, 1)]);
		if (chance(random, 0.6)) {
			return (head + sign).repeat(times) + word + pick(random, ['', '', '~', '!', '…']);
		}
		const at = between(random, 1, word.length - 1);
		return word.slice(0, at) + (sign + word.slice(at - 1, at)).repeat(times) + word.slice(at);
	},

	emphasis: (word, random) => emphasise(chance(random, 0.25) ? anyCase(word, random) : word, random),

	emphasisInside: (word, random) => {
		const [first = '', second = '', third = ''] = pieces(word, random, 2);
		const rest = second + third;
		const [open, close] = pick(random, sdPairs);
		const [opens, closes] = pick(random, sdPairs);
		return pick(random, [
			() => `${first}(${second}:${weight(random)})${third}`,
			() => `(${first}:${weight(random)})(${rest}:${weight(random)})`,
			() => `(${first}:${weight(random)})${rest}`,
			() => `${first}${open}${second}${close}${third}`,
			() => `${open}${first}${close}${opens}${rest}${closes}`,
			() => `${open}${opens}${first}${closes}${rest}${close}`,
			() => `${open}${first}${opens}${rest}${closes}${close}`,
			() => Array.from(word, (letter) => open + letter + close).join(''),
			() => `{${first}|${first}}${rest}`,
			() => `${first}[${rest}::${between(random, 5, 40)}]`,
			() => `${first}[:${rest}:0]`,
			() => `${first}${close}${rest}`,
			() => `${open}${first}${open}${rest}`,
			() => `\\${open}${first}\\${close}${rest}`,
		])();
	},

	mathFonts: (word, random) => inFont(word, random),

	smallAndRingedForms: (word, random) => {
		if (chance(random, 0.15)) {
			return inAlphabet(word, flags).join(pick(random, [' ', '\u200b', '\u2009', '·', '-']));
		}
		const own = pick(random, forms);
		const other = chance(random, 0.3) ? pick(random, forms) : own;
		const gap = pick(random, ['', '', '', ' ']);
		return Array.from(word, (letter, at) => inAlphabet(letter, at % 2 === 0 ? own : other).join('')).join(gap);
	},

	combiningMarks: (word, random) => {
		const kinds = pick(random, [over, under, through, round, [...over, ...under], [...over, ...under, ...through]]);
		const own = pick(random, kinds);
		const one = chance(random, 0.5);
		const share = pick(random, [0.3, 0.7, 1]);
		const most = one ? 1 : between(random, 1, 4);
		const forced = between(random, 0, word.length - 1);
		const whole = Array.from(word, (letter, at) => {
			const count = at === forced || chance(random, share) ? between(random, 1, most) : 0;
			return letter + Array.from({ length: count }, () => (one ? own : pick(random, kinds))).join('');
		}).join('');
		return chance(random, 0.2) ? whole.toUpperCase() : whole;
	},

	invisibleSigns: (word, random) => hide(word, random),

	writingDirection: (word, random) => {
		const mark = (): string => pick(random, ['\u200e', '\u200f', '\u061c', '\u200e\u200e']);
		const own = pick(random, [
			['\u202a', '\u202c'],
			['\u202d', '\u202c'],
			['\u202b', '\u202c'],
			['\u2066', '\u2069'],
			['\u2068', '\u2069'],
			['\u2067', '\u2069'],
		]);
		const [open = '', close = ''] = own;
		const odd = between(random, 0, 1);
		return pick(random, [
			() => join(pieces(word, random, between(random, 1, 5)), mark),
			() => Array.from(word).join('\u200e'),
			() => open + word.slice(0, 1) + close + word.slice(1),
			() => open + join(pieces(word, random, 2), mark) + close,
			() => join(pieces(word, random, between(random, 1, 3)), () => `\u202d${pick(random, ['', '\u202c'])}`),
			() => pieces(word, random, 2).join('\u2066\u2069'),
			// A single letter written from right to left stands where it stood.
			() => Array.from(word, (letter, at) => (at % 2 === odd ? `\u202e${letter}\u202c` : letter)).join(''),
		])();
	},

	discordMarks: (word, random) => {
		const mark = pick(random, marks);
		const back = turned(mark);
		const [first = '', second = '', third = ''] = pieces(word, random, 2);
		return pick(random, [
			() => mark + word + back,
			() => `||${mark === '||' ? '' : mark}${word}${mark === '||' ? '' : back}||`,
			() => first + mark + second + back + third,
			() => first + mark + second + third + back,
			() => mark + first + back + second + third,
			() => first + mark + second + third,
			() => Array.from(word, (letter) => `||${letter}||`).join(''),
			() => {
				const each = pick(random, ['**', '~~', '`', '*', '***']);
				return Array.from(word, (letter) => each + letter + each).join('');
			},
			() => Array.from(word, (letter, at) => (at % 2 === 0 ? `*${letter}*` : letter.toUpperCase())).join(''),
			() => `\\${pieces(word, random, between(random, 1, 4)).join('\\')}`,
			() => Array.from(word).join('\\'),
			() => `[${word}](https://example.org)`,
			() => `[${first}](x)${second}${third}`,
			() => `${pick(random, ['#', '##', '-#', '*', '-'])} ${anyCase(first + mark + second + back + third, random)}`,
		])();
	},

	bracketsAndQuotes: (word, random) => {
		const [open = '', close = ''] = pick(random, quotes);
		const [opens = '', closes = ''] = pick(random, quotes);
		const [first = '', second = '', third = ''] = pieces(word, random, 2);
		return pick(random, [
			() => open + word + close,
			() => open + opens + word + closes + close,
			() => Array.from(word, (letter) => open + letter + close).join(''),
			() => first + open + second + close + third,
			() => open + first + close + opens + second + third + closes,
			() => first + open + second + third,
			() => open + first + second + close + third,
			() => Array.from(word, (letter, at) => (at % 2 === 1 ? open + letter + close : letter)).join(''),
		])();
	},

	emojiMixed: (word, random) => {
		const own = pick(random, emoji);
		const seam = (): string => pick(random, emoji);
		return pick(random, [
			() => Array.from(word).join(own),
			() => Array.from(anyCase(word, random)).join(` ${own} `),
			() => join(Array.from(word), seam),
			() => join(pieces(word, random, between(random, 1, 3)), () => seam().repeat(between(random, 1, 2))),
			() => swap(word, random, emojiLetters, 0.1),
			() => swap(word, random, emojiLetters, 0.5),
			() => pieces(word, random, 1).join(pick(random, [':heart:', ':joy:', ':sparkles:', ':star:', ':fire:'])),
			() => {
				const at = between(random, 0, word.length - 1);
				return `${word.slice(0, at)}:regional_indicator_${word.slice(at, at + 1)}:${word.slice(at + 1)}`;
			},
		])();
	},

	tagsAndNames: (word, random) => {
		const about = pick(random, [
			'medium',
			'style',
			'cosplay',
			'series',
			'character',
			'object',
			'artist',
			'meme',
			'theme',
		]);
		const year = between(random, 1980, 2029);
		const inner = chance(random, 0.3) ? pieces(word, random, 1).join('_') : word;
		return pick(random, [
			() => `${inner}_(${about})`,
			() => `${inner}_\\(${about}\\)`,
			() => `${inner} (${about})`,
			() => `${about}:${inner}`,
			() => `${about}_${inner}`,
			() => `${between(random, 1, 6)}${plural(inner, random)}`,
			() => `${pick(random, ['multiple', 'very', 'big', 'cute', 'anime', 'my', 'lots_of', 'super', 'ultra'])}_${inner}`,
			() => `${inner}_${pick(random, ['focus', 'only', 'v2', 'art', 'xl', 'style', 'lora', 'mode', 'aesthetic'])}`,
			() => `${inner}${pick(random, ['core', 'wave', 'verse', 'punk', 'fest', 'posting', 'V3', 'XL'])}`,
			() => `xX${pick(random, ['', '_'])}${inner}${pick(random, ['', '_'])}Xx`,
			() => `${inner}${year}`,
			() => `${year}_${inner}_${year}`,
			() => `_${inner}_`,
			() => `${pick(random, ['#', '@', 'r/', '/', '$', '!', '~', '.', '%'])}${inner}`,
			() => `${inner}.${pick(random, ['safetensors', 'png', 'exe', 'ckpt', 'jpg', 'com'])}`,
		])();
	},

	endings: (word, random) => {
		const whole = pick(random, [
			() => plural(word, random),
			() => plural(word, random),
			() => `${word}${pick(random, ["'", '’', '`', '´', 'ʼ'])}${pick(random, ['s', 'z', 'S'])}`,
			() => `${plural(word, random)}${pick(random, ["'", '’'])}`,
			() => `${word}${pick(random, ['(s)', '/s', '-s', '[s]', '*s', '_s'])}`,
			() => `${plural(word, random)}${pick(random, ['z', 'zz', 's', 'es', 'ez'])}`,
			() => `${word}${pick(random, ['-', ' ', '_', ''])}${pick(random, ['chan', 'kun', 'sama', 'san', 'tan', 'desu'])}`,
			() =>
				`${word}${pick(random, ['', '-'])}${pick(random, ['ish', 'like', 'esque', 'ness', 'y', 'zor', 'oid', 'ie'])}`,
		])();
		return chance(random, 0.3) ? whole.replace(/[sz]$/, pick(random, ['5', '$', '2', 'Z', 'ѕ'])) : whole;
	},

	samesound: (word, random) => {
		const whole = respell(word, random);
		return chance(random, 0.25) ? plural(whole, random) : whole;
	},

	digitsPartedAndCased: (word, random) => {
		const base = anyCase(swap(word, random, chance(random, 0.7) ? digits : otherScripts, 0.35), random);
		const calm = [...Array.from('.-_*~·•/=:∙⋅♡'), ...spaces];
		const own = pick(random, calm);
		const mixed = chance(random, 0.4);
		const parts = chance(random, 0.4) ? Array.from(base) : pieces(base, random, between(random, 1, 3));
		return join(parts, () => (mixed ? pick(random, calm) : own));
	},

	disguisedEmphasis: (word, random) => {
		const base = pick(random, [
			() => swap(word, random, otherScripts, 0.35),
			() => swap(word, random, strokes, 0.35),
			() => swap(word, random, digits, 0.3),
			() => inFont(word, random),
			() => inAlphabet(word, pick(random, forms)).join(''),
			() => hide(word, random),
			() => respell(word, random),
			() => hide(swap(word, random, otherScripts, 0.2), random),
			() => `${swap(word, random, strokes, 0.2)}_(${pick(random, ['medium', 'style', 'theme'])})`,
		])();
		return emphasise(base, random);
	},
};
