import { parseAst } from 'vitest/node';
import { readdirSync, readFileSync } from 'node:fs';
import { say, wordsFor } from '../../src/words/index.ts';
const ja = wordsFor('ja');
for (const f of readdirSync('src/commands',{recursive:true,encoding:'utf8'}).filter(f=>f.endsWith('.ts')).sort()) {
 const out = new Set<string>();
 const walk = (n:any):void => { if (Array.isArray(n)) return n.forEach(walk); if (!n||typeof n!=='object'||!n.type) return; if (n.type==='Literal'&&typeof n.value==='string'&&/^[^\p{Ll}\s\d]{0,3}\s?\p{Lu}[\p{L}’ ]+(?:…|\?)?$/u.test(n.value)&& say(ja,n.value)===n.value) out.add(n.value); Object.values(n).forEach(walk); };
 walk(parseAst(readFileSync('src/commands/'+f,'utf8'),{lang:'ts'}));
 if(out.size) console.log(f,[...out]);
}
