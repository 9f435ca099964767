import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		pool: 'forks',
		maxWorkers: 2,
		testTimeout: 30_000,
		hookTimeout: 60_000,
		// as long as other waits: a busy machine is no failure
		expect: { poll: { timeout: 10_000 } },
		globalSetup: ['test/support/global-setup.ts'],
	},
});
