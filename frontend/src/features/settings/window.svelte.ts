import { shellService, type api } from '$lib/backend';
import { Live } from '$lib/live.svelte';
import { shell } from '$lib/shell.svelte';

/** What a person chose about the window itself. The program around the page keeps it; a browser has none. */
export class WindowChoices {
	#live = new Live<api.ShellPreferences | undefined>(['settings'], async () =>
		shell.info.window ? shellService.Preferences() : undefined,
	);

	/** The choices; undefined in a browser, and until they are known. */
	get now(): api.ShellPreferences | undefined {
		return this.#live.value;
	}

	/** Keeps a change, and shows what was kept. */
	async change(change: Partial<api.ShellPreferences>) {
		if (!this.now) return;
		try {
			// asked again: the question at closing may have been answered meanwhile
			await shellService.SetPreferences({ ...(await shellService.Preferences()), ...change });
		} finally {
			await this.#live.reload();
		}
	}

	stop() {
		this.#live.stop();
	}
}
