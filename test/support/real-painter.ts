import { PainterClient } from '../../src/pipeline/client.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import type { TestDatabase } from './databases.ts';
import type { Workshop } from './workshop.ts';

const modelFolder = 'models/demo';

/**
 * Lets a real painter with a real tagger paint what a workshop accepts, in place of its easel.
 *
 * @param ratingMs how long the tagger may look at one picture
 */
export async function usePainter(
	shop: Workshop,
	{ database }: TestDatabase,
	{ taggerFolder, ratingMs = 30_000 }: { taggerFolder: string; ratingMs?: number },
): Promise<{ painter: PainterClient; dispatcher: Dispatcher; stop(): Promise<void> }> {
	const painter = await PainterClient.start({
		modelFolder,
		taggerFolder,
		ratingMs,
		device: 'cpu',
		log: () => {},
	});
	await painter.whenReady();
	const { hash, name } = shop.services.models[0];
	const say = (message: string, facts?: Record<string, unknown>) => void shop.logged.push({ message, facts });
	const dispatcher = new Dispatcher({
		database,
		jobs: shop.services.jobs,
		store: shop.store,
		painters: [painter],
		models: new Map([[hash, { name, path: modelFolder }]]),
		guildPainters: 1,
		log: { debug: () => {}, info: () => {}, warn: say, error: say },
		onSettled: () => shop.services.wakeOutbox(),
	});
	dispatcher.start();
	Object.assign(shop.services, { announce: () => dispatcher.wake() });
	return {
		painter,
		dispatcher,
		stop: async () => {
			await dispatcher.stop();
			await painter.close();
		},
	};
}
