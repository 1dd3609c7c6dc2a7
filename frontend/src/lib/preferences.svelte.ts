// What a person chose in the settings, as the page follows it. The settings' own screen changes
// them through here, so that a change shows in the same frame.
import { settings, type api } from './backend';
import { commands } from './commands.svelte';
import { clock } from './clock.svelte';
import { letters } from './keys';
import { Live } from './live.svelte';
import { locales } from './paraglide/runtime.js';
import { look, type Density, type Theme } from './look.svelte';
import type { Locale } from './locale.svelte';

class Preferences {
	#live = new Live<api.Settings>(['settings'], async () => {
		const s = await settings.Get();
		this.#follow(s);
		return s;
	});

	/** What was chosen, undefined until it is known. */
	get value(): api.Settings | undefined {
		return this.#live.value;
	}

	get error() {
		return this.#live.error;
	}

	/** Changes some of it: shown at once, kept by the backend; what it refuses is shown as it was. */
	async change(change: api.SettingsChange): Promise<void> {
		const before = this.#live.value;
		if (before) {
			const now = { ...before, ...change } as api.Settings;
			now.shortcuts = { ...before.shortcuts, ...change.shortcuts };
			now.splitters = { ...before.splitters, ...change.splitters };
			this.#live.value = now;
			this.#follow(now);
		}
		try {
			const kept = await settings.Change(change);
			this.#live.value = kept;
			this.#follow(kept);
		} catch (e) {
			if (before) {
				this.#live.value = before;
				this.#follow(before);
			}
			throw e;
		}
	}

	#follow(s: api.Settings) {
		look.use({
			theme: s.theme as Theme,
			density: s.density as Density,
			zoom: s.zoom,
			hideDetails: s.hideDetails,
			locale: (locales as readonly string[]).includes(s.language) ? (s.language as Locale) : '',
		});
		letters.on = s.letterKeys;
		commands.chosen = s.shortcuts;
		clock.cycle = s.clock === '24' ? 'h23' : s.clock === '12' ? 'h12' : undefined;
		clock.weekStart = s.weekStart;
	}
}

export const preferences = new Preferences();
