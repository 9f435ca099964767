import { ja } from '../../src/words/ja.ts';
const k=Object.keys(ja.phrases).find(k=>k.includes('cannot be a rule'))!; console.log(JSON.stringify(k.split(/\{\d+\*?\}/)));
