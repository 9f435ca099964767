import { pick, type Random } from '../random.ts';

function lines(text: string): readonly string[] {
	return text
		.split(/[|\n]/)
		.map((item) => item.trim())
		.filter((item) => item !== '');
}

/** `suffix=name,name|suffix=name` becomes `name (suffix)`, the way Danbooru tells namesakes apart. */
function suffixed(text: string): readonly string[] {
	return text
		.replaceAll('\n', '')
		.split('|')
		.flatMap((group) => {
			const [suffix = '', names = ''] = group.split('=');
			return names.split(',').map((name) => `${name.trim()} (${suffix.trim()})`);
		});
}

/** `slot:filler|filler;slot:filler` becomes a map from the slot to its fillers. */
function slots(text: string): ReadonlyMap<string, readonly string[]> {
	return new Map(
		text.split(';').map((entry) => {
			const [name = '', fillers = ''] = entry.split(':');
			return [name.trim(), lines(fillers)];
		}),
	);
}

const CHARACTERS: readonly string[] = [
	...suffixed(`
fate=saber,artoria pendragon,archer,gilgamesh,medusa,medea,cu chulainn,iskandar,scathach,jeanne d'arc,
jeanne d'arc alter,nero claudius,tamamo no mae,mordred,ishtar,ereshkigal,leonardo da vinci,merlin,karna,arjuna,
okita souji,oda nobunaga,miyamoto musashi,tomoe gozen,semiramis,enkidu,morgan le fay,boudica,florence nightingale,
minamoto no raikou,atalanta,astolfo,quetzalcoatl,osakabehime,ozymandias,sherlock holmes,edmond dantes|
genshin impact=raiden shogun,zhongli,venti,hu tao,ganyu,keqing,jean,lisa,kaeya,diluc,eula,mona,ningguang,beidou,yelan,
shenhe,yae miko,kamisato ayato,kamisato ayaka,arataki itto,sangonomiya kokomi,kujou sara,tartaglia,nilou,dehya,candace,
alhaitham,kaveh,cyno,tighnari,furina,neuvillette,navia,clorinde,arlecchino,wriothesley,xianyun,chiori,rosaria,albedo,
xiao,mavuika,xilonen,mualani,citlali|honkai: star rail=kafka,himeko,welt yang,blade,dan heng,jing yuan,seele,
bronya rand,gepard landau,natasha,serval landau,topaz,jingliu,ruan mei,black swan,acheron,aventurine,boothill,robin,
sunday,firefly,feixiao,lingsha,the herta,argenti,dr. ratio|honkai impact=raiden mei,murata himeko,fu hua,yae sakura,
durandal,elysia,rita rossweisse|zenless zone zero=jane doe,zhu yuan,von lycaon,nicole demara,hoshimi miyabi,
burnice white,caesar king|wuthering waves=yinlin,changli,jinhsi,camellya,shorekeeper,jiyan,calcharo,carlotta,zani|
arknights=texas,exusiai,lappland,skadi,specter,surtr,schwarz,ch'en,silverash,blaze,hoshiguma,nearl,mudrock,kal'tsit,
ling,dusk,nian,saria,siege,thorns,mountain,eyjafjalla,mostima,bagpipe,gladiia,penance|azur lane=enterprise,belfast,
prinz eugen,bismarck,hood,illustrious,formidable,st. louis,new jersey,shinano,graf zeppelin|kancolle=kongou,haruna,
kirishima,yamato,musashi,nagato,mutsu,iowa,warspite,richelieu,akagi,kaga|girls' frontline=ump45,hk416,m4a1,wa2000,ak-12,
springfield|nikke=rapi,scarlet,snow white,dorothy|granblue fantasy=zeta,beatrix,katalina,siegfried,percival,belial,
sandalphon
`),
	...lines(`
aizen sousuke|catherine (fire emblem)|toyosatomimi no miko|jessica albert|lize helesta|pyra (xenoblade)|zack fair|
akagi ritsuko|siegward of catarina|celes chere|jet black|ginko (mushishi)|tenma kenzou|heavy (tf2)|professor sycamore|
watatsuki no yorihime|chell (portal)|kaine (nier)|selen tatsuki|tomioka giyuu|hoshiguma yuugi|no-face|kasane teto|
ahsoka tano|roy focker|onozuka komachi|reinhardt (overwatch)|balthier|queen serenity|crash bandicoot|sakata gintoki|
ike eveland|scorpion (mortal kombat)|kazami yuuka|yoshimitsu|kagiyama hina|tokino sora|jill valentine|quistis trepe|
shihouin yoruichi|marcille donato|shiranui flare|millia rage|sans (undertale)|luigi|fran (ff12)|alex louis armstrong|
junko (touhou)|fire keeper|falin touden|jiraiya (naruto)|lightning farron|aerith gainsborough|inuyasha (character)|
tohoku zunko|ceres fauna|megurine luka|vincent valentine|melia antiqua|undyne|shishio makoto|hange zoe|big boss|
tyrande whisperwind|genos|yor briar|sebastian michaelis|kanroji mitsuri|ibaraki kasen|joseph joestar|hatsune miku|
kuujou joutarou|leon s. kennedy|makima (chainsaw man)|gourry gabriev|katarina (league of legends)|shishiro botan|
melina (elden ring)|ia (vocaloid)|mia fey|megaera (hades)|franky (one piece)|narberal gamma|reisen udongein inaba|
master chief|hijikata toushirou|terry bogard|hornet (hollow knight)|doomguy|mirko|claire redfield|riza hawkeye|
patchouli knowledge|karlach|futatsuiwa mamizou|yakumo ran|lucina (fire emblem)|spy (tf2)|princess daisy|ninomae ina'nis|
shanks (one piece)|matsumoto rangiku|rx-78-2|noctis lucis caelum|irelia (league of legends)|sakamata chloe|
wiz (konosuba)|gyarados|emiya kiritsugu|astarion|deedlit|vergil (devil may cry)|arthas menethil|elira pendora|
lady maria of the astral clocktower|nagae iku|yakumo yukari|kiryu kazuma|casca (berserk)|commander shepard|
ivy valentine|shirakami fubuki|waluigi|charizard|cortana (halo)|miles edgeworth|shanoa|nekomata okayu|
cecilia immergreen|totoro|saitama (one-punch man)|himeno (chainsaw man)|spike spiegel|levi (shingeki no kyojin)|
brook (one piece)|edelgard von hresvelg|tony tony chopper|cirilla fiona elen riannon|dimitri alexandre blaiddyd|
nico robin|yennefer of vengerberg|tifa lockhart|bayonetta|lyn (fire emblem)|bulbasaur|mei (overwatch)|
nerissa ravencroft|solid snake|hakos baelz|kassandra (assassin's creed)|vox akuma|lulu (ff10)|judy alvarez|
starscourge radahn|ange katrina|c.c.|lisa lisa|phoenix wright|endeavor (boku no hero academia)|roboco-san|
a2 (nier:automata)|kazama iroha|monkey d. luffy|ezio auditore da firenze|moona hoshinova|darth vader|
trish (devil may cry)|kirby|uzui tengen|sonic the hedgehog|ainz ooal gown|yamato (one piece)|guile|pomu rainpuff|
luo tianyi|askeladd|vash the stampede|princess zelda|alyx vance|morrigan (dragon age)|yasuo (league of legends)|
kuchiki byakuya|ahri (league of legends)|kochiya sanae|yuna (ff10)|olivier mira armstrong|kazama jin|dragonite|
inugami korone|auron|jill warrick|enna alouette|hijiri byakuren|noel vermillion|jessie (pokemon)|link|ada wong|
jigen daisuke|amuro ray|illidan stormrage|kizuna akari|blaidd the half-wolf|kotomine kirei|
hawks (boku no hero academia)|jaina proudmoore|batman|caitlyn (league of legends)|kamishirasawa keine|sesshoumaru|
sol badguy|l (death note)|ishikawa goemon|yagami iori|imaizumi kagerou|ironmouse|ouro kronii|watson amelia|
squall leonhart|byleth (fire emblem)|zagreus (hades)|alexstrasza|hakurei reimu|chun-li|ramlethal valentine|
uchiha madara|lancelot (fate/zero)|gojou satoru|zangief|portgas d. ace|diantha (pokemon)|shadowheart|
shadow the hedgehog|fujiwara no mokou|erwin smith|samus aran|sub-zero (mortal kombat)|frog (chrono trigger)|
2b (nier:automata)|y'shtola rhul|meiko (vocaloid)|toriel|moogle|uchiha itachi|magus (chrono trigger)|lady eboshi|
nanashi mumei|tamayo (kimetsu no yaiba)|fubuki (one-punch man)|lupin iii|hoshimachi suisei|nami (one piece)|
gordon freeman|tyrael (diablo)|umbreon|houshou marine|yowane haku|rosemi lovelock|heiter|vi (league of legends)|
irys (hololive)|chris redfield|gumi|kumoi ichirin|chrom (fire emblem)|sephiroth|kishibe rohan|takemi tae|
raiden (metal gear)|thancred waters|kain highwind|hecatia lapislazuli|camilla (fire emblem)|luca kaneshiro|
kaela kovalskia|arthur morgan|trafalgar law|sylvanas windrunner|frieren|elizabeth rose bloodflame|laios touden|
dante (devil may cry)|pavolia reine|hayakawa aki|omaru polka|ignis scientia|liara t'soni|altair ibn-la'ahad|
mori calliope|albedo (overlord)|widowmaker (overwatch)|lord el-melloi ii|lucario|martina (dq11)|kaku seiga|chocobo|
shiranui mai|eevee|matara okina|clive rosfield|wakasagihime|minthara|takanashi kiara|saigyouji yuyuko|i-no|morag ladair|
nanami kento|sylveon|terra branford|meta knight|hector (fire emblem)|haman karn|sheryl nome
`),
];

