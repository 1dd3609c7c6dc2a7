/* eslint-disable svelte/prefer-svelte-reactivity -- these are replaced whole, never changed in place */
import type { api, Changed, Progress, Topic } from '$lib/backend';
import { backendError, type BackendError } from '$lib/backend';
import { token, withToken, written } from './tokens';
import { emptyGrid, sameGrid } from './grid';

/** What the screen asks of the backend. */
export interface Shelf {
	grid(q: api.GridQuery): Promise<api.Grid>;
	rows(r: api.GridRows): Promise<api.GridRow[]>;
	imports(): Promise<api.ImportJob[]>;
	startImport(r: api.ImportAssets): Promise<api.ImportJob>;
	stopImport(id: string): Promise<void>;
	dismissImport(id: string): Promise<void>;
	watched(workspace: string): Promise<api.WatchedFolder[]>;
	tag(r: api.TagAssets): Promise<void>;
	collect(r: api.CollectAssets): Promise<void>;
	bin(ids: string[]): Promise<void>;
	unbin(ids: string[]): Promise<void>;
	onChanged(topics: readonly Topic[], then: (c: Changed) => void): () => void;
	onProgress(then: (p: Progress) => void): () => void;
}

/** The marks of an asset in a grid, as the backend sets them. */
export const mark = { alt: 1, video: 2, animation: 4, away: 8, binned: 16, blank: 32, focused: 64 } as const;

/** How many posts use an asset, from its marks. */
export const usesOf = (marks: number): number => marks >> 8;

/** The orders there are, as the backend names them; each goes the way people look for first. */
export const orders = ['added', 'taken', 'name', 'large', 'bytes', 'uses', 'alt', 'tags'] as const;
export type Order = (typeof orders)[number];
/** An order, or with a "-" before it the same turned round. */
export type Sort = Order | `-${Order}`;

/** Reads an order that was kept; what is none is the first. */
export function sortOf(kept: string | null): Sort {
	return orders.includes((kept ?? '').replace(/^-/, '') as Order) ? (kept as Sort) : 'added';
}

/**
 * The last grid that was shown: coming back shows it at once. One that something changed since is read
 * again beside that; any other a moment later, when the screen stands.
 */
const last = {
	key: '',
	grid: undefined as api.Grid | undefined,
	shelf: undefined as Shelf | undefined, // where it came from
	changes: 0, // how many there were
	at: -1, // how many there had been when the grid was asked for
	unwatch: () => {}, // while no library is on screen
};
const laterMs = 400;

/** How many assets come with the first answer: more than the tallest screen shows. */
const firstPage = 2000;

/** The search that a place stands for. Places of collections and tags carry their name. */
export function placeQuery(place: string): { query: string; collection: string } {
	if (place.startsWith('c-')) return { query: '', collection: place.slice(2) };
	if (place.startsWith('tag-')) return { query: written('tag', place.slice(4)), collection: '' };
	const queries: Record<string, string> = {
		'last-import': 'batch:last',
		unused: 'used:no',
		'no-alt': 'alt:no',
		bin: 'is:bin',
	};
	return { query: queries[place] ?? '', collection: '' };
}

/** The library: what is shown, what is selected, and what is being imported. */
export class Library {
	place = $state('');
	query = $state('');
	sort = $state<Sort>('added');
	/** Pictures in rows, or a table of what is known of them. */
	look = $state<'grid' | 'list'>('grid');
	/** The height of a row, px. */
	size = $state(132);

	grid = $state.raw<api.Grid>(emptyGrid);
	loaded = $state(false);
	error = $state.raw<BackendError | undefined>(undefined);
	jobs = $state.raw<api.ImportJob[]>([]);
	folders = $state.raw<api.WatchedFolder[]>([]);

	/** What is selected, by id. */
	selected = $state.raw<ReadonlySet<string>>(new Set());
	/** Where the keyboard is: an index of the grid. */
	focus = $state(0);
	#anchor = 0;

	readonly workspace: string;
	#shelf: Shelf;
	#asked = 0;
	#waiting: ReturnType<typeof setTimeout> | undefined;
	#later: ReturnType<typeof setTimeout> | undefined;
	#stops: (() => void)[];

	constructor(shelf: Shelf, workspace: string) {
		this.#shelf = shelf;
		this.workspace = workspace;
		last.unwatch();
		this.#stops = [
			shelf.onChanged(['library', 'posts'], () => {
				last.changes++;
				this.#soon();
			}),
			shelf.onProgress((p) => this.#progress(p)),
		];
	}

