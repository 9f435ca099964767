import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		pool: 'forks',
		// one more than cores on a small machine: many journeys wait for processes that they started
		maxWorkers: 3,
		testTimeout: 30_000,
		hookTimeout: 60_000,
		// as long as other waits: a busy machine is no failure
		expect: { poll: { timeout: 10_000 } },
		globalSetup: ['test/support/global-setup.ts'],
	},
});
