import { backendError, type api } from '$lib/backend';
import { m } from '$lib/messages';

/** What changing a live post asks of the backend. */
export interface EditCalls {
	Live(id: string): Promise<api.LivePost>;
	CheckEdit(r: api.EditRequest): Promise<api.EditCheck>;
	EditLive(r: api.EditRequest): Promise<api.Edit>;
}

/** The change of one live post while a person writes it. */
export class EditLive {
	post = $state.raw<api.LivePost | undefined>();
	part = $state(0);
	text = $state('');
	alts = $state<string[]>([]);
	check = $state.raw<api.EditCheck | undefined>();
	/** What went wrong with the last change. */
	problem = $state('');
	busy = $state(false);
	#calls: EditCalls;
	#d: api.Delivery;
	#asked = 0;

	constructor(calls: EditCalls, d: api.Delivery) {
		this.#calls = calls;
		this.#d = d;
	}

	/** The part that is changed. */
	readonly now: api.LivePart | undefined = $derived.by(() => this.post?.parts[this.part]);

	/** Why it cannot be changed, "" if it can. */
	readonly barred = $derived.by(() => (this.now ? barWords(this.now.bar, this.#d.networkName) : ''));

	/** What stands in the way of sending it. */
	readonly wrong = $derived.by(() => {
		const c = this.check;
		if (!c || this.barred) return '';
		const bad = c.problems.find((p) => !p.warning);
		if (!bad) return '';
		if (bad.code === 'too_long') return m.queue_el_over({ n: bad.values.over ?? '' });
		return bad.code === 'empty' ? m.queue_el_empty() : bad.message;
	});

	readonly ready = $derived(!this.busy && !!this.check && !this.barred && !this.wrong && !this.check.same);

	async load(): Promise<void> {
		try {
			this.post = await this.#calls.Live(this.#d.id);
			const first = this.post.parts.findIndex((p) => p.bar === '');
			await this.choose(Math.max(first, 0));
		} catch (e) {
			this.problem = backendError(e).message;
		}
	}

	/** Turns to a part. What may have arrived stands in the field, so that the same can be asked for again. */
	async choose(part: number): Promise<void> {
		this.part = part;
		const now = this.post?.parts[part];
		this.text = now?.doubt ? now.wish : (now?.text ?? '');
		this.alts = [...(now?.alts ?? [])];
		this.problem = now?.doubt ? m.queue_el_doubt() : '';
		await this.look();
	}

	/** Asks what the network would say; a late answer to older words is dropped. */
	async look(): Promise<void> {
		const mine = ++this.#asked;
		this.check = undefined;
		if (!this.now || this.now.bar) return;
		try {
			const check = await this.#calls.CheckEdit(this.#wish());
			if (mine === this.#asked) this.check = check;
		} catch (e) {
			if (mine === this.#asked) this.problem = backendError(e).message;
		}
	}

	/** Changes it; true once the network said so. */
	async send(): Promise<boolean> {
		if (!this.ready) return false;
		this.busy = true;
		this.problem = '';
		try {
			const done = await this.#calls.EditLive(this.#wish());
			if (done.outcome === 'accepted') return true;
			this.problem = outcomeWords(done, this.#d.networkName);
		} catch (e) {
			this.problem = backendError(e).message;
		} finally {
			this.busy = false;
		}
		return false;
	}

	#wish(): api.EditRequest {
		return { id: this.#d.id, part: this.part, text: this.text, alts: this.now?.pics ? [...this.alts] : [] };
	}
}

/** Why a live post cannot be changed, in a sentence; "" if it can. */
export function barWords(bar: string, network: string): string {
	switch (bar) {
		case '':
			return '';
		case 'never':
			return m.queue_el_bar_never({ network });
		case 'over':
			return m.queue_el_bar_over({ network });
		case 'poll':
			return m.queue_el_bar_poll();
		case 'media':
			return m.queue_el_bar_media({ network });
		case 'lost':
			return m.queue_el_bar_lost({ network });
		case 'gone':
			return m.queue_el_bar_gone({ network });
	}
	return m.queue_el_bar_not_yet({ network });
}

/** What became of a change that did not arrive for certain: what happened, and what is safe. */
export function outcomeWords(e: api.Edit, network: string): string {
	switch (e.outcome) {
		case 'throttled':
			return m.queue_el_throttled({ network });
		case 'reauth':
			return m.queue_el_reauth({ network });
		case 'not_sent':
			return m.queue_el_off_line({ network });
		case 'rejected':
			return [m.queue_el_refused({ network }), e.message].filter(Boolean).join(' ');
	}
	return m.queue_el_doubt();
}
