import { defineConfig } from '@playwright/test';

// The whole program as it ships, in a real browser: each test starts its own `postbag serve` on a
// data folder of its own. Both themes run everything, because contrast and focus differ.
export default defineConfig({
	testDir: './e2e',
	globalSetup: './e2e/build.ts',
	fullyParallel: true,
	forbidOnly: !!process.env['CI'],
	retries: 0, // a test that fails now and then is a fault to be found
	workers: 2,
	timeout: 90_000,
	expect: { timeout: 10_000 },
	reporter: process.env['CI'] ? [['line']] : [['list']],
	use: {
		viewport: { width: 1440, height: 900 },
		locale: 'en-GB',
		timezoneId: 'Europe/Oslo',
		contextOptions: { reducedMotion: 'reduce' },
		// Keeping a trace of every story costs as much as the story: TRACE=1 when one fails and why is not plain.
		trace: process.env['TRACE'] ? 'retain-on-failure' : 'off',
		launchOptions: {
			executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
			args: ['--no-sandbox', '--disable-dev-shm-usage'],
		},
	},
	projects: [
		{ name: 'light', use: { colorScheme: 'light' } },
		// What a theme cannot change is told once: these run in both.
		{ name: 'dark', use: { colorScheme: 'dark' }, grep: /@themes/ },
	],
});