const SERIES = lines(`
vocaloid|fate/stay night|fate/zero|genshin impact|honkai: star rail|honkai impact 3rd|zenless zone zero|wuthering waves|
azur lane|kantai collection|girls' frontline|goddess of victory: nikke|granblue fantasy|touhou|hololive|
hololive english|naruto|naruto shippuuden|bleach|fullmetal alchemist|cowboy bebop|neon genesis evangelion|
ghost in the shell|shingeki no kyojin|jujutsu kaisen|kimetsu no yaiba|jojo no kimyou na bouken|chainsaw man|
spy x family|sousou no frieren|dungeon meshi|overlord (maruyama)|kono subarashii sekai ni shukufuku wo!|kuroshitsuji|
hellsing|trigun|gintama|inuyasha|slayers|record of lodoss war|rurouni kenshin|berserk|violet evergarden|one-punch man|
boku no hero academia|gundam|mobile suit gundam|gundam suisei no majo|lupin iii|code geass|macross frontier|steins;gate|
mushishi|monster (manga)|death note|tengen toppa gurren lagann|howl no ugoku shiro|sen to chihiro no kamikakushi|
mononoke hime|kurenai no buta|final fantasy|final fantasy vii|final fantasy vii remake|final fantasy x|
final fantasy xiv|devil may cry|bayonetta|street fighter|guilty gear|guilty gear strive|blazblue|soulcalibur|
the legend of zelda|the legend of zelda: breath of the wild|super mario bros.|metroid|fire emblem|
fire emblem: three houses|xenoblade chronicles 2|xenoblade chronicles 3|dragon quest|chrono trigger|dark souls|
dark souls iii|bloodborne|sekiro: shadows die twice|metal gear solid|ryuu ga gotoku|castlevania|
castlevania: symphony of the night|resident evil|resident evil village|pokemon|pokemon (game)|monster hunter: world|
tomb raider|overwatch|league of legends|the witcher|mass effect|horizon zero dawn|god of war|halo (series)|
cyberpunk 2077|cyberpunk edgerunners|baldur's gate 3|half-life|assassin's creed|dragon age|mortal kombat|deltarune|
hollow knight|hades (game)|world of warcraft|diablo|dota 2|red dead redemption|star wars|marvel|dc comics|
sonic the hedgehog|minecraft|terraria|stardew valley|skyrim|dungeons and dragons|magic: the gathering|tales of arise|
ys (series)|ico|shadow of the colossus|journey (game)|splatoon|animal crossing|planescape|hunter x hunter|sailor moon|
saint seiya|hokuto no ken|space battleship yamato|akira (manga)|laputa|blame!|dorohedoro|golden kamuy|
ookami to koushinryou|aria (manga)|land of the lustrous|psycho-pass|black lagoon|path to nowhere|reverse:1999|
library of ruina|omori|disco elysium|cuphead
`);

const QUALITY = lines(`
masterpiece|best quality|high quality|amazing quality|very aesthetic|great quality|absurdres|highres|ultra detailed|
extremely detailed|highly detailed|intricate details|newest|recent|late|incredibly absurdres|official art|sharp focus|
very awa|finely detailed|beautiful detailed eyes|professional|award winning|trending on pixiv|unity 8k wallpaper|
best aesthetic|good quality|aesthetic|clean lines|perfect composition
`);

const SUBJECTS = lines(`
1girl|1girl, solo|1boy|1boy, solo|1woman|1man|2girls|2boys|1boy, 1girl|3girls|multiple girls|multiple boys|1other|solo|
couple|group|crowd|1girl, 1boy|solo, mature female|solo, male focus|old man, solo|adult woman|1girl, solo focus|4girls|
6+girls|everyone
`);

