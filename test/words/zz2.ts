import { say, wordsFor } from '../../src/words/index.ts';
for (const l of ['ja','de']) for (const t of process.argv.slice(2)) console.log(say(wordsFor(l), t));
