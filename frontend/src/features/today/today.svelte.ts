import { posts as postService, queue as queueService, type api, type BackendError } from '$lib/backend';
import { daysAhead } from '$lib/format';
import { Live } from '$lib/live.svelte';
import { dayAfter } from './days';

/** What Today needs of the backend. */
export interface TodayCalls {
	Board(workspace: string): Promise<api.Board>;
	History(r: api.HistoryRequest): Promise<api.HistoryPage>;
	Drafts(workspace: string): Promise<api.PostPage>;
}

const backend: TodayCalls = {
	Board: (w) => queueService.Board(w),
	History: (r) => queueService.History(r),
	Drafts: (w) => postService.List({ workspace: w, states: ['draft'], limit: 3 } as api.ListPosts),
};

/** One day of the strip. */
export interface Day {
	ms: number;
	rows: api.QueueRow[];
}

/** When a row goes out or went, in milliseconds. */
export const whenOf = (row: api.QueueRow): number =>
	row.state === 'published' ? Math.max(...row.deliveries.map((d) => d.publishedMs || d.dueMs)) : row.dueMs;

interface Loaded {
	board: api.Board;
	past: api.QueueRow[];
	drafts: api.Post[];
}

/** One look at the day. */
export class Today {
	now = $state(Date.now());
	#live: Live<Loaded>;
	#tick: ReturnType<typeof setInterval>;

	constructor(workspace: () => string, calls: TodayCalls = backend) {
		this.#live = new Live<Loaded>(['queue', 'posts', 'channels'], async () => {
			const [board, past, drafts] = await Promise.all([
				calls.Board(workspace()),
				calls.History({ workspace: workspace(), query: '', after: '', limit: 20 }),
				calls.Drafts(workspace()),
			]);
			return { board, past: past.rows, drafts: drafts.posts };
		});
		this.#tick = setInterval(() => (this.now = Date.now()), 30_000);
	}

	get first(): boolean {
		return this.#live.first;
	}

	get error(): BackendError | undefined {
		return this.#live.error;
	}

	reload = () => this.#live.reload();

	readonly rows: api.QueueRow[] = $derived.by(() => this.#live.value?.board.rows ?? []);
	readonly past: api.QueueRow[] = $derived.by(() => this.#live.value?.past ?? []);
	readonly drafts: api.Post[] = $derived.by(() => this.#live.value?.drafts ?? []);

	/** What a person must see to: repairs first, then what asks since its time passed. */
	readonly needs: api.QueueRow[] = $derived.by(() => [
		...this.rows.filter((r) => r.state === 'needs_you'),
		...this.rows.filter((r) => r.state !== 'needs_you' && r.deliveries.some((d) => d.holdReason === 'late_ask')),
	]);

	/** Everything of today: what is out, and what goes out. */
	readonly today: api.QueueRow[] = $derived.by(() => this.#on(0).filter((r) => !this.needs.includes(r)));

	/** What goes out next after today. */
	readonly next: api.QueueRow | undefined = $derived.by(() =>
		this.rows.find((r) => r.state === 'scheduled' && daysAhead(r.dueMs, this.now) > 0),
	);

	/** Today and the six days after it. */
	readonly week: Day[] = $derived.by(() =>
		[0, 1, 2, 3, 4, 5, 6].map((n) => ({ ms: dayAfter(this.now, n), rows: this.#on(n) })),
	);

	/** Nothing was ever written here. */
	readonly empty: boolean = $derived.by(
		() => !!this.#live.value && this.rows.length === 0 && this.past.length === 0 && this.drafts.length === 0,
	);

	#on(ahead: number): api.QueueRow[] {
		return [...this.past.filter((r) => !this.rows.some((o) => o.id === r.id)), ...this.rows]
			.filter((r) => r.state !== 'needs_you' && daysAhead(whenOf(r), this.now) === ahead)
			.sort((a, b) => whenOf(a) - whenOf(b));
	}

	stop() {
		this.#live.stop();
		clearInterval(this.#tick);
	}
}