const PEOPLE_TAGS = lines(`
long hair|medium hair|white hair|blue hair|green hair|ponytail|high ponytail|twintails|low twintails|french braid|
double bun|half updo|bob cut|undercut|afro|dreadlocks|wavy hair|curly hair|messy hair|spiked hair|ahoge|sidelocks|bangs|
parted bangs|hair over one eye|hair over shoulder|hair intakes|asymmetrical hair|floating hair|slicked back hair|
shiny hair|green eyes|yellow eyes|brown eyes|black eyes|grey eyes|aqua eyes|golden eyes|orange eyes|glowing eyes|
sparkling eyes|tareme|eyeshadow|half-closed eyes|one eye closed|wide-eyed|symbol-shaped pupils|star-shaped pupils|
white pupils|eyepatch|freckles|facial mark|forehead mark|dark skin|pale skin|blue skin|muscular|tall|smile|smug|
expressionless|annoyed|sad|crying|tears|happy tears|embarrassed|light blush|sleepy|scared|open mouth|parted lips|
tongue out|puffy cheeks|sweatdrop|anger vein|melancholy|looking at viewer|looking away|looking at another|standing|
kneeling|crouching|lying in grass|running|falling|dancing|singing|fighting stance|leaning forward|leaning on railing|
arms up|arms behind back|arms behind head|hand on own chin|hand up|pointing|pointing at viewer|finger to mouth|shushing|
reaching out|holding hands|back-to-back|princess carry|high five|seiza|indian style|standing on one leg|dynamic pose|
contrapposto|bowing|cooking|reading|drinking|riding|playing instrument|texting|shopping|sewing|knitting|sweeping|
drawing sword|sheathing|aiming|adjusting headwear|collared shirt|dress shirt|blouse|sweater|leather jacket|denim jacket|
letterman jacket|blazer|suit|pant suit|waistcoat|vest|coat|fur-trimmed coat|cloak|capelet|poncho|shawl|dress|
white dress|black dress|evening gown|wedding dress|sundress|cocktail dress|pinafore dress|long dress|layered dress|
long skirt|high-waist skirt|pants|cargo pants|shorts|spacesuit|kimono|furisode|obi|miko|hanfu|qipao|china dress|hanbok|
sari|robe|cassock|maid apron|apron|frilled apron|maid headdress|naval uniform|band uniform|flannel|basketball jersey|
corset over dress|sleeveless|bare shoulders|frills|lace trim|gold trim|fur trim|embroidery|floral print|polka dot|
striped|vertical stripes|argyle|camouflage|checkered|torn cape|sailor collar|buttons|suspenders|ascot|epaulettes|
aiguillette|pantyhose|thighhighs|kneehighs|socks|striped socks|boots|knee boots|thigh boots|high heels|zouri|slippers|
fingerless gloves|bridal gauntlets|hat|fedora|beret|baseball cap|straw hat|sun hat|cowboy hat|beanie|nurse cap|crown|
head wreath|headband|hair ribbon|hair bow|hair flower|hairclip|scrunchie|bandana|veil|hachimaki|goggles on head|glasses|
sunglasses|monocle|headset|earmuffs|mask|fox mask|helmet|magatama earrings|necklace|pendant|bracelet|ring|wrist cuffs|
wristwatch|bandages|face paint|lipstick|red lips|backpack|uchiwa|camera|book|old book|scroll|wine glass|microphone|
suitcase|cat ears|fox ears|wolf ears|rabbit ears|dog ears|bear ears|animal ears|dragon tail|dragon horns|demon horns|
curled horns|single horn|angel wings|feathered wings|bat wings|orc|mermaid|harpy|lamia|slime girl|oni|zombie|cyborg|
android|robot joints|monster girl|dragon girl|fox girl|cat girl|mage|wizard|witch|priest|nun|monk|necromancer|druid|
ranger|thief|assassin|ronin|shrine maiden|viking|gladiator|bounty hunter|blacksmith|merchant|bartender|baker|chef|
farmer|fisherman|nurse|scientist|engineer|astronaut|sailor|salaryman|librarian|idol|dancer|princess|empress|maid|
seamstress|racer|beekeeper|postman
`);

const SCENE_TAGS = lines(`
full body|cowboy shot|close-up|wide shot|very wide shot|from below|from behind|fisheye|pov|bird's-eye view|panorama|
vanishing point|perspective|foreshortening|rule of thirds|blurry background|bokeh|lens flare|chromatic aberration|
vignetting|double exposure|split screen|character sheet|negative space|silhouette|dynamic angle|out of frame|
feet out of frame|backlighting|crepuscular rays|dappled sunlight|light particles|firelight|neon lights|string lights|
spotlight|stage lights|dramatic lighting|cinematic lighting|underlighting|glowing light|sparkle|shadow|
subsurface scattering|ray tracing|bright|embers|glow|rain|heavy rain|snowing|blizzard|mist|storm|lightning|overcast|
cumulonimbus cloud|night sky|starry sky|milky way|aurora|eclipse|sunset|dawn|frost|hail|sandstorm|heat haze|summer|
winter|cat|black cat|shiba inu|fox|rabbit|hamster|mouse|hedgehog|red panda|panda|bear|polar bear|tiger|leopard|
snow leopard|cheetah|zebra|rhinoceros|kangaroo|koala|horse|white horse|donkey|rooster|goose|hawk|peacock|cockatiel|
hummingbird|great tit (bird)|seagull|penguin|butterfly|moth|dragonfly|ladybug|beetle|spider|frog|toad|turtle|tortoise|
snake|chameleon|crocodile|sperm whale|orca|otter|jellyfish|crab|lobster|starfish|manta ray|capybara|raccoon|weasel|
badger|beaver|monkey|bat (animal)|dragon|wyvern|griffin|pegasus|hydra|sea serpent|golem|minotaur|cerberus|chimera|
basilisk|sphinx|gargoyle|ogre|slime (creature)|mimic|qilin|nine-tailed fox|will-o'-the-wisp|fairy|giant|kaiju|spirit|
familiar|apple|grapes|banana|lemon|watermelon|pineapple|mango|melon|pomegranate|pumpkin|mushroom|corn|croissant|
melon bread|sandwich|hot dog|soba|sushi|onigiri|okonomiyaki|curry rice|baozi|oden|sausage|fried egg|crepe|ice cream|
ice cream cone|popsicle|shortcake|cupcake|doughnut|chocolate|candy|lollipop|candy apple|taiyaki|mooncake|green tea|
coffee|latte art|soda|sake|cocktail|flower|blue rose|white rose|tulip|sunflower|camellia|dandelion|morning glory|
magnolia|bellflower|forget-me-not|snapdragon|ivy|vines|fern|bamboo forest|palm tree|maple leaf|oak|birch|bonsai|
tall grass|grass|thorns|coral reef|lily pad|overgrown|petals|car|sports car|vintage car|taxi|bicycle|train|
train interior|train station|monorail|airship|hot air balloon|rocket|spacecraft|ship|sailing ship|warship|boat|canoe|
gondola|hovercraft|carriage|sled|tractor|fire engine|caravan|skateboard|road sign|castle|tower|clock tower|lighthouse|
windmill|church|stained glass|temple|pagoda|pyramid|mansion|cottage|treehouse|tent|skyscraper|cyberpunk city|village|
crosswalk|market|library|museum|greenhouse|aquarium|planetarium|theater|concert stage|stadium|factory|power plant|dock|
bridge|stone bridge|aqueduct|fountain|japanese garden|park|staircase|hallway|dungeon|laboratory|cockpit|living room|
workshop|attic|izakaya|onsen sign|ferris wheel|snowy mountain|desert|oasis|canyon|crystal cave|river|lake|pond|swamp|
beach|waves|island|glacier|iceberg|earth (planet)|desk|stool|bookshelf|mirror|window|chandelier|desk lamp|candle|rug|
pillow|blanket|swing bench|grandfather clock|hourglass|globe|typewriter|gramophone|keyboard (computer)|
mechanical keyboard|controller|vase|painting (object)|easel|compass|treasure chest|key|chain|stuffed animal|doll joints|
chess piece|chessboard|tarot|shogi|sword|greatsword|katana|rapier|sabre|dual wielding|kunai|lance|halberd|naginata|
battle axe|war hammer|flail|staff|bow (weapon)|arrow (projectile)|rifle|shotgun|cannon|energy sword|beam saber|
crystal ball|armor|shoulder armor|breastplate|pauldrons|chainmail|japanese armor|power armor|exoskeleton|sheathed|
planted sword|banner|torch|tennis racket|table tennis|golf|badminton|figure skating|skiing|snowboarding|surfboard|
archery|cycling|bowling|fishing rod|piano|violin|cello|guitar|bass guitar|drum set|flute|ocarina|saxophone|lute|erhu|
conductor baton|vinyl record|jazz band|christmas|christmas tree|new year|valentine|easter egg|tanabata|hanami|tsukimi|
setsubun|summer festival|paper lantern|sky lantern|lunar new year|snowman|wreath|candy cane|party popper|koinobori|
kadomatsu|omikuji|ema|bonfire|oil painting (medium)|acrylic paint (medium)|ukiyo-e|charcoal (medium)|graphite (medium)|
colored pencil (medium)|marker (medium)|traditional media|sketch|greyscale|limited palette|cel shading|painterly|
baroque|rococo|minimalism|ligne claire|stained glass style|pixel art|voxel art|3d render|retro artstyle|anime screencap|
album cover|fake cover|comic|manga page|game cg|tarot card style|infographic|blueprint|vaporwave|steampunk|solarpunk|
gothic|high fantasy|science fiction|film noir|cottagecore|ghibli style|hokusai style|monet style|collage|graffiti|
halftone|crosshatching|thick outlines|glitch|analog film|polaroid|vintage poster|embroidery art|mosaic art|
marble statue|pink theme|orange theme|brown theme|pastel colors|high contrast|warm colors|simple background|
grey background|gradient background|blue background|black background|beige background|two-tone background|
patterned background|starry background|transparent background|indoors|border|white border|ornate border|frame|
spade (shape)|club (shape)|diamond (shape)|pentagram|ankh|english text|watermark free|logo|no text|coat of arms|
infinity symbol|exclamation point|constellation|fanart|wallpaper
`);

