import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// The layers of the page: ui knows no feature and no backend; a feature knows another only by
// its index; lib/backend alone knows the generated bindings.
const wails = { group: ['**/wailsjs/**', '$wailsjs/**'], message: 'only lib/backend knows the bindings' };
const inside = { group: ['$features/*/*'], message: 'another feature is known by its index only' };
const domain = {
	group: ['$features/**', '**/features/**', '$lib/backend', '$lib/backend/**'],
	message: 'the kit knows no domain',
};
const features = { group: ['$features/**', '**/features/**'], message: 'lib knows no feature' };

export default ts.config(
	{ ignores: ['dist', 'wailsjs', 'src/lib/paraglide', 'node_modules', 'test-results', 'playwright-report'] },
	js.configs.recommended,
	...ts.configs.recommended,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.browser, ...globals.node } },
		rules: {
			'no-console': 'error',
			'svelte/no-at-html-tags': 'error',
			'svelte/no-navigation-without-resolve': 'off', // routes are hashes, not SvelteKit's
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			'no-restricted-imports': ['error', { patterns: [wails, inside] }],
		},
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			parserOptions: { projectService: false, extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig },
		},
	},
	// The frame is made of the shell's parts; nothing else is.
	{ files: ['src/App.svelte'], rules: { 'no-restricted-imports': ['error', { patterns: [wails] }] } },
	{ files: ['src/ui/**'], rules: { 'no-restricted-imports': ['error', { patterns: [wails, domain] }] } },
	{ files: ['src/lib/**'], rules: { 'no-restricted-imports': ['error', { patterns: [wails, features] }] } },
	{ files: ['src/lib/backend/**'], rules: { 'no-restricted-imports': ['error', { patterns: [features] }] } },
	{ files: ['e2e/**', 'bench/**'], rules: { 'no-console': 'off' } },
);
