/** Starts a painter, prints its process id, and waits to be killed. */
import { PainterClient } from '../../../src/pipeline/client.ts';

const modelFolder = process.argv[2]!;
const taggerFolder = `${modelFolder}/tagger`;
const client = await PainterClient.start({ modelFolder, taggerFolder, device: 'cpu', log: () => {} });
console.log(client.pid);
setInterval(() => {}, 1_000);
