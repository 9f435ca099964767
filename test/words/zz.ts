import { textsOfTheProgram } from './texts.ts';
import { say, wordsFor } from '../../src/words/index.ts';
const englishIn = (text: string) => text.replace(/`[^`]*`|<[^>]*>|\([a-z:]+\)|“[^”]*”/g, '').match(/[A-Za-z]{2,} [a-z]{2,}/g) ?? [];
const ja = wordsFor('ja');
const skip = /^images\/(carried|metadata|xmp|store)|^moderation\/(ages|lists|warm|floor|thresholds)|^prompt\/(families|presets|own-wild|styles|known)|discord\/(chores|delivery)/;
let n=0, all=0; let last='';
for (const {file,text} of textsOfTheProgram()) { if (skip.test(file)) continue; all++; const said=say(ja,text); const e=englishIn(said); if(e.length){ n++; if(file!==last){console.log('##',file);last=file} console.log(JSON.stringify(text), said===text?'':'  => '+JSON.stringify(e)); } }
console.log(n, all);
