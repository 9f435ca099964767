import { pick, type Random } from './random.ts';

/** Harmless tags as members combine them, and some whose letters look like a listed word. No list of the gate was used. */
const subjects =
	'1girl|1boy|2girls|2boys|1girl, 1boy|multiple girls|no humans|1other|3girls|solo|1girl, solo|1boy, solo'.split('|');
const common =
	'long hair|short hair|blonde hair|black hair|blue hair|pink hair|silver hair|white hair|red hair|brown hair|twintails|ponytail|braid|ahoge|bangs|hair ribbon|hair ornament|hairband|blue eyes|red eyes|green eyes|purple eyes|yellow eyes|heterochromia|smile|open mouth|closed mouth|blush|grin|crying|tears|angry|expressionless|closed eyes|looking at viewer|looking back|looking away|from behind|from above|from below|from side|upper body|full body|cowboy shot|portrait|close-up|standing|sitting|lying|kneeling|running|jumping|walking|sleeping|hand on own hip|arms up|v|peace sign|holding sword|holding weapon|holding umbrella|holding book|holding cup|school uniform|serafuku|pleated skirt|skirt|dress|white dress|shirt|white shirt|collared shirt|jacket|hoodie|coat|scarf|hat|witch hat|beret|gloves|boots|thighhighs|pantyhose|kimono|yukata|maid|apron|armor|cape|necktie|bowtie|glasses|swimsuit|bikini|one-piece swimsuit|shorts|barefoot|jewelry|earrings|necklace|choker|cat ears|animal ears|fox ears|rabbit ears|tail|wings|horns|halo|elf|pointy ears|demon girl|angel|vampire|witch|knight|ninja|samurai|princess|idol|nurse|detective|musician|guitar|piano|microphone|outdoors|indoors|night|day|sunset|sky|blue sky|clouds|starry sky|moon|full moon|rain|snow|ocean|beach|river|mountain|forest|tree|cherry blossoms|flower field|sunflower|garden|city|cityscape|street|neon lights|rooftop|train|train station|classroom|library|kitchen|bedroom|window|castle|ruins|temple|shrine|torii|festival|fireworks|lantern|cat|dog|bird|butterfly|dragon|horse|fish|food|cake|strawberry|tea|coffee|ice cream|sparkle|petals|bubbles|fire|water|magic|magic circle|book|sword|katana|gun|rifle|bow (weapon)|staff|umbrella|bag|backpack|bicycle|car|motorcycle|spaceship|robot|mecha|cyberpunk|steampunk|fantasy|science fiction|watercolor (medium)|sketch|lineart|monochrome|greyscale|pixel art|chibi|retro artstyle|1990s (style)|depth of field|blurry background|bokeh|lens flare|backlighting|dramatic lighting|dutch angle|wide shot|wallpaper|absurdres|highres|newest|recent|masterpiece|best quality|very aesthetic|souryuu asuka langley|neon genesis evangelion|hatsune miku|vocaloid|frieren|sousou no frieren|fate/stay night|saber (fate)|rem (re:zero)|genshin impact|hu tao (genshin impact)|touhou|hakurei reimu|kirisame marisa|pokemon|pikachu|blue archive|arknights|honkai: star rail|2b (nier:automata)|zero two (darling in the franxx)|spy x family|yor forger|chainsaw man|makima (chainsaw man)|bocchi the rock!|k-on!|gundam|medium breasts|large breasts|midriff|navel|bare shoulders|detached sleeves|sleeveless|^_^|:d|;)|>_<'.split(
		'|',
	);
const tricky =
	"class|grass|assassin|bass guitar|glass|compass|passion fruit|assault rifle|brass instrument|shotgun|shot glass|long shot|screenshot|shota aizawa|lolita fashion|gothic lolita|lollipop|lolipop candy|lol|1girl, 17|17|age 300|500 year old vampire|25 years old|1,000 years old|12 years later|10 year anniversary|2 years ago|Kill la Kill|matoi ryuuko|cocktail|cocktail dress|peacock|cockatiel|weathercock|hancock|scunthorpe|essex|sussex|middlesex|sextant|unisex|six|sixteen candles|document|cucumber|circumference|cumulus clouds|cumulonimbus|accumulate|analog clock|analysis|canal|banal|therapist|grapes|drapes|rapeseed field|skyscraper|titan|titanium|attack on titan|constitution|shiitake mushroom|pussy willow|pussycat hat|dickens|moby dick|penguin|peninsula|pencil|pen is on the desk|open eyes|happening|spicy|nude lipstick|naked mole rat|baby blue dress|baby bird|baby's breath (flower)|a minor|e minor chord|ursa minor|kid icarus|child|mother and child|baby|toddler|family|little girl|young girl, red riding hood|childhood friend|teenage mutant ninja turtles|teenager|16 years old|schoolgirl|high school|middle school|kindergarten|student council|randoseru|petite|photo of a mountain|photo (medium)|photo background|photograph of a castle|real life|actress|my friend|cosplay|celebrity portrait|youtuber|virtual youtuber|polaroid|safe|safe zone|sensitive skin|explicitly drawn|inexplicable|button|butterfly|buttercup|halibut|rebuttal|harass|embarrassed|dashi|hello|hoe (tool)|shoe|gardening hoe|thong sandals|strip mall|comic strip".split(
		'|',
	);

/** Writes one ordinary prompt. */
export function ordinaryPrompt(random: Random): string {
	const tags = [pick(random, subjects)];
	const count = 3 + Math.floor(random() * 14);
	for (let i = 0; i < count; i++) tags.push(random() < 0.03 ? pick(random, tricky) : pick(random, common));
	if (random() < 0.5) tags.push(pick(random, tricky));
	const written = tags.map((tag) => {
		const style = random();
		if (style < 0.06) return `(${tag}:1.${1 + Math.floor(random() * 5)})`;
		if (style < 0.1) return `((${tag}))`;
		if (style < 0.18) return tag.replaceAll(' ', '_');
		return style < 0.22 ? tag.toUpperCase() : tag;
	});
	return written.join(random() < 0.1 ? ',' : ', ');
}
