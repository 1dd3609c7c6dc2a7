import { tick } from 'svelte';
import { posts as postService, queue as queueService, type api } from '$lib/backend';
import { list } from '$lib/format';
import { m } from '$lib/messages';
import { go } from '$lib/router.svelte';
import { shell } from '$lib/shell.svelte';
import { confirm, toast } from '$ui';
import { deleteLive } from './deletelive';
import { handOver } from './handover';
import { yourTurn } from './states';
import { remindOf, type Reminds } from './remind';
import type { Outcome, Queue } from './queue.svelte';

/** What a person does with the queue: what each button and key begins, and what is said afterwards. */
export class Doing {
	/** What gets a new time. */
	moving = $state.raw<{ ids: string[]; from: number; again: boolean } | undefined>();
	/** What a person looked for on its network. */
	verifying = $state.raw<{ d: api.Delivery; mode: 'live' | 'absent' } | undefined>();
	/** The live post that gets other words. */
	editing = $state.raw<api.Delivery | undefined>();
	showEdit = $state(false);
	showMove = $state(false);
	showWhen = $state(false);
	showVerify = $state(false);
	/** Where the picker of a time stands. */
	place = $state.raw<{ getBoundingClientRect(): DOMRect } | undefined>();
	/** The list on screen. */
	element = $state<HTMLElement>();
	#queue: Queue;
	#engine: Reminds;
	#held = { row: '', until: 0 }; // the row that was moved last, for a moment

	constructor(queue: Queue, engine: Reminds) {
		this.#queue = queue;
		this.#engine = engine;
	}

	/** Says what a change came to, with the way back. */
	tell(text: string, o: Outcome | undefined) {
		if (!o) return;
		if (o.done === 0 && o.refused[0]) {
			toast({ text: o.refused[0].message });
			return;
		}
		const undo = o.undo ? () => this.#queue.undo(o.undo) : undefined;
		toast({ text, undo, for: o.graceMs ? Math.max(1000, o.graceMs - Date.now()) : undefined });
	}

	async #publishNow(ds: readonly api.Delivery[]) {
		const names = list(ds.map((d) => `${d.networkName} ${d.channelName || d.handle}`));
		const yes = await confirm({
			title: m.queue_publish_title({ count: ds.length }),
			body: m.queue_publish_text({ names }),
			action: m.queue_do_publish_now(),
		});
		if (!yes) return;
		const ids = ds.map((d) => d.id);
		this.tell(m.queue_done_grace(), await this.#queue.change(ids, 'publish_now'));
	}