const NUMBERS = lines(`
1980s (style)|1990s (style)|2000s (style)|1970s (style)|1960s|1920s fashion|year 2023|year 2022|year 2019|2024|2015|
1997|4k|8k|8k uhd|16k|hd 1080p|720p|1440p|2160p|85mm|50mm lens|35mm film|24mm|135mm f/2|70-200mm|f/1.8|f/2.8|f/1.4|
iso 100|iso 800|1/1000s|16:9|4:3|21:9|9:16|1:1|3:2|level 99|lv 1|lvl 100|100 percent|99%|50% grey|mk2|mk ii|mk. 3|
rx-78-2|ms-06|vf-1s|eva-01|unit-02|type 95|b-29|f-16|f/a-18|t-34|mig-21|a6m zero|boeing 747|bmw e30|ae86|porsche 911|
r34|ps1 graphics|n64|8-bit|16-bit|32 bit|gen 1|version 2.0|v3|part 3|episode 12|chapter 7|no. 5|#1|72 dpi|300dpi|60fps|
5500k white balance|14th century|17th century|18th century castle|12 o'clock|12th night|7 swords|9 tails|3 moons|
10 stars|15 cats|13 candles|16 roses|11 ravens|1000 cranes|100 ships|500 miles|2 wings|6 wings|4 arms|3d|2.5d|route 66|
area 51|apollo 11|2077|40k|24 hours|room 404|18k gold|12-string guitar|7-string guitar|88 keys|d20|2d6
`);

const HABITS = lines(`
^_^|^^|:3|:d|:)|:-)|;)|:p|xd|XD|:o|;_;|t_t|T_T|o_o|O_O|@_@|+_+|=_=|-_-|u_u|uwu|UwU|owo|OwO|._.|0_0|=w=|:0|:/|:')|\\o/|
(^_^)|(^o^)/|(≧▽≦)|(´・ω・\`)|(・∀・)|(*^▽^*)|(｡◕‿◕｡)|ヽ(´▽\`)/|(╯°□°)╯︵ ┻━┻|¯\\_(ツ)_/¯|ʕ•ᴥ•ʔ|(つ≧▽≦)つ|(｀・ω・´)|m(_ _)m|
( ͡° ͜ʖ ͡°)|٩(◕‿◕)۶|(ﾉ◕ヮ◕)ﾉ*:･ﾟ✧|orz|✨|🌸|🔥|❤️|💙|🌙|⭐|🌟|☕|🐱|🦊|🐉|⚔️|🛡️|🏰|🌊|🍜|🎨|🎆|🌧️|❄️|🍂|🌻|👑|🚀|🤖|😊|😎|😂|🥺|🙏|👍|🎉|🎸|♪|♥|★|☆|→|
!!|!!!|?|??|...|…|~|~~|;|, ,|lol|pls|plz|thx|thanks!|please :)|ty!!|wow|hehe|???!|。|、|·|&|+
`);

