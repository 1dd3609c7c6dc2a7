import type { api } from '$lib/backend';
import { Shown } from './shown.svelte';
import * as threads from './thread';

/** What is done to the words, the thread, the pictures and the poll of what is shown: everyone's, or the chosen channel's. */
export abstract class Writing extends Shown {
	/** Something changed: it is checked and saved. Changes of one kind are one step of undo. */
	abstract changed(kind: string, reason?: string): void;

	/** Takes over what is known of assets, such as after an import or a changed description. */
	know(list: readonly api.Asset[]) {
		const next = { ...this.assets };
		for (const a of list) next[a.id] = a;
		this.assets = next;
	}

	/** Writes one part of what is shown: everyone's words, or the chosen channel's own. */
	write(part: number, text: string) {
		const v = this.variant;
		if (!v) {
			if (part === 0) this.content.text = text;
			else this.content.parts[part - 1] = text;
		} else if (part === 0) {
			if (v.text == null) this.begin(v);
			v.text = text;
		} else {
			const parts = [...(v.parts ?? this.content.parts)];
			parts[part - 1] = text;
			v.parts = parts;
		}
		this.changed(`text ${this.channel} ${part}`);
	}

	protected begin(v: api.Variant) {
		this.bases[v.channel] = this.content.text;
		this.keep();
	}

	/** Replaces every part of what is shown, and keeps the version before. */
	setParts(parts: string[], reason = '', at?: { part: number; at: number }) {
		const [first = '', ...rest] = parts;
		const v = this.variant;
		if (v) {
			if (v.text == null) this.begin(v);
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
		this.caret = at;
		this.changed('', reason);
	}

	get #thread(): threads.Thread {
		return { parts: [...this.parts], media: this.shown.media };
	}

	#become(t: threads.Thread, reason = '', at?: threads.Caret) {
		if (t.media.length !== this.shown.media.length || t.media.some((m, i) => m !== this.shown.media[i])) {
			this.setMedia(t.media);
		}
		this.setParts(t.parts, reason, at);
	}

	/** Adds an empty part at the end of the thread, or divides a part at a place. */
	addPart(part = this.parts.length - 1, at?: number) {
		this.#become(threads.withPart(this.#thread, part, at), at === undefined ? '' : 'split', { part: part + 1, at: 0 });
	}

	/** Joins a part to the one before it. */
	mergePart(part: number) {
		if (part < 1) return;
		const t = threads.joined(this.#thread, part);
		this.#become(t, 'merge', { part: part - 1, at: t.at });
	}

	/** Moves a part of the thread up or down, its media with it. */
	movePart(part: number, by: 1 | -1) {
		const to = part + by;
		if (to < 0 || to >= this.parts.length) return;
		this.#become(threads.swapped(this.#thread, part, to), '', { part: to, at: 0 });
	}

	/** Takes a part out, with its media. */
	removePart(part: number) {
		this.#become(threads.without(this.#thread, part));
	}

	/** Moves the cut after a part by one sentence. Reports whether there was one to move. */
	moveCut(part: number, by: 1 | -1): boolean {
		const t = threads.recut(this.#thread, part, by, this.shown.language);
		if (t) this.#become(t);
		return t !== undefined;
	}

	/** Divides a part that is too long so that every part fits the channels that read it. */
	async split(part: number, numbered: boolean) {
		const text = this.parts[part] ?? '';
		const proposed = await this.desk.split({ text, channels: this.readers.map((r) => r.channel.id), numbered });
		if (proposed.length < 2) return;
		this.#become(threads.divided(this.#thread, part, proposed), 'split', { part, at: 0 });
	}

	/** How many parts a part would become. */
	async partsNeeded(part: number): Promise<number> {
		const text = this.parts[part] ?? '';
		const channels = this.readers.map((r) => r.channel.id);
		return (await this.desk.split({ text, channels, numbered: false })).length;
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

	// — the poll —

	/** Sets the poll of what is shown; undefined takes it away, from the chosen channel alone. */
	setPoll(poll: api.Poll | undefined, kind = 'poll') {
		const v = this.variant;
		if (v) v.poll = poll ?? { options: [], durationS: 0, multiple: false };
		else this.content.poll = poll;
		this.changed(`${kind} ${this.channel}`);
	}

	/** Leaves the poll out on channels; the others keep it. */
	withoutPoll(channels: readonly string[]) {
		for (const v of this.variants) {
			if (channels.includes(v.channel)) v.poll = { options: [], durationS: 0, multiple: false };
		}
		this.changed('');
	}

	/** Which part a network without threads gets; undefined joins them all. */
	setOnly(channel: string, part: number | undefined) {
		const v = this.variants.find((x) => x.channel === channel);
		if (!v) return;
		v.only = part;
		this.changed('');
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
		const media = [
			...this.media,
			...fresh.map((a) => ({ asset: a.id, alt: '', part, decorative: false, preset: '', crops: {} })),
		];
		this.setMedia(media);
		this.picked = this.media.length - fresh.length;
		return fresh.length;
	}

	/** Gives one channel another asset in the place of one, and the use of it as `as` says. A channel that has
	 * the shared media again follows them. Reports whether the asset was there. */
	replaceFor(channel: string, from: string, to: api.Asset, as?: api.Media): boolean {
		const v = this.variants.find((x) => x.channel === channel);
		const media = v?.media ?? this.content.media;
		const old = media.find((u) => u.asset === from);
		if (!v || !old) return false;
		this.know([to]);
		const use = as ?? { ...old, asset: to.id, alt: this.altOf(old), preset: '', crops: {} };
		const next = media.map((u) => (u === old ? { ...use, part: old.part } : u));
		const same = JSON.stringify(next) === JSON.stringify(this.content.media);
		v.media = same ? undefined : next;
		this.changed('');
		return true;
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

	/** Chooses the size a picture goes out in; '' is the whole picture. */
	setSize(at: number, preset: string) {
		this.changeMedia(at, { preset }, '');
	}

	/** Chooses the part of a picture that a size shows in this post; undefined follows the focal point again. */
	setCrop(at: number, preset: string, part: api.Rect | undefined) {
		const crops = { ...this.media[at]?.crops };
		if (part) crops[preset] = { x: part.x, y: part.y, width: part.width, height: part.height };
		else delete crops[preset];
		this.changeMedia(at, { crops }, `crop ${at} ${preset}`);
	}
}