	/** Opens the picker of a time beside what has focus; a menu's line is gone by then, so its place is kept. */
	#pickBeside() {
		const focused = document.activeElement;
		const rect =
			(focused && focused !== document.body ? focused : this.element)?.getBoundingClientRect() ?? new DOMRect();
		this.place = { getBoundingClientRect: () => rect };
		this.showWhen = true;
	}

	/** Does what a button says, with one delivery or several. */
	act = async (what: string, ds: readonly api.Delivery[]): Promise<void> => {
		const d = ds[0];
		if (!d) return;
		const ids = ds.map((x) => x.id);
		switch (what) {
			case 'publish_now':
				return this.#publishNow(ds);
			case 'move':
			case 'plan_again':
				this.moving = { ids, from: Math.min(...ds.map((x) => x.dueMs)), again: what === 'plan_again' };
				if (ds.length === 1) this.#pickBeside();
				else this.showMove = true;
				return;
			case 'hand':
				await handOver(await this.#queue.handed(d.id));
				return;
			case 'look':
				return shell.open(d.lookUrl);
			case 'open':
				return shell.open(d.remoteUrl);
			case 'copy_link':
				await shell.copy(d.remoteUrl);
				toast(m.queue_done_copied());
				return;
			case 'live':
			case 'absent':
				if (what === 'absent' && yourTurn(d)) {
					await this.#queue.resolve({ id: d.id, liveUrl: '', absent: true, sendAgain: false });
					toast(m.queue_done_absent());
					return;
				}
				this.verifying = { d, mode: what };
				this.showVerify = true;
				return;
			case 'edit_live':
				this.editing = d;
				this.showEdit = true;
				return;
			case 'delete_live': {
				const text = await deleteLive(queueService, d);
				if (text) toast(text);
				return;
			}
			case 'remind':
			case 'unremind':
				return remindOf(this.#engine, d.post, what === 'remind');
			case 'sign_in':
				return go({ screen: 'channel', channel: d.channel });
			case 'edit':
				return go({ screen: 'composer', post: d.post });
			case 'duplicate':
				return go({ screen: 'composer', post: (await postService.Duplicate(d.post)).id });
			default: {
				const o = await this.#queue.change(ids, what);
				this.tell(done(what, o?.done ?? 0), o);
			}
		}
	};

	/** Does it with all deliveries of rows that allow it. */
	onRows = (what: string, rows: readonly api.QueueRow[]) => this.act(what, this.#queue.allowing(rows, what));

	/** Gives what was asked about its new time. */
	move = async (dueMs: number, gaps: boolean) => {
		const it = this.moving;
		if (!it) return;
		if (it.again) {
			for (const id of it.ids) await this.#queue.planAgain(id, dueMs);
			toast(m.queue_done_moved({ count: it.ids.length }));
		} else {
			const o = await this.#queue.change(it.ids, 'move', { dueMs, gaps });
			this.tell(m.queue_done_moved({ count: o?.done ?? 0 }), o);
		}
		this.#queue.marked.clear();
	};

	/** Gives the row that is looked at the time of its neighbour, and the neighbour its own. */
	swap = async (by: 1 | -1) => {
		const row = this.#queue.row;
		const other = this.#queue.neighbour(by);
		if (!row || !other) return;
		this.tell(m.queue_done_swapped({ title: other.title || m.queue_no_text() }), await this.#queue.swap(row, other));
		this.#held = { row: row.id, until: Date.now() + 2000 };
		await this.#queue.reload();
		await this.focus(row.id);
	};

	/** Gives the keyboard back to the row that was moved, when the list was drawn anew under it. */
	keepFocus = async () => {
		await tick();
		if (Date.now() < this.#held.until && document.activeElement === document.body) await this.focus(this.#held.row);
	};

	holdAll = async (on: boolean) => {
		await this.#queue.holdAll(on);
		toast({ text: on ? m.queue_done_held_all() : m.queue_done_let_go(), undo: () => this.#queue.holdAll(!on) });
	};

	tryNow = () => this.onRows('try_now', this.#queue.rows);

	/** What the keys are about: the marked rows, else the one that is looked at. */
	target = (): readonly api.QueueRow[] => {
		const { chosen, row } = this.#queue;
		return chosen.length > 0 ? chosen : row ? [row] : [];
	};

	/** What of that can be deleted at its network. */
	deletable = (): api.Delivery | undefined => this.#queue.allowing(this.target(), 'delete_live')[0];

	can = (what: string) => this.#queue.allowing(this.target(), what).length > 0;

	step = async (by: number, extend = false) => {
		const from = this.#queue.row;
		const next = this.#queue.step(by);
		if (extend && from && next) {
			this.#queue.marked.add(from.id);
			this.#queue.marked.add(next.id);
		}
		await this.focus(next?.id ?? '');
	};

	async focus(row: string) {
		await tick();
		this.element?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row)}"]`)?.focus();
	}
}

function done(what: string, count: number): string {
	if (what === 'hold') return m.queue_done_held({ count });
	if (what === 'release') return m.queue_done_released({ count });
	if (what === 'cancel') return m.queue_done_cancelled({ count });
	if (what === 'put_away') return m.queue_done_closed({ count });
	if (what === 'check') return m.queue_done_asking();
	return m.queue_done_trying();
}
