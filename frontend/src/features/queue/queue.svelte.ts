import {
	networks as networkService,
	onProgress,
	queue as service,
	type api,
	type BackendError,
	backendError,
} from '$lib/backend';
import { Live } from '$lib/live.svelte';
import type { QueueTab } from '$lib/routes';
import { SvelteSet } from 'svelte/reactivity';
import { heldRows, isLate, needyRows, sectionsOf, type Section } from './sections';

/** What the queue's state needs of the backend. */
export interface QueueCalls {
	Board(workspace: string): Promise<api.Board>;
	History(r: api.HistoryRequest): Promise<api.HistoryPage>;
	Show(id: string): Promise<api.DeliveryStory>;
	Live(id: string): Promise<api.LivePost>;
	Change(r: api.ChangeRequest): Promise<api.ChangeResult>;
	Swap(r: api.SwapRequest): Promise<api.ChangeResult>;
	Undo(token: string): Promise<void>;
	HoldAll(on: boolean): Promise<void>;
	PublishHere(): Promise<unknown>;
	Resolve(r: api.ResolveRequest): Promise<api.Delivery>;
	Handed(id: string): Promise<api.Handed>;
	PlanAgain(id: string, dueMs: number): Promise<api.Delivery>;
	Away(workspace: string): Promise<api.AwayItem[]>;
	ConfirmAway(choices: api.AwayChoice[]): Promise<api.ChangeResult>;
}

/** The mark of a network: its glyph and the colour of its tile. */
export interface Mark {
	svg: string;
	colour: string;
}

/** What a change of several deliveries came to, for the toast. */
export interface Outcome {
	done: number;
	refused: readonly api.Refused[];
	undo: string;
	graceMs: number;
}

const pageSize = 50;

/** The queue of one workspace, as its screen shows it. */
export class Queue {
	tab = $state<QueueTab>('upcoming');
	channel = $state(''); // "" is all
	search = $state('');
	selected = $state(''); // the row in the inspector
	marked = new SvelteSet<string>(); // rows for the selection bar
	progress = $state.raw<Record<string, { done: number; total: number }>>({});
	now = $state(Date.now());
	error = $state.raw<BackendError | undefined>();

	#past = $state.raw<api.QueueRow[]>([]);
	#next = $state('');
	#searched = false;
	#marks = $state.raw<Record<string, Mark>>({});
	#board: Live<api.Board>;
	#asked = 0;
	#stops: (() => void)[] = [];

	constructor(
		private workspace: () => string,
		private calls: QueueCalls = service,
		marks: () => Promise<api.Network[]> = () => networkService.List(),
	) {
		this.#board = new Live<api.Board>(['queue', 'posts', 'channels'], async () => {
			this.now = Date.now();
			if (this.#searched) void this.loadPast();
			return calls.Board(workspace());
		});
		void marks()
			.then((list) => (this.#marks = Object.fromEntries(list.map((n) => [n.id, { svg: n.icon, colour: n.colour }]))))
			.catch(() => {}); // the names stand without their marks
		this.#stops.push(
			onProgress((p) => {
				const id = p.task.startsWith('delivery:') ? p.task.slice('delivery:'.length) : '';
				if (id) this.progress = { ...this.progress, [id]: { done: p.done, total: p.total } };
			}),
		);
		const tick = setInterval(() => (this.now = Date.now()), 20_000);
		this.#stops.push(() => clearInterval(tick));
	}

	mark = (network: string): Mark => this.#marks[network] ?? { svg: '', colour: '' };

	/** Nothing was loaded yet. */
	get first(): boolean {
		return this.#board.first;
	}

	get failed(): BackendError | undefined {
		return this.#board.error;
	}

	reload = () => this.#board.reload();

