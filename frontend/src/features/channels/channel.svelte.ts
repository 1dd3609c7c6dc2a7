import { channels, system, type api } from '$lib/backend';
import { explain, type Explanation } from '$lib/errors';
import { Live } from '$lib/live.svelte';

/** What the page of a channel asks for. */
export interface Service {
	page(id: string): Promise<api.ChannelPage>;
	test(id: string): Promise<api.Channel>;
	pause(id: string): Promise<api.Channel>;
	resume(id: string): Promise<api.Channel>;
	rename(id: string, title: string): Promise<api.Channel>;
	defaults(id: string, d: api.ChannelDefaults): Promise<api.Channel>;
	remove(id: string): Promise<void>;
	feed(workspace: string): Promise<api.Feed>;
}

export const service: Service = {
	page: channels.Page,
	test: channels.Test,
	pause: channels.Pause,
	resume: channels.Resume,
	rename: channels.Rename,
	defaults: channels.SetDefaults,
	remove: channels.Remove,
	feed: system.Feed,
};

/** The page of one channel. */
export class ChannelState {
	#page: Live<api.ChannelPage>;
	#service: Service;
	#id: string;
	feed = $state.raw<api.Feed | undefined>();
	problem = $state.raw<Explanation | undefined>();
	busy = $state('');

	constructor(id: string, s: Service = service) {
		this.#id = id;
		this.#service = s;
		this.#page = new Live(['channels', 'queue'], async () => {
			const page = await s.page(id);
			if (page.channel.local) this.feed = await s.feed(page.channel.workspace).catch(() => undefined);
			return page;
		});
	}

	get page(): api.ChannelPage | undefined {
		return this.#page.value;
	}

	/** Asks for the page again. */
	reload = () => this.#page.reload();

	get error() {
		return this.#page.error;
	}

	stop = () => this.#page.stop();

	test = () => this.#do('test', () => this.#service.test(this.#id));
	pause = () => this.#do('pause', () => this.#service.pause(this.#id));
	resume = () => this.#do('pause', () => this.#service.resume(this.#id));
	rename = (title: string) => this.#do('rename', () => this.#service.rename(this.#id, title));
	remove = () => this.#do('remove', () => this.#service.remove(this.#id));

	/** Changes one default and keeps the others. */
	setDefault(change: Partial<api.ChannelDefaults>) {
		const now = this.page?.defaults ?? { language: '', visibility: '' };
		return this.#do('defaults', () => this.#service.defaults(this.#id, { ...now, ...change }));
	}

	/** Does something and reports whether it worked; why not stands on the page. */
	async #do(what: string, work: () => Promise<unknown>): Promise<boolean> {
		this.busy = what;
		this.problem = undefined;
		try {
			await work();
			if (what !== 'remove') await this.#page.reload();
			return true;
		} catch (e) {
			this.problem = explain(e);
			return false;
		} finally {
			this.busy = '';
		}
	}
}
