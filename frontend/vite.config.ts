import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The oldest web views the program meets: WebKit 15.6 (macOS, WebKitGTK) and WebView2 109.
export default defineConfig({
	plugins: [svelte()],
	resolve: {
		alias: { $lib: at('./src/lib'), $ui: at('./src/ui'), $features: at('./src/features'), $wailsjs: at('./wailsjs') },
		conditions: process.env['VITEST'] ? ['browser'] : undefined,
	},
	build: {
		target: ['safari15.6', 'chrome109'],
		assetsInlineLimit: 0, // the content security policy allows no data: scripts or fonts
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
	},
	server: {
		// `npm run dev` beside a running `postbag serve`: POSTBAG_SERVE=http://127.0.0.1:PORT
		proxy: process.env['POSTBAG_SERVE']
			? Object.fromEntries(
					['/rpc', '/events', '/media', '/upload', '/session'].map((p) => [
						p,
						{ target: process.env['POSTBAG_SERVE'], changeOrigin: true },
					]),
				)
			: {},
	},
	test: {
		environment: 'jsdom',
		include: ['src/**/*.test.ts'],
		setupFiles: ['src/lib/testing/setup.ts'],
		testTimeout: 30_000,
	},
});
