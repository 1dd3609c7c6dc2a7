// How a post goes out from the composer: what stands in its way is said first, then it is planned,
// moved, or sent in a moment that can be taken back.
import { queue, slots, type api } from '$lib/backend';
import { list, moment } from '$lib/format';
import { m } from '$lib/messages';
import { preferences } from '$lib/preferences.svelte';
import { workspace } from '$lib/workspace.svelte';
import { announce, confirm, toast } from '$ui';
import { scheduleRequest, type Choice } from '$features/when';
import { costsOf, missingAlt, sayIssue, type Place } from './checks';
import type { Composer } from './composer.svelte';
import { calledOf } from './words';

/** How long "publish now" waits, for taking it back. */
const grace = 5000;

interface Ways {
	/** Goes to the place a problem is about. */
	jump(place: Place): void;
	/** Goes to the next picture without a description. */
	describe(): void;
}

export class GoingOut {
	/** When, as the person chose it here; undefined: as the queue has it. */
	choice = $state.raw<Choice | undefined>(undefined);
	rules = $state.raw<api.TimeRules | undefined>(undefined);
	/** Whether the time is being picked. */
	picking = $state(false);
	sending = $state(false);
	failure = $state.raw<unknown>(undefined);
	/** What keeps it back, in words. */
	notice = $state('');
	/** The version the queue has, or that was opened. */
	begunAt = $state(0);

	#composer: Composer;
	#ways: Ways;

	constructor(composer: Composer, ways: Ways) {
		this.#composer = composer;
		this.#ways = ways;
	}

	/** What waits in the queue and can still be changed. */
	readonly open = $derived.by(() =>
		this.#composer.deliveries.filter((d) => ['planned', 'held', 'waiting'].includes(d.state)),
	);
	/** When it goes out: as chosen now, else as the queue has it; 0 if that is not known. */
	readonly dueMs = $derived(
		this.choice?.dueMs ?? (this.open.length > 0 ? Math.min(...this.open.map((d) => d.dueMs)) : 0),
	);
	readonly late = $derived(this.choice?.late ?? this.rules?.late);
	/** Whether the queue has words from before. */
	readonly stale = $derived.by(
		() =>
			this.open.length > 0 &&
			this.#composer.ready &&
			this.begunAt > 0 &&
			(this.#composer.post?.version ?? 0) > this.begunAt,
	);

	/** Loads what happens to the post when the laptop is off. */
	async loadRules() {
		this.rules = await slots
			.Rules({ workspace: workspace.id, channel: '', post: '' } as api.TimeScope)
			.catch(() => this.rules);
	}

	async #ready(): Promise<boolean> {
		const composer = this.#composer;
		this.notice = '';
		await composer.save();
		if (composer.saving === 'failed' || composer.saving === 'conflict') return false;
		const first = composer.blocking[0];
		if (composer.rows.length === 0) {
			this.#stop(m.composer_check_no_channels());
			return false;
		}
		if (!first) return this.#describedOrNot();
		const rows = composer.rows.filter((r) => r.report?.problems.some((p) => p.code === first.code && !p.warning));
		this.#stop(sayIssue(first, list(rows.map((r) => calledOf(r, composer.rows)))));
		this.#ways.jump({
			channel: rows[0]?.own.includes('text') ? rows[0].channel.id : '',
			part: first.part,
			media: first.media,
			field: first.field,
		});
		return false;
	}

	/** Pictures without a description go out after a question, where the person wants to be asked. */
	async #describedOrNot(): Promise<boolean> {
		const missing = missingAlt(this.#composer);
		if (preferences.value?.altText !== 'ask' || missing.length === 0) return true;
		const go = await confirm({
			title: m.composer_ask_alt({ count: missing.length }),
			body: m.composer_ask_alt_body(),
			action: m.composer_ask_alt_go(),
		});
		if (!go) this.#ways.describe();
		return go;
	}

	/** Says why it cannot go out yet, where the person looks and where they listen. */
	#stop(words: string) {
		this.notice = words;
		announce(words);
	}

	async schedule() {
		if (this.sending || !(await this.#ready())) return;
		if (!this.dueMs || this.dueMs <= Date.now()) {
			this.picking = true;
			return;
		}
		await this.#send(this.dueMs, m.composer_scheduled_toast({ when: moment(this.dueMs) }), this.choice);
	}

	/** A time was picked; a post that waits in the queue moves there at once. */
	async choose(c: Choice) {
		this.choice = c;
		if (this.open.length > 0 && (await this.#ready()))
			await this.#send(c.dueMs, m.composer_scheduled_toast({ when: moment(c.dueMs) }), c);
	}

	async #send(at: number, said: string, chosen?: Choice) {
		const id = this.#composer.id;
		const open = this.open;
		this.sending = true;
		this.failure = undefined;
		try {
			if (open.length > 0) {
				await queue.Renew(id);
				const r = await queue.Change({ ids: open.map((d) => d.id), do: 'move', dueMs: at, gaps: true });
				toast({ text: said, undo: r.undo ? () => queue.Undo(r.undo) : undefined });
			} else {
				const planned = chosen
					? await slots.Schedule(scheduleRequest(id, [], chosen))
					: await queue.Schedule({ postId: id, channels: [], dueMs: at });
				toast({ text: said, undo: () => Promise.all(planned.map((d) => queue.Cancel(d.id))) });
			}
			announce(said);
			this.begunAt = this.#composer.version;
			await this.#composer.loadDeliveries();
			await this.#composer.refresh();
		} catch (e) {
			this.failure = e;
		}
		this.sending = false;
	}

	async now() {
		if (this.sending || !(await this.#ready())) return;
		const names = this.#composer.rows.map((r) => calledOf(r, this.#composer.rows));
		const yes = await confirm({
			title: m.composer_now_title({ count: names.length }),
			body: [m.composer_now_body({ channels: list(names) }), ...costsOf(this.#composer)].join(' '),
			action: m.composer_publish_now(),
		});
		if (yes) await this.#send(Date.now() + grace, m.composer_now_toast());
	}

	/** Gives the queue the newest words. */
	async renew() {
		this.failure = undefined;
		try {
			await this.#composer.save();
			await queue.Renew(this.#composer.id);
			this.begunAt = this.#composer.version;
			toast(m.composer_queue_updated());
		} catch (e) {
			this.failure = e;
		}
	}
}
