import { backendError, type BackendError, type api } from '$lib/backend';
import { follower, isEmpty, nothing, ownFields, resolve, titleOf, type OwnField } from './content';
import type { Desk } from './desk';
import { changeOf, shift, shiftCut } from './marks';

/** How saving stands. `late` is a save that takes long enough to say so. */
export type Saving = 'saved' | 'late' | 'failed' | 'conflict';

/** What one text is made of, as it was found by the newest check and moved along since. */
interface Found {
	text: string;
	marks: readonly api.Mark[];
	characters: number;
}

/** After so long without a key, what was written is saved. */
const pause = 300;
/** A save that takes longer says so. */
const longSave = 400;
/** How soon a failed save is tried again by itself. */
const again = 3000;
/** Previews are drawn when the hand rests: ten of a long text would be in the way of the next key. */
const previewPause = 250;

/** The same for any channel: what is said about a post in this channel's words. */
export interface Row {
	channel: api.Channel;
	network: api.Network | undefined;
	variant: api.Variant;
	report: api.Report | undefined;
	own: OwnField[];
}

/**
 * One post in the composer: its words, who follows them, what each channel says about them, and how
 * they are kept. Every change shows at once and is saved after a moment; nothing asks to be saved.
 */
export class Composer {
	id = $state('');
	content = $state<api.Content>(nothing());
	variants = $state<api.Variant[]>([]);
	version = 0;
	/** Which text is written: '' is everyone's, else a channel's id. */
	channel = $state('');
	/** Which picture is described. */
	picked = $state(0);

	all = $state.raw<api.Channel[]>([]);
	known = $state.raw<api.Network[]>([]);
	assets = $state.raw<Record<string, api.Asset>>({});
	reports = $state.raw<api.Report[]>([]);
	previews = $state.raw<api.Preview[]>([]);
	deliveries = $state.raw<api.Delivery[]>([]);
	post = $state.raw<api.Post | undefined>(undefined);

	back = $state(0);
	forth = $state(0);
	saving = $state<Saving>('saved');
	savedOnce = $state(false);
	failure = $state.raw<BackendError | undefined>(undefined);
	problem = $state.raw<BackendError | undefined>(undefined); // of loading
	ready = $state(false);
	/** Set after words changed from outside (undo, a version, a split): where the caret belongs. */
	caret = $state.raw<{ part: number; at: number } | undefined>(undefined);

	#found = $state.raw<Record<string, Found>>({});
	#sleeping: Record<string, api.Variant> = {};
	#bases: Record<string, string> = $state({}); // the shared text an own text began from
	#desk: Desk;
	#workspace: string;
	#made: ((id: string) => void) | undefined;
	#dirty = false;
	#kind = '';
	#reason = '';
	#timer: ReturnType<typeof setTimeout> | undefined;
	#late: ReturnType<typeof setTimeout> | undefined;
	#writing: Promise<void> | undefined;
	#checking = false;
	#checkAgain = false;
	#drawing: ReturnType<typeof setTimeout> | undefined;
	#drawn = 0;
	#stopped = false;

	constructor(desk: Desk, workspace: string, made?: (id: string) => void) {
		this.#desk = desk;
		this.#workspace = workspace;
		this.#made = made;
	}

	// — what is shown —

	/** The post's name: its first line, "" while there is none. */
	readonly title = $derived(titleOf(this.content));
	readonly empty = $derived(isEmpty(this.content) && this.variants.every((v) => ownFields(v).length === 0));

	/** The channels the post goes to, in the order of the sidebar. */
	readonly rows = $derived.by((): Row[] =>
		this.all.flatMap((channel) => {
			const variant = this.variants.find((v) => v.channel === channel.id);
			if (!variant) return [];
			return [
				{
					channel,
					variant,
					network: this.known.find((n) => n.id === channel.network),
					report: this.reports.find((r) => r.channel === channel.id),
					own: ownFields(variant),
				},
			];
		}),
	);

	readonly row = $derived(this.rows.find((r) => r.channel.id === this.channel));
	readonly variant = $derived(this.variants.find((v) => v.channel === this.channel));
	/** What is written now: everyone's content, or the chosen channel's. */
	readonly shown = $derived(resolve(this.content, this.variant));
	readonly parts = $derived([this.shown.text, ...this.shown.parts]);
	readonly ownText = $derived(this.variant?.text != null);
	readonly followers = $derived(this.rows.filter((r) => !r.own.includes('text')));
	/** The media of what is written now. */
	readonly media = $derived(this.shown.media);

