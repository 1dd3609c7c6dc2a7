/* eslint-disable svelte/prefer-svelte-reactivity -- what is shown is replaced as a whole, never changed in place */
import type { api } from '$lib/backend';
import { explain } from '$lib/errors';
import { collate } from '$lib/format';
import type { PostFilter } from '$lib/routes';

/** What the list asks the backend for. */
export interface Shelf {
	list(r: api.ListPosts): Promise<api.PostPage>;
	deliveries(workspace: string, states: string[]): Promise<api.Delivery[]>;
	remove(id: string): Promise<void>;
	unbin(id: string): Promise<api.Post>;
	duplicate(id: string): Promise<api.Post>;
	deleteForGood(id: string): Promise<void>;
}

export type Column = 'post' | 'channels' | 'state' | 'when' | 'changed';

/** A post as a line of the table. */
export interface Line {
	post: api.Post;
	title: string;
	picture: string;
	/** When it goes out or went out; 0 while nothing is planned. */
	at: number;
	deliveries: api.Delivery[];
}

/** The states behind each filter; none: all. */
export const statesOf: Record<PostFilter, string[]> = {
	all: [],
	draft: ['draft'],
	scheduled: ['scheduled', 'waiting', 'publishing', 'held'],
	published: ['published'],
	'needs-you': ['needs_you', 'making_sure', 'missed'],
	bin: [],
};

const pageSize = 200;
const most = 5000; // lines kept; the search finds the rest

/** The first words of a post. */
export const titleOf = (p: api.Post): string =>
	p.content.text
		.split('\n')
		.map((line) => line.trim())
		.find(Boolean) ?? '';

/** Every post of a workspace behind one filter and one search, sorted. */
export class PostList {
	lines = $state.raw<Line[]>([]);
	/** Whether the lines are the bin's: what can be done with a line is about the list it is in. */
	binned = $state(false);
	sort = $state<{ by: Column; down: boolean }>({ by: 'changed', down: true });
	marked = $state.raw(new Set<string>());
	/** How many lines are drawn; more as they are asked for. */
	drawn = $state(100);
	/** Why something could not be done, with how many posts it concerns. */
	refused = $state.raw<{ reason: string; count: number }[]>([]);
	#shelf: Shelf;
	#anchor = '';
	#asked = 0;

	constructor(shelf: Shelf) {
		this.#shelf = shelf;
	}

	readonly sorted = $derived.by(() => {
		const { by, down } = this.sort;
		const turn = down ? -1 : 1;
		return [...this.lines].sort((a, b) => turn * compare(by, a, b) || b.post.updatedMs - a.post.updatedMs);
	});

	readonly shown = $derived(this.sorted.slice(0, this.drawn));
	readonly selected = $derived(this.sorted.filter((l) => this.marked.has(l.post.id)));
	readonly allMarked = $derived(this.lines.length > 0 && this.marked.size === this.lines.length);