const SENTENCES = lines(`
album cover for a lo-fi mix, {who} {doing}, {light}|{who} writes in a diary at {thing}|
astronaut finds {plant} on another planet|still life with {food}, {plant} and {thing}|{animal} dressed as a {job}|
they play cards {time} with {food} on the table|{job} class design for an rpg, {style}|
witch brewing a potion in a {building}, {animal} watching|a male {job} with a beard and kind eyes|
{place} reclaimed by nature, {plant} everywhere|portrait of a {job} in {artstyle}|
an elderly {job} teaching the craft, {light}|travel poster of {city}, {artstyle}|
{who} crossing a rope bridge, {weapon} on the back|a tired {job} after a long shift drinking coffee in {place}|
view over the roofs of {city} {time}|{who} {wear} and a {colour} scarf, breath visible in the cold|
she laughs while {animal} licks her hand, {light}|{char} but drawn in {artstyle}|
the {job} of the kingdom, holding {weapon}|{city} in the year 2300 with {vehicle} in the sky|
logo with {animal} and {plant}, flat colours, {colour} and {colour}|{who} riding {vehicle} across {place}|
{colour} and {colour} sunset over {place}|a cheerful {job} greeting customers {time}|
alchemist's table with {thing}, potions and {plant}|a couple holding hands on a bridge in {city} {time}|
pilot in front of a mecha, helmet under one arm|{who} reads a letter by candlelight, {mood}|
epic battle between {who} and {beast}, {light}, {style}|
low angle shot of {who}, {weapon} resting on the shoulder, {light}|{char} {doing} in {place}, {style}|
the silhouette of {who} against {place} {time}|{who} {doing} in {place} {time}|
group photo of {who}, {who} and {who}, everybody smiling|spaceship landing in {place}, dust everywhere, {light}|
a {job} and a {job} arguing over the last {food2}|inside the engine room of {vehicle}, steam and brass, {light}|
{who} with mechanical wings lands on a rooftop in {city}|{weapon} stuck in a stone, {light}, {plant} around it|
{who} {wear} walks through {place}, {light}|nothing but {place}, no people, {light}, {style}|
{char} versus {char}, dramatic pose, {light}|{plant} growing over {thing} in {place}|
make me a wallpaper with {place} {time}, {mood}|wide shot of {place} {time}, {mood}|
{who} fights {beast} with {weapon} near {place}|{animal} wearing tiny armour and holding {weapon}|
a {colour} sports car drifting in {city} at night, neon lights|a retired {job} fishing with {animal}|
{who} stands on the edge of the cliff, the cape blows in the wind|lonely {building} while it {weather}, {mood}|
christmas morning, {animal} under the tree, {food} on the table|a tall woman {hair} {wear} in {place}|
{who} {hair} and {eyes} smiles softly at the camera|new year's fireworks over {city}, people in winter coats|
{animal} looking at the moon from {place}|a menu illustration of {food}, {style}|
a {building} at the end of the road, {time}, {mood}|a {colour} dragon curled around a {building}|
a statue of {who} in {place}, covered in moss|{who} standing in front of {place} {time}, {light}|
can you make {animal} {wear}? {style}|{animal} and {animal} are best friends, {style}|
{who} surfing on a huge wave in the style of hokusai|a chess set where the king is {who}|
{animal} stealing {food} from the kitchen counter|street musician with {instrument} in {city} while it {weather}|
{beast} flies over {place} {time}, {style}|{beast} sleeping on a pile of gold inside {place}|
{who} discovers {thing} hidden in {place}|a jazz band with {instrument} in a smoky bar in {city}|
two friends sharing {food} in {place} {time}|wedding of {who} and {who} in {place}, petals in the air|
farewell at the train station, {mood}|{food} on a wooden table, {light}, photo for a cookbook|
{place} underwater, fish swim between the columns|isometric {building} with a {colour} roof, game asset|
baby {beast2} hatching from an egg, soft light|a snow globe that contains {place}|
astronaut playing {instrument} on the moon|{char} playing chess against {char} in {place}|
{who} enjoying {season} in {place}|{place} floating in the clouds, {light}|{who} raises {weapon} toward the sky, {mood}|
wizard duel, {colour} lightning against {colour} fire|{who} climbs a mountain {time}, {mood}|
{animal} made of {colour} glass, studio lighting|a stained glass window showing {beast}|
ornate {weapon2} with {colour} gems, item icon|character sheet: {job}, {colour} and {colour} outfit, {weapon}|
{who} painting {place} on a canvas|a cozy room with {thing} and {thing}, {light}, {animal} asleep on the rug|
a parade led by {animal} with a {colour} balloon|please draw {who} {hair} {doing}|
an anime girl {hair} {wear}, {light}, {style}|an old man feeding {animal} in {place}|draw {char} holding {food} please|
a grandmother baking {food} in her kitchen, {light}|a female {job} with a {colour} jacket and a confident grin|
same character as before but {wear} and {doing}|{vehicle} parked outside {place} while it {weather}|
book cover for a mystery novel, {building}, {mood}|a tiny {building} on the back of a huge turtle|
{who} playing {instrument} on a stage, {light}|anime guy {hair} holding {weapon}, {mood}|
screenshot of a 90s anime, {who} {doing}, vhs look|{who} looking out of the window at {place} while it {weather}|
summer festival with lanterns, {who} eating {food}|an abandoned {building} with {plant} and broken windows|
{char} and {char} drinking tea in {place}|{who} dancing with a skeleton at a masquerade ball|
the crew of {vehicle} celebrates with {food}|tarot card of the {job}, ornate gold border, {artstyle}|
cute sticker of {animal}, thick white outline, simple background|{animal} chasing butterflies among {plant}|
{who} surrounded by {colour} butterflies, {mood}|manga page where {who} says "let's go!"|
a huge mecha kneeling in {place}, {light}, {style}|he looks at {place} and remembers his old friend, {mood}|
cross section of a {building} with many little rooms|{beast} drinking tea with {who}|
{place} made entirely of {food2}, whimsical|{char} as {who}, {wear}|what would {char} look like as {who}?|
{animal} sitting on {thing} next to {food}|a bottle with {vehicle} inside, macro photo, {light}|
a giant {thing2} in the middle of {place}, surreal|the first day of {season}, {animal} looks at {plant}|
over the shoulder view of {who} looking at {place}|the {colour} moon shines on {place}|
{who} training {beast} in {place}|a rainy evening in {city}, reflections on the pavement, {mood}|
how {beast} would look as a plush toy|movie poster: {who}, {beast}, {vehicle}, big title at the bottom|
{who} sitting on a throne made of {plant}|alien market where somebody sells {food2}|
{who} sells {food} from a stall in {place}|{instrument} leaning against {thing} in an empty room|
a painting of {who} {hair} {wear}, {style}|cherry blossom viewing picnic with {food}, {light}|
{who} under an umbrella waiting for {vehicle}|{who} meets a friendly ghost in {place}|
{beast} reading a newspaper in {city}, funny|full body concept art of a {job}, three views, white background|
{char} wearing a {colour} kimono under {plant}|a map of {place} drawn on old parchment|
abstract shapes in {colour}, {colour} and {colour}, {artstyle}|the smell of {food} fills {place}, people are laughing|
it {weather} in {city} and {who} is late for work|I want a picture of {who} and {animal} in {place}|
{who} holding a lantern in a dark forest, {light}
`);

