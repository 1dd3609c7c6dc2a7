import { backendError, type api } from '$lib/backend';
import { follower, type OwnField } from './content';
import { changeOf } from './marks';
import { remember, remembered } from './remembered';
import { Writing } from './writing.svelte';

export type { Row } from './shown.svelte';

/**
 * One post in the composer: its words, who follows them, what each channel says about them, and how
 * they are kept. Every change shows at once and is saved after a moment; nothing asks to be saved.
 */
export class Composer extends Writing {
	protected sleeping: Record<string, api.Variant> = {};

	// — loading —

	/** Loads a post, or begins a new one for all channels that are ready (or the one that was named). */
	async open(id: string, channel?: string) {
		try {
			const [all, known, found] = await Promise.all([
				this.desk.channels(this.workspace),
				this.desk.networks(),
				id === 'new' ? undefined : this.desk.open(id),
			]);
			this.all = all;
			this.known = known;
			if (!found) {
				const wanted = channel ? all.filter((c) => c.id === channel) : all.filter((c) => c.state === 'ready');
				this.variants = wanted.map((c) => follower(c.id));
			} else {
				this.#take(found);
				if (channel && this.variants.some((v) => v.channel === channel)) this.channel = channel;
				this.#remember();
				void this.loadDeliveries();
			}
			this.problem = undefined;
			this.ready = true;
			void this.#loadAssets();
			this.finding.check();
		} catch (e) {
			this.problem = backendError(e);
		}
	}

	/** Loads the channels again: one was added, renamed or signed in. */
	async reloadChannels() {
		try {
			this.all = await this.desk.channels(this.workspace);
			this.finding.check();
		} catch {
			// the list that was loaded stays; the sidebar says what is wrong
		}
	}

	/** Loads what the queue holds of the post. */
	async loadDeliveries() {
		if (!this.id) return;
		try {
			this.deliveries = await this.desk.deliveries(this.id);
		} catch {
			this.deliveries = [];
		}
	}