	/** Loads the posts of a workspace. Only what was asked for last is shown, whichever answer comes last. */
	async load(workspace: string, filter: PostFilter, query: string): Promise<void> {
		const mine = ++this.#asked;
		const found: api.Post[] = [];
		for (let after = ''; ;) {
			const page = await this.#shelf.list({
				workspace,
				query,
				states: statesOf[filter],
				bin: filter === 'bin',
				after,
				limit: pageSize,
			});
			found.push(...page.posts);
			after = page.next;
			if (!after || found.length >= most) break;
		}
		const byPost = new Map<string, api.Delivery[]>();
		for (const d of await this.#shelf.deliveries(workspace, [])) {
			const list = byPost.get(d.post);
			if (list) list.push(d);
			else byPost.set(d.post, [d]);
		}
		if (mine !== this.#asked) return;
		this.binned = filter === 'bin';
		this.lines = found.map((post) => line(post, byPost.get(post.id) ?? []));
		const there = new Set(found.map((p) => p.id));
		if ([...this.marked].some((id) => !there.has(id))) {
			this.marked = new Set([...this.marked].filter((id) => there.has(id)));
		}
	}

	/** Sorts by a column; the same again turns it round. */
	sortBy(by: Column) {
		const down = this.sort.by === by ? !this.sort.down : by === 'when' || by === 'changed';
		this.sort = { by, down };
	}

	/** Marks one post or takes the mark off; with `range`, all between the last one and it. */
	mark(id: string, range = false) {
		const next = new Set(this.marked);
		const from = this.sorted.findIndex((l) => l.post.id === this.#anchor);
		const to = this.sorted.findIndex((l) => l.post.id === id);
		if (range && from >= 0) {
			for (const l of this.sorted.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(l.post.id);
		} else if (next.has(id)) next.delete(id);
		else next.add(id);
		this.#anchor = id;
		this.marked = next;
	}

	markAll(on: boolean) {
		this.marked = new Set(on ? this.lines.map((l) => l.post.id) : []);
	}

	/** Moves posts to the bin. Returns those that went; why others stayed is in `refused`. */
	bin = (ids: readonly string[]): Promise<string[]> => this.#each(ids, (id) => this.#shelf.remove(id));

	/** Takes posts out of the bin. Returns those that came back. */
	restore = (ids: readonly string[]): Promise<string[]> => this.#each(ids, (id) => this.#shelf.unbin(id));

	/** Which posts of the bin can be deleted for good: one that was ever planned is the record of that. */
	deletable = (ids: readonly string[]): string[] => {
		const kept = new Set(this.lines.filter((l) => l.deliveries.length > 0).map((l) => l.post.id));
		return ids.filter((id) => !kept.has(id));
	};

	/** Deletes posts of the bin for ever. Returns those that went. */
	deleteForGood = (ids: readonly string[]): Promise<string[]> => this.#each(ids, (id) => this.#shelf.deleteForGood(id));

	/** Makes new drafts of posts. Returns those that were made. */
	async duplicate(ids: readonly string[]): Promise<string[]> {
		const made: string[] = [];
		await this.#each(ids, async (id) => made.push((await this.#shelf.duplicate(id)).id));
		return made;
	}

	async #each(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<string[]> {
		const done: string[] = [];
		const reasons = new Map<string, number>();
		for (const id of ids) {
			try {
				await work(id);
				done.push(id);
			} catch (e) {
				const { happened, todo } = explain(e);
				const reason = `${happened}. ${todo}`;
				reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
			}
		}
		this.refused = [...reasons].map(([reason, count]) => ({ reason, count }));
		this.marked = new Set([...this.marked].filter((id) => !done.includes(id)));
		return done;
	}
}

function line(post: api.Post, deliveries: api.Delivery[]): Line {
	const live = deliveries.filter((d) => d.state === 'published').map((d) => d.publishedMs || d.dueMs);
	const open = deliveries
		.filter((d) => !['published', 'rejected', 'missed', 'cancelled'].includes(d.state))
		.map((d) => d.dueMs);
	const at = open.length > 0 ? Math.min(...open) : live.length > 0 ? Math.max(...live) : 0;
	return { post, title: titleOf(post), picture: post.content.media[0]?.asset ?? '', at, deliveries };
}

const weight = [
	'needs_you',
	'making_sure',
	'publishing',
	'held',
	'waiting',
	'scheduled',
	'published',
	'missed',
	'draft',
];

function compare(by: Column, a: Line, b: Line): number {
	switch (by) {
		case 'post':
			return collate(a.title, b.title);
		case 'channels':
			return a.post.variants.length - b.post.variants.length;
		case 'state':
			return weight.indexOf(a.post.state) - weight.indexOf(b.post.state);
		case 'when':
			return a.at - b.at;
		case 'changed':
			return a.post.updatedMs - b.post.updatedMs;
	}
}
