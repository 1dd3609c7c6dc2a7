import { defineConfig } from '@playwright/test';
import usual from '../playwright.config';

// Pictures of every screen for people to look at: `go run ./build screenshots`.
export default defineConfig({
	...usual,
	testDir: '.',
	testMatch: 'screenshots.ts',
	globalSetup: './build.ts',
	projects: [
		{ name: 'light', use: { colorScheme: 'light' } },
		{ name: 'dark', use: { colorScheme: 'dark' } },
	],
});
