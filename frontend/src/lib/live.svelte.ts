import { backendError, onChanged, type BackendError, type Topic } from './backend';

/**
 * Data of the backend that stays true: loaded, and loaded again when one of its topics changed.
 * What was loaded stays on screen while it loads again and when that fails; `error` says so.
 * Make it where a component starts and call `stop` when it ends, or use `live` in a component.
 */
export class Live<T> {
	value = $state.raw<T | undefined>(undefined);
	error = $state.raw<BackendError | undefined>(undefined);
	loading = $state(false);
	#load: () => Promise<T>;
	#asked = 0;
	#waiting: ReturnType<typeof setTimeout> | undefined;
	#unsubscribe: () => void;

	constructor(topics: readonly Topic[], load: () => Promise<T>) {
		this.#load = load;
		this.#unsubscribe = onChanged(topics, () => this.#soon());
		void this.reload();
	}

	/** Whether nothing was loaded yet and nothing failed. */
	get first(): boolean {
		return this.value === undefined && this.error === undefined;
	}

	/** Loads now; only the newest answer counts. */
	async reload(): Promise<void> {
		const mine = ++this.#asked;
		this.loading = true;
		try {
			const value = await this.#load();
			if (mine !== this.#asked) return;
			this.value = value;
			this.error = undefined;
		} catch (e) {
			if (mine !== this.#asked) return;
			this.error = backendError(e);
		}
		this.loading = false;
	}

	/** Many changes in one moment are one load. */
	#soon() {
		this.#waiting ??= setTimeout(() => {
			this.#waiting = undefined;
			void this.reload();
		}, 30);
	}

	stop() {
		this.#unsubscribe();
		clearTimeout(this.#waiting);
		this.#asked++;
	}
}

/** A Live that ends with the component it is made in. */
export function live<T>(topics: readonly Topic[], load: () => Promise<T>): Live<T> {
	const l = new Live(topics, load);
	$effect(() => () => l.stop());
	return l;
}
