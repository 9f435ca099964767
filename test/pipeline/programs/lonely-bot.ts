/** Starts a painter, prints its process id, and waits to be killed. */
import { PainterClient } from '../../../src/pipeline/client.ts';

const client = await PainterClient.start({ modelFolder: process.argv[2]!, device: 'cpu', log: () => {} });
console.log(client.pid);
setInterval(() => {}, 1_000);
