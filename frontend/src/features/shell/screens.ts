import type { Component } from 'svelte';
import type { Route, Screen } from '$lib/routes';

type Module = { default: Component<{ route: Route }> };

// Each screen is a chunk of its own: features/<folder>/Screen.svelte. The composer comes with the page itself,
// because from a cold start people go there first, and in the window every file more is asked for in turn.
const first = import.meta.glob<Module>('../composer/Screen.svelte', { eager: true });
const found = import.meta.glob<Module>(['../*/Screen.svelte', '!../composer/Screen.svelte']);

const folder: Record<Screen, string> = {
	today: 'today',
	queue: 'queue',
	posts: 'posts',
	composer: 'composer',
	library: 'library',
	channel: 'channels',
	'add-channel': 'channels',
	settings: 'settings',
	onboarding: 'onboarding',
};

const pathOf = (screen: Screen) => `../${folder[screen]}/Screen.svelte`;

/** Whether there is such a screen. */
export const hasScreen = (screen: Screen): boolean => pathOf(screen) in found || pathOf(screen) in first;

const loaded = new Map(Object.entries(first).map(([path, module]) => [path, Promise.resolve(module.default)]));

/** Loads a screen's component, once; one that failed is tried again. */
export function loadScreen(screen: Screen): Promise<Component<{ route: Route }>> {
	const path = pathOf(screen);
	let wait = loaded.get(path);
	if (!wait) {
		const load = found[path];
		if (!load) return Promise.reject(new Error(`there is no screen ${screen}`));
		wait = load().then((module) => module.default);
		wait.catch(() => loaded.delete(path));
		loaded.set(path, wait);
	}
	return wait;
}

/** Loads the code of every screen one after the other, so that the first visit does not wait for it. */
export async function preloadScreens(): Promise<void> {
	for (const screen of Object.keys(folder) as Screen[]) await loadScreen(screen).catch(() => {});
}

/** Which part of the page a screen belongs to: routes of one key keep the screen's state. */
export function screenKey(r: Route): string {
	switch (r.screen) {
		case 'composer':
			return `composer ${r.post}`;
		case 'channel':
			return `channel ${r.channel}`;
		default:
			return r.screen;
	}
}
