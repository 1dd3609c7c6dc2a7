import { system, type api } from './backend';
import { Live } from './live.svelte';

const remembered = 'workspace';

/** The workspaces (brands or clients) and the one the person works in. */
class Workspaces {
	#list = new Live<api.Workspace[]>(['workspaces', 'channels'], () => system.Workspaces());
	#chosen = $state(localStorage.getItem(remembered) ?? '');
	// derived, so that who follows it hears of another workspace and not of every reload
	#id = $derived(this.current?.id ?? '');

	get list(): api.Workspace[] {
		return this.#list.value ?? [];
	}

	get error() {
		return this.#list.error;
	}

	/** Whether the list was never loaded. */
	get first(): boolean {
		return this.#list.first;
	}

	/** The workspace the person works in: the chosen one, else the first; undefined until it is known. */
	get current(): api.Workspace | undefined {
		return this.list.find((w) => w.id === this.#chosen) ?? this.list[0];
	}

	/** Its id, "" until it is known. */
	get id(): string {
		return this.#id;
	}

	/** Works in another one, now and at the next start. */
	use(id: string) {
		this.#chosen = id;
		localStorage.setItem(remembered, id);
	}

	reload = () => this.#list.reload();
}

export const workspace = new Workspaces();
