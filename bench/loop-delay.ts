/**
 * Loaded into the bot by `npm run bench`: measures how long its event loop was held up. SIGUSR2 prints the worst delay since the
 * last one, in milliseconds, and starts anew.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 1;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();
process.on('SIGUSR2', () => {
	const ms = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
	console.log(`loop-delay ${JSON.stringify({ max: ms(delays.max), p99: ms(delays.percentile(99)) })}`);
	delays.reset();
});
