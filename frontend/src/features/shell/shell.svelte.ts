import { channels as channelService, networks as networkService, type api } from '$lib/backend';
import { Engine } from '$features/queue';
import { Live } from '$lib/live.svelte';
import { m } from '$lib/messages';
import type { Screen } from '$lib/routes';
import { workspace } from '$lib/workspace.svelte';

/** A channel as the sidebar names it. */
export interface ShownChannel {
	id: string;
	name: string;
	state: string;
	icon: string; // SVG
	colour: string; // of its tile
}

/** What stands beside a place of the sidebar. */
export interface PlaceCount {
	text: string;
	sentence: string;
	attention: boolean;
}

/** What the frame around the screens shows. */
export class ShellState {
	#channels = new Live<api.Channel[]>(['channels', 'workspaces'], () => this.#load());
	#networks = $state.raw<Record<string, api.Network>>({});
	readonly engine = new Engine(() => workspace.id);

	constructor() {
		void networkService
			.List()
			.then((list) => (this.#networks = Object.fromEntries(list.map((n) => [n.id, n]))))
			.catch(() => {}); // the names stand without their marks
	}

	/** The channels of the workspace the person works in. */
	get channels(): ShownChannel[] {
		return (this.#channels.value ?? []).map((c) => ({
			id: c.id,
			name: c.name || c.handle,
			state: c.state,
			icon: this.#networks[c.network]?.icon ?? '',
			colour: this.#networks[c.network]?.colour ?? '',
		}));
	}

	/** What stands beside a place, if anything. */
	countOf(screen: Screen): PlaceCount | undefined {
		const needs = this.engine.needsYou;
		if (screen !== 'queue' || needs === 0) return undefined;
		return { text: String(needs), sentence: m.shell_need_you({ count: needs }), attention: true };
	}

	async #load(): Promise<api.Channel[]> {
		return workspace.id ? channelService.List(workspace.id) : [];
	}

	reload = () => Promise.all([this.#channels.reload(), this.engine.reload()]);

	stop() {
		this.#channels.stop();
		this.engine.stop();
	}
}