	/** Which channels the written text goes to. */
	readonly readers = $derived(this.channel ? this.rows.filter((r) => r.channel.id === this.channel) : this.followers);

	/** Every problem of every channel that keeps it from being published. */
	readonly blocking = $derived(this.rows.flatMap((r) => (r.report?.problems ?? []).filter((p) => !p.warning)));

	/** Whether the shared text changed after the chosen channel got its own. */
	readonly sharedMoved = $derived.by(() => {
		const base = this.#bases[this.channel];
		return this.ownText && base !== undefined && base !== this.content.text;
	});

	/** The shared text when the chosen channel got its own; "" if that is not known. */
	readonly base = $derived(this.#bases[this.channel] ?? '');

	/** The marks of one part of what is written, where they are now. */
	marksOf(part: number): readonly api.Mark[] {
		const found = this.#foundOf(part);
		if (!found) return [];
		const text = this.parts[part] ?? '';
		return found.text === text ? found.marks : shift(found.marks, changeOf(found.text, text));
	}

	/** The channel that cuts a part first, and where; undefined if it fits all. */
	cutOf(part: number): { row: Row; at: number; report: api.Report } | undefined {
		const text = this.parts[part] ?? '';
		const found = this.#foundOf(part);
		let first: { row: Row; at: number; report: api.Report } | undefined;
		for (const row of this.readers) {
			const checked = row.report?.parts[part];
			if (!row.report || !checked || checked.cutAt < 0) continue;
			const at = found && found.text !== text ? shiftCut(checked.cutAt, changeOf(found.text, text)) : checked.cutAt;
			if (!first || at < first.at) first = { row, at, report: row.report };
		}
		return first;
	}

	/** How many characters a part has, as people count; the newest answer. */
	charactersOf(part: number): number {
		return this.#foundOf(part)?.characters ?? 0;
	}

	#foundOf(part: number): Found | undefined {
		const own = part === 0 ? this.variant?.text : this.variant?.parts;
		const mine = own != null ? this.channel : '';
		return this.#found[`${mine} ${part}`];
	}

	/** The alt text that goes out with a picture. */
	altOf(m: api.Media): string {
		return m.alt || this.assets[m.asset]?.alt || '';
	}

	// — loading —