const FILLERS = slots(`
who:a knight|an elven archer|a woman in armour|an old wizard|a lone samurai|a masked hero|a cyborg detective|
a fox spirit|a queen|a pirate captain|a travelling merchant|a tired office worker|a shrine maiden|a ballerina|
a dwarf blacksmith|a vampire lord|a forest witch|a space marine|a bounty hunter|an android|a viking|a lighthouse keeper|
a cowboy|a dragon tamer|a fallen angel|a female paladin|a bearded monk|a plague doctor|a desert nomad|a catgirl barista|
a gentleman in a top hat|an opera singer;
char:hatsune miku|saber|raiden shogun|zhongli|samus aran|2b|geralt|frieren|yor forger|link|princess zelda|mario|
lara croft|chun-li|cloud strife|tifa|sephiroth|reimu hakurei|marisa|spike spiegel|makima|guts|ganyu|
kafka from star rail|texas from arknights|suisei|korone|dante from dmc|bayonetta|karlach|astarion|toriel|pikachu|
solid snake|ranni|melina|alucard|vash|totoro|master chief;
place:a ruined castle|a quiet village|a bamboo forest|a neon-lit alley|an ancient library|a snowy mountain pass|
a busy harbour|a field of sunflowers|a floating island|a crystal cave|an old train station|a desert canyon|
a flooded cathedral|a rooftop garden|a small ramen shop|a foggy moor|a space station|a coral reef|a misty graveyard|
the great hall|an overgrown factory|a royal ballroom|a rice terrace|a frozen lake|a night market|a volcano|a hobby shop|
the museum;
time:at dusk|at dawn|at night|at noon|in the early morning|in the late afternoon|during a thunderstorm|
just after the rain|under a full moon|at golden hour|in the middle of winter|on a sunny day|before the battle|
after the war|at 5 am|at midnight;
light:volumetric light|soft rim lighting|warm candlelight|god rays through the leaves|cold blue moonlight|
cinematic lighting|neon reflections|dramatic shadows|studio lighting|lens flare|ray tracing|gentle backlight|
sunbeams full of dust|glowing particles everywhere;
mood:melancholic mood|very peaceful|epic and grand|a bit spooky|cosy atmosphere|nostalgic|dreamlike|tense atmosphere|
happy and bright|quiet and lonely|mysterious|hopeful|chaotic but funny|calm colours;
weather:rains|snows outside|storms|pours|is getting dark|drizzles|is foggy|hails|thunders;
wear:wearing a long red coat|wearing a white dress with gold trim|in full plate armour|in a dark blue kimono|
wearing a leather jacket and jeans|wearing a huge wizard hat|in a three-piece suit|wearing a yellow raincoat|
in a knitted sweater|wearing a fur-lined cloak|in a flight suit|wearing an apron|dressed for a winter hike|
in victorian clothes|wearing round glasses and a beret|in a military uniform;
hair:with long silver hair|with short black hair|with a messy bun|with curly red hair|with a thick braid|
with white hair and horns|with blue twintails|with green hair tied up|with a shaved head|with an undercut|
with blonde hair and a flower crown|with dark hair covering one eye;
eyes:blue eyes|golden eyes|tired eyes|mismatched eyes|glowing red eyes|kind brown eyes|sharp green eyes|
eyes like galaxies;
doing:reading a book|drinking tea|playing the violin|sharpening a sword|watching the rain|cooking stew|dancing alone|
feeding pigeons|fixing an old radio|casting a fire spell|taking photos|waiting for the bus|looking at the stars|
playing video games|carrying a heavy backpack|sweeping leaves|sleeping in a hammock|writing a song|petting a cat|
eating noodles;
beast:a dragon|a giant wolf|a phoenix|a kraken|a stone golem|a griffin|a three-headed hound|a sleeping titan|
a swamp hydra|a moss-covered troll|a sea serpent|a mechanical spider|a friendly slime|a white stag with glowing antlers|
an eldritch thing with many eyes;
beast2:dragon|griffin|phoenix|turtle|dinosaur|kraken|wyvern|owlbear;
animal:a black cat|a corgi|a red fox|an otter|a snowy owl|a fat pigeon|a capybara|a golden retriever|a red panda|
a raven|a hedgehog|a cockatoo|a sea turtle|a shire horse|a tabby kitten|a peacock|a frog with a leaf hat|a raccoon|
a humpback whale|a penguin;
thing:an old wooden desk|a grandfather clock|a broken throne|a treasure chest|a velvet armchair|a stack of books|
a brass telescope|a grand piano|a crystal ball|a stone bench|a typewriter|a kotatsu|a cracked mirror|a globe|
an iron kettle|a music box;
thing2:teapot|chess piece|clock|key|lantern|cello|compass|hourglass|umbrella|seashell;
food:a bowl of ramen|strawberry cake|fresh croissants|grilled fish|a plate of sushi|hot chocolate|apple pie|
a huge hamburger|pancakes with syrup|roast chicken|onigiri|cheese fondue|a glass of red wine|a pint of beer|curry rice|
taiyaki|spaghetti carbonara|a breast of duck with orange sauce;
food2:gingerbread|chocolate|cheese|candy|waffles|ice cream|bread|noodles|mochi|crackers;
plant:red roses|cherry blossoms|ivy|lavender|giant mushrooms|wisteria|spider lilies|ferns|sunflowers|blue hydrangeas|
cactus flowers|pussy willow|glowing moss|lotus flowers|maple leaves;
vehicle:an old steam train|a pirate ship|a red motorcycle|an airship|a rusty pickup truck|a hot air balloon|
a yellow taxi|a submarine|a starfighter|a wooden cart|a tram|a sailing boat|a flying broom|a vintage bus|a hoverbike;
weapon:a glowing greatsword|a katana|a long spear|a silver bow|a war hammer|a wooden staff|an energy blade|a rapier|
a huge scythe|twin daggers|a battered shield|a flintlock pistol|a halberd;
weapon2:dagger|longsword|crossbow|battle axe|wand|shield|spear|katana;
instrument:a violin|a cello|an electric guitar|a saxophone|a shamisen|a grand piano|a bass drum|an accordion|a harp|
a trumpet|an erhu|a hurdy-gurdy;
city:tokyo|kyoto|paris|venice|new york|berlin|a cyberpunk city|london|hong kong|prague|an elven city|lisbon|essex|cairo|
a city on mars|edinburgh|rio de janeiro;
season:spring|summer|autumn|winter|late autumn|the rainy season;
job:blacksmith|nurse|baker|detective|firefighter|librarian|astronaut|bartender|paladin|necromancer|clockmaker|surgeon|
florist|cartographer|ranger|bard|postman|taxi driver|beekeeper|fisherman|assassin|chef|pilot|massage therapist|bassist;
colour:red|blue|green|crimson|turquoise|golden|purple|black|white|orange|pastel pink|teal|silver|copper|emerald|
dark grey;
building:lighthouse|windmill|cottage|tavern|clock tower|greenhouse|observatory|castle|petrol station|bakery|temple|
treehouse|cinema|wizard tower|farmhouse|bookshop;
style:watercolour|oil painting|anime style|studio ghibli style|pixel art|ink drawing|art nouveau|cel shaded|
photorealistic, 85mm|concept art|ukiyo-e style|1990s anime style|detailed lineart|digital painting, 4k|matte painting;
artstyle:art deco|ukiyo-e|impressionism|pixel art|charcoal|watercolour|baroque oil painting|comic style|low poly|
pop art|pencil sketch|the style of mucha|chibi style|stained glass|papercut
`);

