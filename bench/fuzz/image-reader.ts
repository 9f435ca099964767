/**
 * Reads what members may send, in a process of its own as a painter is: `fork`ed by `images.ts`, one list of pictures at a time.
 */
import { UserError } from '../../src/errors.ts';
import { incomingLimits, readIncomingPicture } from '../../src/images/incoming.ts';

process.on('message', async (pictures: Uint8Array[]) => {
	const results: string[] = [];
	for (const bytes of pictures) results.push(await tryToRead(bytes));
	process.send!({ results, rssKiB: process.resourceUsage().maxRSS });
});
process.once('disconnect', () => process.exit());

async function tryToRead(bytes: Uint8Array): Promise<string> {
	try {
		const { width, height, data } = await readIncomingPicture(bytes);
		const { pixels, side } = incomingLimits;
		if (width * height > pixels || Math.max(width, height) > side.max) return 'wrong: larger than the limits';
		return data.length === width * height * 3 ? 'read' : `wrong: ${data.length} bytes for ${width} × ${height}`;
	} catch (error) {
		if (error instanceof UserError) return `refused: ${error.code}`;
		return `wrong: ${error instanceof Error ? error.message : String(error)}`;
	}
}