	/** Loads a post, or begins a new one for all channels that are ready (or the one that was named). */
	async open(id: string, channel?: string) {
		try {
			const [all, known] = await Promise.all([this.#desk.channels(this.#workspace), this.#desk.networks()]);
			this.all = all;
			this.known = known;
			if (id === 'new') {
				const wanted = channel ? all.filter((c) => c.id === channel) : all.filter((c) => c.state === 'ready');
				this.variants = wanted.map((c) => follower(c.id));
			} else {
				this.#take(await this.#desk.open(id));
				if (channel && this.variants.some((v) => v.channel === channel)) this.channel = channel;
				this.#remember();
				void this.loadDeliveries();
			}
			this.problem = undefined;
			this.ready = true;
			void this.#loadAssets();
			this.#check();
		} catch (e) {
			this.problem = backendError(e);
		}
	}

	/** Loads the channels again: one was added, renamed or signed in. */
	async reloadChannels() {
		try {
			this.all = await this.#desk.channels(this.#workspace);
			this.#check();
		} catch {
			// the list that was loaded stays; the sidebar says what is wrong
		}
	}

	/** Loads what the queue holds of the post. */
	async loadDeliveries() {
		if (!this.id) return;
		try {
			this.deliveries = await this.#desk.deliveries(this.id);
		} catch {
			this.deliveries = [];
		}
	}

	#take(w: api.Written) {
		this.post = w.post;
		this.id = w.post.id;
		this.version = w.post.version;
		this.content = w.post.content;
		this.variants = w.post.variants;
		this.back = w.back;
		this.forth = w.forth;
		this.savedOnce = true;
	}

	async #loadAssets() {
		const used = [...this.content.media, ...this.variants.flatMap((v) => v.media ?? [])].map((m) => m.asset);
		const missing = used.filter((id, i) => !this.assets[id] && used.indexOf(id) === i);
		const loaded = await Promise.all(missing.map((id) => this.#desk.asset(id).catch(() => undefined)));
		const next = { ...this.assets };
		for (const a of loaded) if (a) next[a.id] = a;
		this.assets = next;
	}

	/** Takes over what is known of assets, such as after an import or a changed description. */
	know(list: readonly api.Asset[]) {
		const next = { ...this.assets };
		for (const a of list) next[a.id] = a;
		this.assets = next;
	}

	// — writing —

	/** Writes one part of what is shown: everyone's words, or the chosen channel's own. */
	write(part: number, text: string) {
		const v = this.variant;
		if (!v) {
			if (part === 0) this.content.text = text;
			else this.content.parts[part - 1] = text;
		} else if (part === 0) {
			if (v.text == null) this.#begin(v);
			v.text = text;
		} else {
			const parts = [...(v.parts ?? this.content.parts)];
			parts[part - 1] = text;
			v.parts = parts;
		}
		this.changed(`text ${this.channel} ${part}`);
	}

	#begin(v: api.Variant) {
		this.#bases[v.channel] = this.content.text;
		this.#keep();
	}

	/** Replaces every part of what is shown, and keeps the version before. */
	setParts(parts: string[], reason = '', at?: { part: number; at: number }) {
		const [first = '', ...rest] = parts;
		const v = this.variant;
		if (v) {
			if (v.text == null) this.#begin(v);
			v.text = first;
			v.parts = rest;
		} else {
			this.content.text = first;
			this.content.parts = rest;
		}
		const media = this.shown.media;
		if (media.some((m) => m.part > rest.length)) {
			this.setMedia(media.map((m) => ({ ...m, part: Math.min(m.part, rest.length) })));
		}
		this.#reason = reason;
		this.caret = at;
		this.changed('');
	}

	/** Adds an empty part at the end of the thread, or divides a part at a place. */
	addPart(part = this.parts.length - 1, at?: number) {
		const parts = [...this.parts];
		const text = parts[part] ?? '';
		if (at !== undefined && at < text.length) {
			parts.splice(part, 1, text.slice(0, at).trimEnd(), text.slice(at).trimStart());
		} else parts.splice(part + 1, 0, '');
		const media = this.shown.media.map((m) => (m.part > part ? { ...m, part: m.part + 1 } : m));
		this.setParts(parts, at === undefined ? '' : 'split', { part: part + 1, at: 0 });
		if (media.some((m, i) => m.part !== this.shown.media[i]?.part)) this.setMedia(media);
	}

	/** Joins a part to the one before it. */
	mergePart(part: number) {
		if (part < 1) return;
		const parts = [...this.parts];
		const before = parts[part - 1] ?? '';
		const text = parts[part] ?? '';
		const glue = before && text && !/\s$/.test(before) ? '\n\n' : '';
		parts.splice(part - 1, 2, before + glue + text);
		const media = this.shown.media.map((m) => (m.part >= part ? { ...m, part: m.part - 1 } : m));
		if (media.some((m, i) => m.part !== this.shown.media[i]?.part)) this.setMedia(media);
		this.setParts(parts, 'merge', { part: part - 1, at: (before + glue).length });
	}

	/** Moves a part of the thread up or down, its media with it. */
	movePart(part: number, by: 1 | -1) {
		const to = part + by;
		if (to < 0 || to >= this.parts.length) return;
		const parts = [...this.parts];
		[parts[part], parts[to]] = [parts[to]!, parts[part]!];
		const media = this.shown.media.map((m) =>
			m.part === part ? { ...m, part: to } : m.part === to ? { ...m, part } : m,
		);
		this.setMedia(media);
		this.setParts(parts, '', { part: to, at: 0 });
	}

	/** Divides a part that is too long so that every part fits the channels that read it. */
	async split(part: number, numbered: boolean) {
		const text = this.parts[part] ?? '';
		const proposed = await this.#desk.split({ text, channels: this.readers.map((r) => r.channel.id), numbered });
		if (proposed.length < 2) return;
		const parts = [...this.parts];
		parts.splice(part, 1, ...proposed);
		const media = this.shown.media.map((m) => (m.part > part ? { ...m, part: m.part + proposed.length - 1 } : m));
		this.setMedia(media);
		this.setParts(parts, 'split', { part, at: 0 });
	}

	/** How many parts a part would become. */
	async partsNeeded(part: number): Promise<number> {
		const text = this.parts[part] ?? '';
		const channels = this.readers.map((r) => r.channel.id);
		return (await this.#desk.split({ text, channels, numbered: false })).length;
	}

	/** Gives a channel its own text, beginning from the shared one, and goes there. */
	shorten(channel: string) {
		const v = this.variants.find((x) => x.channel === channel);
		if (!v) return;
		if (v.text == null) {
			this.#begin(v);
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
			delete this.#bases[channel];
			this.#keep();
		}
		this.changed('');
	}

	/** Says that the own text has seen the newest shared one. */
	keepOwn() {
		this.#bases[this.channel] = this.content.text;
		this.#keep();
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
			if (copy.text != null) this.#begin(v);
		}
		this.changed('');
	}

	/** Takes a channel on or off the post; what it had of its own sleeps and comes back. */
	toggle(channel: string) {
		const at = this.variants.findIndex((v) => v.channel === channel);
		if (at >= 0) {
			this.#sleeping[channel] = $state.snapshot(this.variants[at]!) as api.Variant;
			this.variants.splice(at, 1);
			if (this.channel === channel) this.channel = '';
		} else {
			this.variants.push(this.#sleeping[channel] ?? follower(channel));
			delete this.#sleeping[channel];
		}
		this.#keep();
		this.changed('');
	}

	/** Sets one field of what is shown: everyone's, or the chosen channel's own. */
	set(field: 'link' | 'language' | 'warning' | 'visibility', value: string) {
		const v = this.variant;
		if (v) v[field] = value;
		else this.content[field] = value;
		this.changed(`${field} ${this.channel}`);
	}

	/** Sets an option of a channel's network; '' is the network's usual. */
	setOption(channel: string, key: string, value: string) {
		const v = this.variants.find((x) => x.channel === channel);
		if (!v) return;
		const options = { ...v.options, [key]: value };
		if (!value) delete options[key];
		v.options = options;
		this.changed(`option ${channel} ${key}`);
	}

	// — media —

	/** Replaces the media of what is shown. */
	setMedia(media: api.Media[], kind = '') {
		const v = this.variant;
		if (v) v.media = media;
		else this.content.media = media;
		this.picked = Math.min(Math.max(this.picked, 0), Math.max(media.length - 1, 0));
		this.changed(kind);
	}

	/** Adds pictures to a part, without those it has already. */
	addMedia(list: readonly api.Asset[], part = this.parts.length - 1) {
		this.know(list);
		const fresh = list.filter(
			(a, i) => !this.media.some((m) => m.asset === a.id) && list.findIndex((b) => b.id === a.id) === i,
		);
		if (fresh.length === 0) return 0;
		const media = [...this.media, ...fresh.map((a) => ({ asset: a.id, alt: '', part }))];
		this.setMedia(media);
		this.picked = this.media.length - fresh.length;
		return fresh.length;
	}

	removeMedia(at: number) {
		this.setMedia(this.media.filter((_, i) => i !== at));
	}

	/** Moves a picture to another place in the order. */
	moveMedia(at: number, to: number) {
		if (to < 0 || to >= this.media.length || to === at) return;
		const media = [...this.media];
		const [one] = media.splice(at, 1);
		media.splice(to, 0, one!);
		this.setMedia(media);
		this.picked = to;
	}

	/** Changes one use of a picture: its description, its focal point. */
	changeMedia(at: number, change: Partial<api.Media>, kind: string) {
		this.setMedia(
			this.media.map((m, i) => (i === at ? { ...m, ...change } : m)),
			kind,
		);
	}

	// — keeping —

	/** Something changed: it is checked now and saved after a moment. */
	changed(kind: string) {
		if (this.#dirty && this.#kind !== kind) this.#kind = '';
		else this.#kind = kind;
		this.#dirty = true;
		clearTimeout(this.#drawing);
		this.#check();
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.save(), pause);
	}

	/** Saves now what is not saved yet. Settles when it is, or when saving failed. */
	async save(): Promise<void> {
		clearTimeout(this.#timer);
		while (this.#writing) await this.#writing;
		if (!this.#dirty || this.saving === 'conflict' || (!this.id && this.empty)) return;
		this.#writing = this.#save();
		await this.#writing;
	}

	async #save() {
		this.#dirty = false;
		const kind = this.#kind;
		const reason = this.#reason;
		this.#kind = this.#reason = '';
		this.#late = setTimeout(() => (this.saving = 'late'), longSave);
		try {
			const content = $state.snapshot(this.content) as api.Content;
			const variants = $state.snapshot(this.variants) as api.Variant[];
			if (!this.id) {
				const post = await this.#desk.create(
					this.#workspace,
					content,
					variants.map((v) => v.channel),
				);
				this.id = post.id;
				this.version = post.version;
				this.#made?.(post.id);
				this.#keep();
			}
			const written = await this.#desk.write({ id: this.id, content, variants, version: this.version, kind, reason });
			this.version = written.post.version;
			this.post = written.post;
			this.back = written.back;
			this.forth = written.forth;
			this.savedOnce = true;
			this.failure = undefined;
			this.saving = 'saved';
		} catch (e) {
			this.#dirty = true;
			this.failure = backendError(e);
			this.saving = this.failure.code === 'conflict' ? 'conflict' : 'failed';
			if (this.saving === 'failed' && !this.#stopped) {
				clearTimeout(this.#timer);
				this.#timer = setTimeout(() => void this.save(), again);
			}
		}
		clearTimeout(this.#late);
		this.#writing = undefined;
	}

	/** Somebody else saved meanwhile: keeps what is written here on top; theirs stays in the versions. */
	async keepMine() {
		this.version = 0;
		this.saving = 'saved';
		await this.save();
	}

	/** Somebody else saved meanwhile: keeps both in the versions and goes on with theirs. */
	async takeTheirs() {
		const theirs = await this.#desk.open(this.id);
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
		this.#show(await this.#desk.open(this.id));
	}

	/** What somebody else wrote, if nothing is unsaved here. */
	async refresh() {
		if (!this.id || this.#dirty || this.#writing) return;
		const w = await this.#desk.open(this.id).catch(() => undefined);
		if (!w || this.#dirty || this.#writing) return;
		if (w.post.version === this.version) this.post = w.post;
		else this.#show(w);
	}

	async undo() {
		await this.#step((id) => this.#desk.undo(id));
	}

	async redo() {
		await this.#step((id) => this.#desk.redo(id));
	}

	async #step(step: (id: string) => Promise<api.Written>) {
		await this.save();
		if (!this.id || this.saving === 'failed' || this.saving === 'conflict') return;
		try {
			this.#show(await step(this.id));
		} catch (e) {
			this.failure = backendError(e);
		}
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
		this.#check();
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

	#draft(): api.Draft {
		return {
			id: this.id,
			workspace: this.#workspace,
			content: $state.snapshot(this.content) as api.Content,
			variants: $state.snapshot(this.variants) as api.Variant[],
		};
	}

	/** Asks what the channels say. While one question is under way the newest waits; older ones are dropped. */
	#check() {
		if (this.#checking) {
			this.#checkAgain = true;
			return;
		}
		void this.#ask();
	}

	async #ask() {
		this.#checking = true;
		do {
			this.#checkAgain = false;
			const draft = this.#draft();
			try {
				const answer = await this.#desk.check(draft);
				if (this.#stopped) break;
				this.#settle(draft, answer);
			} catch {
				// the old numbers stay until the next key; saving says what is wrong
			}
		} while (this.#checkAgain && !this.#stopped);
		this.#checking = false;
		this.#draw();
	}

	#settle(draft: api.Draft, answer: api.DraftCheck) {
		const found: Record<string, Found> = {};
		for (const t of answer.texts) {
			const v = draft.variants.find((x) => x.channel === t.channel);
			const text = t.channel
				? t.part === 0
					? v?.text
					: v?.parts?.[t.part - 1]
				: t.part === 0
					? draft.content.text
					: draft.content.parts[t.part - 1];
			found[`${t.channel} ${t.part}`] = { text: text ?? '', marks: t.marks, characters: t.characters };
		}
		this.#found = found;
		this.reports = answer.reports;
	}

	#draw() {
		clearTimeout(this.#drawing);
		this.#drawing = setTimeout(async () => {
			const mine = ++this.#drawn;
			try {
				const previews = await this.#desk.preview(this.#draft());
				if (mine === this.#drawn && !this.#stopped) this.previews = previews;
			} catch {
				// the previews stay as they were
			}
		}, previewPause);
	}

	/** Draws the previews again: something beside the words changed, such as a link's card. */
	redraw() {
		this.#draw();
	}

	// — what this laptop remembers beside the post —

	#keep() {
		if (!this.id) return;
		localStorage.setItem(
			`composer ${this.id}`,
			JSON.stringify({ sleeping: this.#sleeping, bases: $state.snapshot(this.#bases) }),
		);
	}

	#remember() {
		try {
			const kept = JSON.parse(localStorage.getItem(`composer ${this.id}`) ?? '{}') as {
				sleeping?: Record<string, api.Variant>;
				bases?: Record<string, string>;
			};
			this.#sleeping = kept.sleeping ?? {};
			this.#bases = kept.bases ?? {};
		} catch {
			// a spoilt note: the post itself is whole
		}
	}

	/** The screen goes: what is not saved yet is saved. */
	stop() {
		void this.save();
		this.#stopped = true;
		clearTimeout(this.#timer);
		clearTimeout(this.#drawing);
	}
}