	stop() {
		for (const stop of this.#stops) stop();
		clearTimeout(this.#waiting);
		clearTimeout(this.#later);
		this.#asked++;
		last.unwatch = this.#shelf.onChanged(['library', 'posts'], () => last.changes++);
	}

	/** The order taken apart. */
	readonly order = $derived.by(() => ({
		by: this.sort.replace(/^-/, '') as Order,
		turned: this.sort.startsWith('-'),
	}));

	/** Turns the order round. */
	turn() {
		this.sort = this.order.turned ? this.order.by : `-${this.order.by}`;
	}

	/** Sorts by this; the same again turns it round. */
	sortBy(by: Order) {
		if (this.order.by === by) this.turn();
		else this.sort = by;
	}

	readonly count = $derived.by(() => this.grid.ids.length);
	readonly indexOf = $derived.by(() => {
		const at = new Map<string, number>();
		this.grid.ids.forEach((id, i) => at.set(id, i));
		return at;
	});
	/** The selected assets in the order of the grid. */
	readonly chosen = $derived.by(() => {
		const ids = [...this.selected].filter((id) => this.indexOf.has(id));
		return ids.sort((a, b) => this.indexOf.get(a)! - this.indexOf.get(b)!);
	});
	readonly chosenBytes = $derived.by(() =>
		this.chosen.reduce((sum, id) => sum + (this.grid.bytes[this.indexOf.get(id)!] ?? 0), 0),
	);
	/** The one asset that the inspector shows: the only selected one. */
	/** Whether nothing but videos is selected. */
	readonly films = $derived.by(() =>
		this.chosen.every((id) => ((this.grid.marks[this.indexOf.get(id) ?? -1] ?? 0) & mark.video) !== 0),
	);
	/** The chosen ones that stand still, which can be adjusted. */
	readonly pictures = $derived.by(() =>
		this.chosen.filter((id) => {
			const marks = this.grid.marks[this.indexOf.get(id) ?? -1] ?? mark.video;
			return (marks & (mark.video | mark.animation)) === 0;
		}),
	);
	readonly shown = $derived.by(() => (this.chosen.length === 1 ? this.chosen[0]! : ''));
	readonly running = $derived.by(() => this.jobs.filter((j) => j.running && j.workspace === this.workspace));
	readonly ended = $derived.by(() => this.jobs.filter((j) => !j.running && j.workspace === this.workspace));

	/** Loads what is shown now; only the newest answer counts, and what was there stays until then. */
	async load(): Promise<void> {
		const mine = ++this.#asked;
		clearTimeout(this.#later);
		const place = placeQuery(this.place);
		const q: api.GridQuery = {
			workspace: this.workspace,
			query: [place.query, this.query].filter(Boolean).join(' '),
			collection: place.collection,
			sort: this.sort,
			most: 0,
		};
		const key = JSON.stringify(q);
		if (!this.loaded && last.grid && last.shelf === this.#shelf && last.key === key) {
			this.grid = last.grid;
			this.loaded = true;
			if (last.at === last.changes) {
				this.#later = setTimeout(() => void this.load(), laterMs);
				return;
			}
		}
		const changes = last.changes;
		try {
			// Something else than before: its first page comes first, and the rest behind it.
			const first = key === last.key ? 0 : firstPage;
			let grid = await this.#shelf.grid({ ...q, most: first });
			if (mine !== this.#asked) return;
			if (grid.total > grid.ids.length) {
				this.error = undefined;
				this.grid = grid;
				this.loaded = true;
				grid = await this.#shelf.grid(q);
				if (mine !== this.#asked) return;
			}
			this.error = undefined;
			if (!sameGrid(this.grid, grid)) {
				const focused = this.grid.ids[this.focus];
				this.grid = grid;
				this.#fresh.clear();
				// The keyboard stays on its picture, or near it if that is gone.
				const at = focused === undefined ? 0 : (this.indexOf.get(focused) ?? Math.min(this.focus, grid.ids.length - 1));
				this.focus = Math.max(0, at);
				if (this.chosen.length !== this.selected.size) this.selected = new Set(this.chosen);
			}
			last.key = key;
			last.grid = this.grid;
			last.shelf = this.#shelf;
			last.at = changes;
		} catch (e) {
			if (mine !== this.#asked) return;
			this.error = backendError(e);
		}
		this.loaded = true;
	}

	/** What a list says of the assets it shows, by id; more comes with `want`. */
	rows = $state.raw<ReadonlyMap<string, api.GridRow>>(new Map());
	#fresh = new Set<string>(); // read, or being read, since the grid last changed

	/** Reads what a list says of the assets from one index to another, if it is not there. */
	async want(from: number, to: number): Promise<void> {
		const ids = this.grid.ids.slice(Math.max(0, from), to + 1).filter((id) => !this.#fresh.has(id));
		if (ids.length === 0) return;
		for (const id of ids) this.#fresh.add(id);
		try {
			const read = await this.#shelf.rows({ workspace: this.workspace, ids });
			this.rows = new Map([...this.rows, ...read.map((r) => [r.id, r] as const)]);
		} catch (e) {
			for (const id of ids) this.#fresh.delete(id);
			this.error = backendError(e);
		}
	}

	/** Loads the imports and the watched folders. */
	async loadAside(): Promise<void> {
		try {
			const [jobs, folders] = await Promise.all([this.#shelf.imports(), this.#shelf.watched(this.workspace)]);
			this.jobs = jobs;
			this.folders = folders;
		} catch {
			// the grid's own load tells that the backend is gone
		}
	}

	#soon() {
		this.#waiting ??= setTimeout(() => {
			this.#waiting = undefined;
			void this.load();
			void this.loadAside();
		}, 60);
	}

	#progress(p: Progress) {
		const id = p.task.startsWith('import:') ? p.task.slice(7) : '';
		if (!id) return;
		this.jobs = this.jobs.map((j) => (j.id === id ? ({ ...j, done: p.done, total: p.total } as api.ImportJob) : j));
	}

	// searching

	filter(name: string): string {
		return token(this.query, name);
	}

	setFilter(name: string, value: string) {
		this.query = withToken(this.query, name, value);
	}

	// selecting

	/** Selects one picture alone. */
	only(index: number) {
		const id = this.grid.ids[index];
		if (id === undefined) return;
		this.selected = new Set([id]);
		this.focus = this.#anchor = index;
	}

	/** Adds a picture to the selection, or takes it out. */
	toggle(index: number) {
		const id = this.grid.ids[index];
		if (id === undefined) return;
		const now = new Set(this.selected);
		if (!now.delete(id)) now.add(id);
		this.selected = now;
		this.focus = this.#anchor = index;
	}

	/** Selects everything from where the selection began to a picture. */
	range(index: number, add = false) {
		const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
		const now = new Set(add ? this.selected : []);
		for (let i = from; i <= to; i++) now.add(this.grid.ids[i]!);
		this.selected = now;
		this.focus = index;
	}

	/** Selects these, with what was selected before. */
	take(indexes: readonly number[], before: ReadonlySet<string>) {
		const now = new Set(before);
		for (const i of indexes) now.add(this.grid.ids[i]!);
		this.selected = now;
	}

	all() {
		this.selected = new Set(this.grid.ids);
	}

	clear() {
		this.selected = new Set();
	}

	/** Moves the keyboard to a picture; the selection goes with it, or grows with Shift. */
	move(index: number, grow = false) {
		const to = Math.min(Math.max(index, 0), this.count - 1);
		if (to < 0) return;
		if (grow) this.range(to);
		else this.only(to);
	}

	/** The keyboard stands on a picture, however it came there; moving and growing start from it. */
	at(index: number) {
		if (index >= 0 && index !== this.focus) this.focus = this.#anchor = index;
	}

	// doing

	/** Imports files and folders; the bar shows how far it is. */
	async import(paths: string[], how: { reference?: boolean; recursive?: boolean } = {}): Promise<void> {
		if (paths.length === 0) return;
		const job = await this.#shelf.startImport({
			workspace: this.workspace,
			paths,
			recursive: how.recursive ?? true,
			reference: how.reference ?? false,
		});
		if (!this.jobs.some((j) => j.id === job.id)) this.jobs = [...this.jobs, job];
	}

	async stopImport(id: string) {
		await this.#shelf.stopImport(id);
	}

	async dismiss(id: string) {
		this.jobs = this.jobs.filter((j) => j.id !== id);
		await this.#shelf.dismissImport(id);
	}

	/** Moves assets to the bin. Returns how to take them back. */
	async bin(ids: string[]): Promise<() => Promise<void>> {
		await this.#shelf.bin(ids);
		return () => this.#shelf.unbin(ids);
	}

	/** Takes assets out of the bin. Returns how to put them back. */
	async unbin(ids: string[]): Promise<() => Promise<void>> {
		await this.#shelf.unbin(ids);
		return () => this.#shelf.bin(ids);
	}

	/** Adds a tag. Returns how to take it off those that did not have it. */
	async tag(ids: string[], tag: string): Promise<() => Promise<void>> {
		await this.#shelf.tag({ assets: ids, add: [tag], remove: [] });
		return () => this.#shelf.tag({ assets: ids, add: [], remove: [tag] });
	}

	/** Puts assets into a collection. Returns how to take them out. */
	async collect(collection: string, ids: string[]): Promise<() => Promise<void>> {
		await this.#shelf.collect({ collection, assets: ids, in: true });
		return () => this.#shelf.collect({ collection, assets: ids, in: false });
	}

	async uncollect(collection: string, ids: string[]): Promise<() => Promise<void>> {
		await this.#shelf.collect({ collection, assets: ids, in: false });
		return () => this.#shelf.collect({ collection, assets: ids, in: true });
	}
}