	#take(w: api.Written) {
		this.keeping.take(w);
		this.content = w.post.content;
		this.variants = w.post.variants;
	}

	async #loadAssets() {
		const used = [...this.content.media, ...this.variants.flatMap((v) => v.media ?? [])].map((m) => m.asset);
		const missing = used.filter((id, i) => !this.assets[id] && used.indexOf(id) === i);
		const loaded = await Promise.all(missing.map((id) => this.desk.asset(id).catch(() => undefined)));
		const next = { ...this.assets };
		for (const a of loaded) if (a) next[a.id] = a;
		this.assets = next;
	}

	// — channels —

	/** Gives a channel its own text, beginning from the shared one, and goes there. */
	shorten(channel: string) {
		const v = this.variants.find((x) => x.channel === channel);
		if (!v) return;
		if (v.text == null) {
			this.begin(v);
			v.text = this.content.text;
			if (this.content.parts.length > 0) v.parts = [...this.content.parts];
			this.changed('');
		}
		this.channel = channel;
		const cut = this.reports.find((r) => r.channel === channel)?.parts[0]?.cutAt ?? -1;
		this.caret = { part: 0, at: cut < 0 ? v.text.length : cut };
	}

	/** Makes fields of the chosen channel follow the shared post again. */
	follow(channel: string, fields: OwnField[]) {
		const v = this.variants.find((x) => x.channel === channel);
		if (!v) return;
		for (const f of fields) (v as unknown as Record<string, unknown>)[f] = undefined;
		if (fields.includes('text')) {
			delete this.bases[channel];
			this.keep();
		}
		this.changed('');
	}

	/** Says that the own text has seen the newest shared one. */
	keepOwn() {
		this.bases[this.channel] = this.content.text;
		this.keep();
	}

	/** Copies what a channel has of its own to the others of its network. */
	copyOwn(channel: string) {
		const from = this.variants.find((v) => v.channel === channel);
		const network = this.all.find((c) => c.id === channel)?.network;
		if (!from) return;
		const copy = JSON.parse(JSON.stringify(from)) as api.Variant;
		for (const v of this.variants) {
			if (v.channel === channel || this.all.find((c) => c.id === v.channel)?.network !== network) continue;
			Object.assign(v, { ...JSON.parse(JSON.stringify(copy)), channel: v.channel });
			if (copy.text != null) this.begin(v);
		}
		this.changed('');
	}

	/** Takes a channel on or off the post; what it had of its own sleeps and comes back. */
	toggle(channel: string) {
		const at = this.variants.findIndex((v) => v.channel === channel);
		if (at >= 0) {
			this.sleeping[channel] = $state.snapshot(this.variants[at]!) as api.Variant;
			this.variants.splice(at, 1);
			if (this.channel === channel) this.channel = '';
		} else {
			this.variants.push(this.sleeping[channel] ?? follower(channel));
			delete this.sleeping[channel];
		}
		this.keep();
		this.changed('');
	}

	// — keeping —

	/** Something changed: it is checked now and saved after a moment. */
	override changed(kind: string, reason = '') {
		this.keeping.changed(kind, reason);
		this.finding.check();
	}

	save(): Promise<void> {
		return this.keeping.save();
	}

	keepMine(): Promise<void> {
		return this.keeping.keepMine();
	}

	/** Somebody else saved meanwhile: keeps both in the versions and goes on with theirs. */
	async takeTheirs() {
		const theirs = await this.desk.open(this.id);
		await this.keepMine();
		this.#replace(theirs);
		this.changed('');
		await this.save();
	}

	#replace(w: api.Written) {
		this.content = w.post.content;
		this.variants = w.post.variants;
		void this.#loadAssets();
	}

	/** Takes over a version of the post that was stored by somebody, such as a restored one. */
	async reload() {
		await this.save();
		this.#show(await this.desk.open(this.id));
	}

	/** What somebody else wrote, if nothing is unsaved here. */
	async refresh() {
		if (!this.id || this.keeping.busy) return;
		const w = await this.desk.open(this.id).catch(() => undefined);
		if (!w || this.keeping.busy) return;
		if (w.post.version === this.version) this.keeping.post = w.post;
		else this.#show(w);
	}

	async undo() {
		await this.#step((id) => this.desk.undo(id));
	}

	async redo() {
		await this.#step((id) => this.desk.redo(id));
	}

	async #step(step: (id: string) => Promise<api.Written>) {
		const w = await this.keeping.step(step);
		if (w) this.#show(w);
	}

	/** Shows another state of the post, with the caret where it differs. */
	#show(w: api.Written) {
		const before = [...this.parts];
		this.#take(w);
		if (this.channel && !this.variant) this.channel = '';
		const now = this.parts;
		const part = now.findIndex((text, i) => text !== before[i]);
		if (part >= 0) {
			const c = changeOf(before[part] ?? '', now[part]!);
			this.caret = { part, at: c.from + c.added };
		}
		void this.#loadAssets();
		this.finding.check();
	}

	/** All words of the post, for taking them elsewhere when they cannot be saved. */
	allText(): string {
		const texts = [this.content.text, ...this.content.parts];
		for (const v of this.variants) {
			if (v.text) texts.push(v.text);
			texts.push(...(v.parts ?? []));
		}
		return texts.filter((t) => t.trim()).join('\n\n');
	}

	// — asking —

	/** Draws the previews again: something beside the words changed, such as a link's card. */
	redraw() {
		this.finding.draw();
	}

	protected override keep() {
		remember(this.id, { sleeping: this.sleeping, bases: $state.snapshot(this.bases) });
	}

	#remember() {
		const kept = remembered(this.id);
		this.sleeping = kept.sleeping;
		this.bases = kept.bases;
	}

	/** The screen goes: what is not saved yet is saved. */
	stop() {
		this.keeping.stop();
		this.finding.stop();
	}
}
