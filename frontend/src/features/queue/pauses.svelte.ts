import { queue as service, type api } from '$lib/backend';
import { Live } from '$lib/live.svelte';

/** What the pauses need of the backend. */
export interface PauseCalls {
	Pauses(workspace: string): Promise<api.Pause[]>;
}

/** Which channels nothing goes out to for a while, and until when. */
export class Pauses {
	#live: Live<api.Pause[]>;
	#now = $state(Date.now());
	#tick: ReturnType<typeof setInterval>;

	constructor(workspace: () => string, calls: PauseCalls = service) {
		this.#live = new Live<api.Pause[]>(['queue', 'channels', 'workspaces'], () => calls.Pauses(workspace()));
		this.#tick = setInterval(() => (this.#now = Date.now()), 20_000);
	}

	/** Those that have not ended, what ends first first. */
	readonly all = $derived.by(() => (this.#live.value ?? []).filter((p) => p.untilMs > this.#now));

	/** Those of one channel. */
	of(channel: string): api.Pause[] {
		return this.all.filter((p) => p.channels.some((c) => c.id === channel));
	}

	stop() {
		clearInterval(this.#tick);
		this.#live.stop();
	}
}
