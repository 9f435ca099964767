import { expect, test } from 'vitest';
import { paintAgainAndAgain } from '../support/determinism.ts';

// `npm run determinism` does the same with 1,000 pictures.
test('a picture is the same file whatever is painted beside, before or around it, and after its painter was killed', async () => {
	const { different, compared, kills } = await paintAgainAndAgain({ pictures: 24, restartEvery: 14, seed: 2 });
	expect(different).toEqual([]);
	expect(compared).toBeGreaterThanOrEqual(24);
	expect(kills).toBe(1);
}, 60_000);
