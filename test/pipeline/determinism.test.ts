import { expect, test } from 'vitest';
import { paintAgainAndAgain } from '../support/determinism.ts';

// `npm run determinism` does the same with 1,000 pictures.
test('a picture is the same file whatever is painted beside, before or around it, and after its painter was killed', async () => {
	const { different, compared, kills } = await paintAgainAndAgain({
		pictures: 20,
		restartEvery: 12,
		recipeEvery: 5,
		seed: 2,
	});
	expect(different).toEqual([]);
	expect(compared).toBeGreaterThanOrEqual(20);
	expect(kills).toBe(1);
}, 180_000);