	/** The rows of every tab but the history, of the chosen channel. */
	readonly rows: api.QueueRow[] = $derived.by(() => this.#ofChannel(this.#board.value?.rows ?? []));

	readonly needy = $derived(needyRows(this.rows));
	readonly held = $derived(heldRows(this.rows));
	readonly late = $derived(this.rows.filter((r) => isLate(r, this.now)));
	readonly causes: api.Cause[] = $derived.by(() => this.#board.value?.causes ?? []);

	/** What the tab shows, under its headings. */
	readonly sections: Section[] = $derived.by(() => {
		switch (this.tab) {
			case 'upcoming':
				return sectionsOf(this.rows, this.now);
			case 'needs-you':
				return one('needs', this.needy);
			case 'held':
				return one('held', this.held);
			case 'published':
				return byDay(this.#ofChannel(this.#past), this.now);
		}
	});

	/** Every row of the tab, as they stand. */
	readonly shown: api.QueueRow[] = $derived(this.sections.flatMap((s) => s.rows));

	/** The row in the inspector: the chosen one, else the first. */
	readonly row: api.QueueRow | undefined = $derived(this.shown.find((r) => r.id === this.selected) ?? this.shown[0]);

	/** Channels that something of the queue goes to. */
	readonly channels: api.Delivery[] = $derived.by(() => {
		const all = [...(this.#board.value?.rows ?? []), ...this.#past].flatMap((r) => r.deliveries);
		return all.filter((d, i) => all.findIndex((other) => other.channel === d.channel) === i);
	});

	get more(): boolean {
		return this.#next !== '';
	}

	#ofChannel(rows: readonly api.QueueRow[]): api.QueueRow[] {
		if (!this.channel) return [...rows];
		return rows.filter((r) => r.deliveries.some((d) => d.channel === this.channel));
	}

	/** Loads the history from its start, or its next page. */
	async loadPast(more = false): Promise<void> {
		this.#searched = true;
		const mine = ++this.#asked;
		try {
			const page = await this.calls.History({
				workspace: this.workspace(),
				query: this.search.trim(),
				after: more ? this.#next : '',
				limit: pageSize,
			});
			if (mine !== this.#asked) return;
			this.#past = more ? [...this.#past, ...page.rows] : page.rows;
			this.#next = page.next;
			this.error = undefined;
		} catch (e) {
			if (mine === this.#asked) this.error = backendError(e);
		}
	}

	/** The deliveries of rows that allow an action. */
	allowing(rows: readonly api.QueueRow[], action: string): api.Delivery[] {
		return rows.flatMap((r) => r.deliveries).filter((d) => d.actions.includes(action));
	}

	/** Does one thing with deliveries. What failed is left in `error`. */
	async change(
		ids: readonly string[],
		what: string,
		more: { dueMs?: number; gaps?: boolean } = {},
	): Promise<Outcome | undefined> {
		return this.#try(async () => {
			const r = await this.calls.Change({ ids: [...ids], do: what, dueMs: more.dueMs ?? 0, gaps: more.gaps ?? false });
			return outcome(r);
		});
	}

	/** The row before or after the one that is looked at that can change times with it: both are planned. */
	neighbour(by: 1 | -1): api.QueueRow | undefined {
		const at = this.shown.findIndex((r) => r.id === this.row?.id);
		const other = this.shown[at + by];
		return at >= 0 && other && this.#planned(this.shown[at]!) && this.#planned(other) ? other : undefined;
	}

	#planned = (r: api.QueueRow) =>
		r.dueMs > this.now && r.deliveries.some((d) => d.state === 'planned') && !r.deliveries.some((d) => d.repeated);

	/** Gives two rows each other's times. */
	async swap(a: api.QueueRow, b: api.QueueRow): Promise<Outcome | undefined> {
		const ids = (r: api.QueueRow) => r.deliveries.filter((d) => d.state === 'planned').map((d) => d.id);
		return this.#try(async () => outcome(await this.calls.Swap({ first: ids(a), second: ids(b) })));
	}

	/** Takes back a change. */
	undo = (token: string) => this.#try(() => this.calls.Undo(token));

	holdAll = (on: boolean) => this.#try(() => this.calls.HoldAll(on));

	/** This computer becomes the one that publishes. */
	publishHere = () => this.#try(() => this.calls.PublishHere());

	/** Says what a person saw on the network. */
	resolve = (r: api.ResolveRequest) => this.calls.Resolve(r);

	/** Plans an ended delivery anew. */
	planAgain = (id: string, dueMs: number) => this.#try(() => this.calls.PlanAgain(id, dueMs));

	/** What a person posts themselves, and where. */
	handed = (id: string) => this.calls.Handed(id);

	story = (id: string) => this.calls.Show(id);

	/** How a published delivery reads now. */
	live = (id: string) => this.calls.Live(id);

	away = () => this.calls.Away(this.workspace());

	confirmAway = (choices: api.AwayChoice[]) => this.#try(async () => outcome(await this.calls.ConfirmAway(choices)));

	async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
		try {
			const answer = await work();
			this.error = undefined;
			return answer;
		} catch (e) {
			this.error = backendError(e);
			return undefined;
		}
	}

	/** Moves the chosen row by so many places. */
	step(by: number): api.QueueRow | undefined {
		const at = this.shown.findIndex((r) => r.id === this.row?.id);
		const next = this.shown[Math.min(Math.max(at + by, 0), this.shown.length - 1)];
		if (next) this.selected = next.id;
		return next;
	}

	toggleMark(id: string) {
		if (!this.marked.delete(id)) this.marked.add(id);
	}

	/** The rows the selection bar is about. */
	readonly chosen: api.QueueRow[] = $derived(this.shown.filter((r) => this.marked.has(r.id)));

	stop() {
		this.#board.stop();
		for (const stop of this.#stops) stop();
		this.#asked++;
	}
}

function one(key: string, rows: api.QueueRow[]): Section[] {
	return rows.length > 0 ? [{ key, kind: 'day', dayMs: 0, rows }] : [];
}

function byDay(rows: readonly api.QueueRow[], now: number): Section[] {
	const sections: Section[] = [];
	for (const row of rows) {
		const at = Math.max(...row.deliveries.map((d) => d.publishedMs || d.dueMs));
		const day = new Date(at);
		const key = `past ${day.getFullYear()} ${day.getMonth()} ${day.getDate()}`;
		const last = sections.at(-1);
		if (last?.key === key) last.rows.push(row);
		else sections.push({ key, kind: 'day', dayMs: Math.min(at, now), rows: [row] });
	}
	return sections;
}

function outcome(r: api.ChangeResult): Outcome {
	return { done: r.done.length, refused: r.refused, undo: r.undo, graceMs: r.graceMs };
}