const LANGUAGES: readonly (readonly string[])[] = [
	lines(`
夕焼けの海辺に立つ騎士|桜の木の下でお茶を飲む女性|雨の日の喫茶店、窓際の席|銀髪の魔法使い、青い炎|満月の夜、屋根の上の黒猫|雪山の小さな山小屋、暖炉の灯り|刀を構える侍、竹林、霧|花火大会、浴衣、夏祭り|古い図書館で本を読む司書|
空飛ぶ島と滝、ファンタジー風景|ラーメンを食べる狐の耳の女性|ネオン街を歩くサイボーグ|巨大なドラゴンと勇者の戦い|紅葉の神社、石段、鳥居|宇宙船の操縦席から見る地球|メガネをかけた科学者、白衣|バイオリンを弾く男性、舞台、照明|
海底の神殿、光の柱、魚の群れ|ひまわり畑、麦わら帽子、青空|蒸気機関車、雪景色、朝焼け|ロボットが花に水をやる|パン屋の朝、焼きたてのパン|初音ミク、ライブ、ペンライト|東方、博麗霊夢、神社の掃除|水彩画風の風景、静かな湖|
着物姿の女性、番傘、雪|廃墟の城、蔦、夕暮れ|猫と一緒に昼寝、縁側、風鈴|鎧を着た女騎士、赤いマント|流れ星を見上げる二人、丘の上、最高品質
`),
	lines(`
ein Ritter vor einer Burgruine in der Abenddämmerung|eine Frau mit silbernen Haaren trinkt Tee im Garten|
schwarze Katze auf dem Dach bei Vollmond|alte Bibliothek mit Kerzenlicht und Staub in der Luft|
ein Drache fliegt über ein verschneites Dorf|Leuchtturm im Sturm, hohe Wellen|
gemütliches Café an einem regnerischen Nachmittag|Zauberer mit langem Bart und blauem Umhang|
Weihnachtsmarkt mit Lichterketten und Schnee|ein Roboter gießt die Blumen auf dem Balkon|
Hexe fliegt auf dem Besen über die Stadt|Dampflok auf einer Brücke im Nebel|Elfe mit Bogen im dichten Wald|
Samurai unter Kirschblüten, Tuschezeichnung|bitte zeichne einen Fuchs mit Schal im Herbst|
Schmied am Amboss, Funken fliegen|Raumschiff landet auf einem roten Planeten|
Bäckerin mit frischen Brezeln vor ihrem Laden|zwei Freunde angeln am See, Sonnenaufgang|
Geigerin auf der Bühne im Scheinwerferlicht|ein dicker Hamster isst einen Keks|
Burg auf einer schwebenden Insel, Wasserfall|Kommissar im Trenchcoat, Film noir|
Sonnenblumenfeld mit Windmühle, Aquarell|Kriegerin in goldener Rüstung, roter Umhang|
Straße in Berlin bei Nacht, nasse Fahrbahn|Meerjungfrau am Korallenriff, Sonnenstrahlen|
alter Fischer mit Pfeife, Porträt|Motorrad in der Wüste, Staub, Abendlicht|Wolf im Schnee schaut in die Kamera
`),
	lines(`
un caballero frente a un castillo en ruinas al atardecer|una mujer con vestido rojo bailando flamenco|
gato negro sobre el tejado, luna llena|biblioteca antigua iluminada por velas|
un dragón verde duerme sobre un montón de oro|ciudad futurista bajo la lluvia, luces de neón|
samurái en un bosque de bambú con niebla|bruja preparando una poción en su cabaña|barco pirata en medio de una tormenta|
chica anime con pelo azul y auriculares|un zorro entre hojas de otoño|mercado nocturno con faroles y comida|
astronauta tocando la guitarra en la luna|paisaje de montaña con lago y pinos, acuarela|
guerrera con armadura plateada y espada larga|panadero sacando el pan del horno|estación de tren vacía en invierno|
dos amigas tomando café en una terraza|robot gigante arrodillado en el campo|
un ángel con alas blancas sobre la catedral|fuegos artificiales sobre el puerto|
retrato de un anciano con barba y sombrero|elfa arquera en el bosque, luz suave|
tortuga gigante con una aldea en el caparazón|coche clásico en una calle de La Habana|pianista en un escenario oscuro|
campo de girasoles y cielo despejado|dibújame un búho con gafas, por favor|detective con gabardina bajo una farola|
cascada en la selva con guacamayos
`),
	lines(`
un chevalier devant un château en ruine au crépuscule|une femme aux cheveux argentés boit du thé|
chat noir sur un toit de Paris, pleine lune|vieille bibliothèque éclairée à la bougie|
dragon survolant un village enneigé|café en terrasse sous la pluie, reflets|
sorcière volant sur son balai au-dessus de la forêt|samouraï sous les cerisiers en fleurs|
phare dans la tempête, grosses vagues|robot qui arrose des fleurs sur un balcon|marché de Noël avec guirlandes et neige|
portrait d'un vieux marin avec une pipe|elfe archère dans une forêt brumeuse|vaisseau spatial au-dessus de Saturne|
boulangère tenant une corbeille de croissants|champ de lavande en Provence, aquarelle|
violoniste sur scène, lumière dramatique|renard roux endormi dans la neige|ville cyberpunk la nuit, néons violets|
mage avec un grimoire et des flammes bleues|train à vapeur traversant un viaduc|guerrière en armure dorée, cape rouge|
deux amis jouent aux échecs dans un parc|île flottante avec des cascades|dessine-moi un mouton dans les étoiles|
détective en imperméable, film noir|jardin japonais en automne, pont rouge|sirène près d'un récif de corail|
montgolfières au lever du soleil|hibou à lunettes lisant un journal
`),
	lines(`
um cavaleiro em frente a um castelo em ruínas ao entardecer|mulher de cabelo prateado tomando chá no jardim|
gato preto no telhado sob a lua cheia|biblioteca antiga com luz de velas|dragão vermelho voando sobre a montanha|
cidade futurista com chuva e neon|bruxa fazendo uma poção na cabana|samurai na floresta de bambu com neblina|
navio pirata na tempestade|raposa no meio das folhas de outono|robô regando flores na varanda|
padeiro com pão quente de manhã cedo|farol à noite, ondas grandes|elfa arqueira na floresta, luz suave|
astronauta tocando violão na lua|guerreira de armadura dourada e capa azul|feira noturna com lanternas e comida de rua|
bonde amarelo numa ladeira de Lisboa|dois amigos pescando no lago ao amanhecer|campo de girassóis, céu azul, aquarela|
velho pescador com barba branca, retrato|ilha flutuante com cachoeira|desenha uma capivara de chapéu, por favor|
detetive de sobretudo embaixo do poste|pianista no palco, luz dramática|trem a vapor na neve|
sereia perto do recife de coral|fogos de artifício sobre a baía|mago com cajado e chamas azuis|
coruja de óculos lendo jornal
`),
	lines(`
рыцарь перед разрушенным замком на закате|женщина с серебряными волосами пьёт чай в саду|
чёрная кошка на крыше, полная луна|старая библиотека при свечах|дракон летит над заснеженной деревней|
уютное кафе в дождливый вечер|ведьма варит зелье в избушке|самурай в бамбуковом лесу, туман|
маяк во время шторма, большие волны|лиса среди осенних листьев|робот поливает цветы на балконе|
пекарь с горячим хлебом рано утром|эльфийка с луком в густом лесу|космический корабль над красной планетой|
киберпанк город ночью, неоновые огни|воительница в золотых доспехах, красный плащ|паровоз на мосту зимой|
скрипач на сцене, драматичный свет|два друга играют в шахматы в парке|летающий остров с водопадом|
поле подсолнухов, акварель|портрет старого моряка с трубкой|сова в очках читает газету|детектив в плаще под фонарём|
новогодняя ёлка, снег за окном|волшебник с посохом и синим пламенем|русалка у кораллового рифа|
волк в снегу смотрит на луну|салют над рекой, набережная|нарисуй кота в космосе, пожалуйста
`),
	lines(`
黄昏时分站在城堡废墟前的骑士|银发女子在花园里喝茶|满月下屋顶上的黑猫|烛光下的古老图书馆|巨龙飞过雪山村庄|雨天的咖啡馆，窗边的座位|竹林中的武士，薄雾|女巫在小屋里熬制药水|暴风雨中的灯塔和巨浪|秋叶中的红狐狸|机器人在阳台上浇花|
清晨的面包店，刚出炉的面包|精灵弓箭手，森林，柔和的光|赛博朋克城市夜景，霓虹灯|金色盔甲的女战士，红色披风|雪中的蒸汽火车|舞台上的小提琴手，聚光灯|两个朋友在公园下棋|浮空岛与瀑布，奇幻风景|向日葵花田，水彩画|老渔夫的肖像，白胡子|
戴眼镜的猫头鹰在看报纸|江南水乡，小桥流水，油纸伞|汉服女子，梅花，飘雪|元宵节灯会，烟花，热闹的街道|仙鹤飞过云海中的山峰|雷电将军，樱花，高质量|宇航员在月球上弹吉他|珊瑚礁旁的美人鱼|侦探穿着风衣站在路灯下
`),
	lines(`
해질녘 폐허가 된 성 앞에 서 있는 기사|은발의 여성이 정원에서 차를 마신다|보름달 아래 지붕 위의 검은 고양이|촛불이 켜진 오래된 도서관|눈 덮인 마을 위를 나는 용|비 오는 날의 카페 창가 자리|
대나무 숲의 사무라이, 안개|오두막에서 물약을 만드는 마녀|폭풍우 속의 등대와 큰 파도|가을 낙엽 속의 여우|발코니에서 꽃에 물을 주는 로봇|이른 아침의 빵집, 갓 구운 빵|숲속의 엘프 궁수, 부드러운 빛|
사이버펑크 도시의 밤, 네온사인|황금 갑옷을 입은 여전사, 붉은 망토|눈 속을 달리는 증기 기관차|무대 위의 바이올리니스트, 조명|공원에서 바둑을 두는 두 친구|하늘에 떠 있는 섬과 폭포|해바라기 밭, 수채화|
늙은 어부의 초상화, 흰 수염|안경 쓴 부엉이가 신문을 읽는다|한복을 입은 여성, 경복궁, 봄|불꽃놀이가 열린 한강의 밤|벚꽃길을 걷는 두 사람|산호초 옆의 인어|트렌치코트를 입은 탐정, 가로등|
달에서 기타를 치는 우주비행사|푸른 불꽃을 다루는 마법사|눈밭에서 달을 바라보는 늑대
`),
];

