import { queue as service, type api, type BackendError } from '$lib/backend';
import { moment } from '$lib/format';
import { Live } from '$lib/live.svelte';
import { m } from '$lib/messages';

/** What the engine's state needs of the backend. */
export interface EngineCalls {
	Engine(workspace: string): Promise<api.Engine>;
	Remind(r: api.Reminder): Promise<void>;
}

export type EngineTone = 'published' | 'publishing' | 'attention' | 'held' | 'draft';

/** How publishing stands, in words, for the foot of the sidebar and the strip above the queue. */
export class Engine {
	#live: Live<api.Engine>;
	#calls: EngineCalls;

	constructor(workspace: () => string, calls: EngineCalls = service) {
		this.#calls = calls;
		this.#live = new Live<api.Engine>(['queue', 'posts', 'channels', 'workspaces', 'settings'], () =>
			calls.Engine(workspace()),
		);
	}

	get now(): api.Engine | undefined {
		return this.#live.value;
	}

	get error(): BackendError | undefined {
		return this.#live.error;
	}

	get needsYou(): number {
		return this.now?.needsYou ?? 0;
	}

	get offline(): boolean {
		return (this.now?.offlineSinceMs ?? 0) > 0;
	}

	/** Whether a person wants to hear of a post when this laptop is online again. */
	reminds(post: string): boolean {
		return this.now?.reminders.includes(post) ?? false;
	}

	async remind(post: string, on: boolean) {
		await this.#calls.Remind({ post, on });
		await this.reload();
	}

	get heldAll(): boolean {
		return this.now?.heldAll ?? false;
	}

	get tone(): EngineTone {
		const e = this.now;
		if (!e || e.publisher === 'nobody') return 'draft';
		if (e.heldAll || e.offlineSinceMs > 0 || e.clockOffMs !== 0 || e.homeName) return 'held';
		if (e.publishing > 0) return 'publishing';
		return 'published';
	}

	/** The first line: what it does now. */
	get title(): string {
		const e = this.now;
		if (!e) return '';
		if (e.heldAll) return m.queue_engine_held();
		if (e.homeName) return m.queue_engine_home();
		if (e.clockOffMs !== 0) return m.queue_engine_clock();
		if (e.portal) return m.queue_engine_portal();
		if (e.offlineSinceMs > 0) return m.queue_engine_offline();
		if (e.publishing > 0) return m.queue_engine_publishing({ count: e.publishing });
		if (e.publisher === 'elsewhere') return m.queue_engine_elsewhere();
		if (e.publisher === 'nobody') return m.queue_engine_nobody();
		return m.queue_engine_ready();
	}

	/** The second line: what comes next, or what waits. */
	get detail(): string {
		const e = this.now;
		if (!e) return '';
		if (e.heldAll || e.offlineSinceMs > 0) {
			return e.upcoming > 0 ? m.queue_engine_waiting({ count: e.upcoming }) : m.queue_engine_nothing();
		}
		if (e.nextDueMs === 0) return m.queue_engine_nothing();
		const when = moment(e.nextDueMs);
		return e.publishing > 0
			? m.queue_engine_then({ when, count: e.nextChannels })
			: m.queue_engine_next({ when, count: e.nextChannels });
	}

	reload = () => this.#live.reload();

	stop() {
		this.#live.stop();
	}
}
