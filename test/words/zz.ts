import { textsOfTheProgram } from './texts.ts';
import { say, wordsFor } from '../../src/words/index.ts';
const englishIn = (text: string) => text.replace(/`[^`]*`|<[^>]*>|\([a-z:]+\)/g, '').match(/[A-Za-z’]{2,}(?: [A-Za-z’]{1,})* [a-z]{2,}/g) ?? [];
const ja = wordsFor('ja');
let n=0, all=0; let last='';
for (const {file,text} of textsOfTheProgram()) { all++; const said=say(ja,text); const e=englishIn(said); if(e.length){ n++; if(file!==last){console.log('##',file);last=file} console.log(JSON.stringify(text), said===text?'':'  => '+JSON.stringify(e)); } }
console.log(n, all);