function chance(random: Random, share: number): boolean {
	return random() < share;
}

function between(random: Random, low: number, high: number): number {
	return low + Math.floor(random() * (high - low + 1));
}

/** A doubled, a missing or a swapped letter somewhere inside the word. */
function typo(random: Random, word: string): string {
	const at = between(random, 1, word.length - 2);
	const [before, here, next, after] = [word.slice(0, at), word.charAt(at), word.charAt(at + 1), word.slice(at + 2)];
	return before + pick(random, [here + here + next, next, next + here]) + after;
}

function withTypos(random: Random, text: string): string {
	return text.replace(/[A-Za-z]{4,}/g, (word) => (chance(random, 0.03) ? typo(random, word) : word));
}

function weighted(random: Random, tag: string): string {
	const exact = `(${tag}:${(between(random, 6, 16) / 10).toFixed(1)})`;
	return pick(random, [exact, exact, exact, exact, `(${tag})`, `((${tag}))`, `{${tag}}`, `[${tag}]`]);
}

function capitalized(random: Random, text: string): string {
	const titled = text.replace(/(^|[\s(_])[a-z]/g, (start) => start.toUpperCase());
	const first = text.charAt(0).toUpperCase() + text.slice(1);
	const kind = random();
	if (kind < 0.92) {
		return kind < 0.8 ? text : first;
	}
	return kind < 0.97 ? titled : text.toUpperCase();
}

function contentTags(random: Random, count: number): string[] {
	const tags: string[] = [];
	const peopled = chance(random, 0.8);
	if (peopled) {
		tags.push(pick(random, SUBJECTS));
		for (let left = chance(random, 0.55) ? between(random, 1, 2) : 0; left > 0; left--) {
			tags.push(pick(random, CHARACTERS));
		}
	} else if (chance(random, 0.6)) {
		tags.push('no humans');
	}
	if (chance(random, 0.25)) {
		tags.push(pick(random, SERIES));
	}
	if (chance(random, 0.2)) {
		tags.push(pick(random, NUMBERS));
	}
	while (tags.length < count) {
		tags.push(pick(random, peopled && chance(random, 0.55) ? PEOPLE_TAGS : SCENE_TAGS));
	}
	return tags.slice(0, count);
}

function tagList(random: Random, low = 4, high = 20): string {
	const count = between(random, low, high);
	const praise = chance(random, 0.65) ? Math.min(between(random, 1, 5), Math.floor(count / 2)) : 0;
	const quality = Array.from({ length: praise }, () => pick(random, QUALITY));
	const content = contentTags(random, count - praise);
	const underscored = chance(random, 0.3);
	const escaped = chance(random, 0.2);
	const weights = chance(random, 0.35) ? 0.2 : 0;
	const separator = pick(random, [', ', ', ', ', ', ', ', ', ', ', ', ', ', ',', ' , ', ',\n', ' ']);
	const tags = (chance(random, 0.6) ? [...quality, ...content] : [...content, ...quality]).map((tag) => {
		const spelled = underscored ? tag.replace(/(?<!,) /g, '_') : tag;
		const safe = escaped ? spelled.replace(/[()]/g, '\\$&') : spelled;
		return chance(random, weights) ? weighted(random, safe) : safe;
	});
	if (chance(random, 0.08)) {
		tags.splice(between(random, 0, tags.length), 0, pick(random, HABITS));
	}
	return capitalized(random, withTypos(random, tags.join(separator))) + (chance(random, 0.1) ? ',' : '');
}

function sentence(random: Random): string {
	const text = pick(random, SENTENCES).replace(/\{(\w+)\}/g, (slot, name: string) =>
		pick(random, FILLERS.get(name) ?? [slot]),
	);
	const ended = text + pick(random, ['', '', '', '', '.', '.', '!', '...']);
	const habit = chance(random, 0.12) ? ` ${pick(random, HABITS)}` : '';
	return capitalized(random, withTypos(random, ended)) + habit;
}

function mixture(random: Random): string {
	const tags = tagList(random, 3, 9);
	const kind = random();
	if (kind < 0.45) {
		return `${sentence(random)}, ${tags}`;
	}
	if (kind < 0.8) {
		return `${tags}, ${sentence(random)}`;
	}
	return `${sentence(random)}${pick(random, [' ', '\n', ', '])}${sentence(random)}, ${tags}`;
}

function foreign(random: Random): string {
	const language = pick(random, LANGUAGES);
	const kind = random();
	if (kind < 0.6) {
		return pick(random, language);
	}
	if (kind < 0.8) {
		return `${pick(random, language)}, ${pick(random, language)}`;
	}
	return `${pick(random, language)}, ${tagList(random, 2, 6)}`;
}

/** Harmless prompts as real users write them, by somebody who had not seen the filter, its word lists or its tests. */
export function sealedOrdinaryPrompt(random: Random): string {
	const kind = chance(random, 0.05) ? 1 : random();
	const mixed = kind < 1 ? mixture : foreign;
	const prompt = kind < 0.6 ? tagList(random) : kind < 0.85 ? sentence(random) : mixed(random);
	return prompt.replace(/_{2,}/g, '_').replace(/-{2,}/g, '-').trim();
}
