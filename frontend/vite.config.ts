import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const backend = process.env['POSTBAG_SERVE'] && new URL(process.env['POSTBAG_SERVE']).origin;

/** Tells first-paint.js which file the words of each language are in, so that they come beside the page's script. */
const words: Plugin = {
	name: 'postbag:words',
	transformIndexHtml: {
		order: 'post',
		handler(html, { bundle }) {
			const files: Record<string, string> = {};
			for (const chunk of Object.values(bundle ?? {})) {
				const of = chunk.type === 'chunk' && /paraglide\/messages\/([\w-]+)\.js$/.exec(chunk.facadeModuleId ?? '');
				if (of && of[1]) files[of[1]] = `/${chunk.fileName}`;
			}
			const told = JSON.stringify(files).replaceAll('"', '&quot;');
			return html.replace('src="/first-paint.js"', `$& data-words="${told}"`);
		},
	},
};

// The oldest web views the program meets: WebKit 15.6 (macOS, WebKitGTK) and WebView2 109.
export default defineConfig({
	plugins: [svelte(), words],
	resolve: {
		alias: {
			$lib: at('./src/lib'),
			$ui: at('./src/ui'),
			$features: at('./src/features'),
			$icons: at('./node_modules/lucide/dist/esm/icons'),
			$wailsjs: at('./wailsjs'),
		},
		conditions: process.env['VITEST'] ? ['browser'] : undefined,
	},
	build: {
		target: ['safari15.6', 'chrome109'],
		assetsInlineLimit: 0, // the content security policy allows no data: scripts or fonts
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		// What the first frame needs comes in one file: in the window each is asked for in turn.
		rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } } },
	},
	server: {
		// `npm run dev` beside a running `postbag serve`: POSTBAG_SERVE is the address it says, token and
		// all; open that token on Vite's own port. The backend answers its own page alone, so what comes
		// from Vite's says that it comes from there.
		proxy: backend
			? Object.fromEntries(
					['/rpc', '/events', '/media', '/upload', '^/\\?token='].map((path) => [
						path,
						{ target: backend, changeOrigin: true, headers: { Origin: backend } },
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
