import type { api } from '$lib/backend';
import { explain, type Explanation } from '$lib/errors';

export const steps = ['look', 'begin', 'first', 'watch', 'channel'] as const;
export type Step = (typeof steps)[number];

/** The step a route or the settings name, the first for any other. */
export const stepOf = (name: string | undefined): Step => steps.find((s) => s === name) ?? 'look';

/** The step after, undefined after the last. */
export const after = (step: Step): Step | undefined => steps[steps.indexOf(step) + 1];

/** The step before, undefined before the first. */
export const before = (step: Step): Step | undefined => steps[steps.indexOf(step) - 1];

/** What the first post needs of the backend. */
export interface Press {
	feed(workspace: string): Promise<api.Feed>;
	create(r: api.CreatePost): Promise<api.Post>;
	schedule(r: api.ScheduleRequest): Promise<api.Delivery[]>;
	deliveries(post: string): Promise<api.Delivery[]>;
	now(): number;
}

/** The first post: written, published to the channel of this machine, proved by its page. */
export class FirstPost {
	text = $state('');
	state = $state<'writing' | 'publishing' | 'published'>('writing');
	/** It is planned, but nothing publishes from here just now. */
	late = $state(false);
	feed = $state.raw<api.Feed | undefined>();
	problem = $state.raw<Explanation | undefined>();
	#press: Press;
	#post = '';

	constructor(press: Press) {
		this.#press = press;
	}

	readonly ready = $derived(this.text.trim() !== '' && this.state === 'writing');

	/** Publishes the text now, once: a draft that could not be planned is planned, not written again. */
	async publish(workspace: string, language: string): Promise<void> {
		if (!this.ready) return;
		this.state = 'publishing';
		this.problem = undefined;
		try {
			const { channel } = await this.#press.feed(workspace);
			if (!this.#post) {
				const content = { text: this.text, parts: [], media: [], link: '', language, warning: '', visibility: '' };
				const post = await this.#press.create({
					workspace,
					content: content as unknown as api.Content,
					channels: [channel],
				});
				this.#post = post.id;
			}
			await this.#press.schedule({
				postId: this.#post,
				channels: [channel],
				dueMs: this.#press.now(),
			} as api.ScheduleRequest);
			await this.look(workspace);
		} catch (e) {
			this.problem = explain(e);
			this.state = 'writing';
		}
	}

	/** Looks whether it is live; called whenever the queue changed. */
	async look(workspace: string): Promise<void> {
		if (this.state !== 'publishing' || !this.#post) return;
		const list = await this.#press.deliveries(this.#post);
		if (!list.some((d) => d.state === 'published')) return;
		this.feed = await this.#press.feed(workspace);
		this.state = 'published';
		this.late = false;
	}
}
