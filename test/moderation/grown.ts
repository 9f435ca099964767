import { pick, type Random } from './random.ts';

/**
 * Harmless words about grown-ups and things, in tags and in sentences, to go beside a sexual word: in an age-restricted channel
 * that is ordinary too. Many begin or end as a listed phrase does (`small`, `little`, `real`, `girl`, `school`). No list of the gate was used.
 */
const people =
	'woman|women|mature female|milf|elf woman|demon girl|cat girl|office lady|adult woman|man|muscular man|couple|girl|girls|queen|witch|succubus|nun|nurse|waitress|vampire lady|goddess|warrior woman|cowgirl|bunny girl|gyaru|dark elf|orc|knight|pirate captain|young woman|old man|housewife'.split(
		'|',
	);
const looks =
	'beautiful|tall|curvy|slender|smug|shy|blushing|angry|tired|blonde|dark-skinned|freckled|tattooed|muscular|pale|elegant|gothic|wet|sweaty|wild|busty|big|little|small|tiny|real|famous|cute|pretty|lovely|serious|grown|adult|wise|strong'.split(
		'|',
	);
const parts =
	'large breasts|small breasts|huge breasts|long legs|thick thighs|wide hips|long hair|short hair|bob cut|pointy ears|big eyes|little horns|tiny wings|soft belly|abs|freckles|red lips|painted nails|small waist'.split(
		'|',
	);
const clothes =
	'tiny bikini|little black dress|baby blue dress|white shirt|torn jeans|office suit|leather jacket|maid outfit|small hat|high heels|high collar|first class uniform|kimono|real gold necklace|silk robe|baby pink ribbon|no shoes|no hat|bare feet|see-through veil|winter clothes|gym clothes|old school jacket'.split(
		'|',
	);
const places =
	'bedroom|office|middle of the night|junior suite of a hotel|primary colors|high tower|beach|hot spring|photo studio|old photo on the wall|real estate office|in front of a school of fish|art school|minor details|under an age-old oak|year 12 of the empire|level 15 mage|15 candles|12 roses|2 girls and 1 boy|movie theater|film grain|famous painting|face paint|under the stars|young leaves|my room|my bed|this place|little town'.split(
		'|',
	);
const styles =
	'masterpiece|best quality|absurdres|polaroid|oil painting|by a famous artist|dramatic lighting|from behind|from above|close-up|looking at viewer|smile|ahoge|1girl|solo|1girl, solo|2girls|hetero|highres|newest|very aesthetic|influence of art nouveau|in the style of ukiyo-e|star and moon|pop art'.split(
		'|',
	);
const sexual =
	'nude|nsfw|naked|topless|nipples|sex|explicit|lewd|erotic|completely nude|pussy|cum|bondage|lingerie, nsfw'.split(
		'|',
	);

/** What chance puts together, and the floor is right to refuse. */
const meant = /(?:small|little|tiny) girl|real (?:girl|man|woman|women)/;

/** Writes one ordinary prompt with a sexual context and nobody in it who is not a grown-up. */
export function grownPrompt(random: Random): string {
	for (;;) {
		const prompt = compose(random);
		if (!meant.test(prompt.replaceAll('_', ' '))) return prompt;
	}
}

function compose(random: Random): string {
	const one = (list: readonly string[]) => pick(random, list);
	const many = (list: readonly string[], most: number) =>
		Array.from({ length: Math.floor(random() * (most + 1)) }, () => one(list));
	const isSentence = random() < 0.5;
	const body = isSentence
		? [
				`a ${one(looks)} ${one(looks)} ${one(people)} with ${one(parts)} and ${one(parts)}, wearing a ${one(looks)} ${one(clothes)} in a ${one(looks)} ${one(places)}`,
			]
		: [`${one(looks)} ${one(people)}`, ...many(parts, 3), ...many(clothes, 2), ...many(places, 2)];
	const tags = [...body, ...many(styles, 4)];
	tags.splice(Math.floor(random() * (tags.length + 1)), 0, one(sexual));
	return tags.map((tag) => (random() < 0.1 ? tag.replaceAll(' ', '_') : tag)).join(', ');
}
