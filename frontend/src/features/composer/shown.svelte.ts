import type { BackendError, api } from '$lib/backend';
import { isEmpty, nothing, ownFields, resolve, titleOf, type OwnField } from './content';
import type { Desk } from './desk';
import { Finding, type Found } from './finding.svelte';
import { Keeping } from './keeping.svelte';
import { changeOf, shift, shiftCut } from './marks';

/** The same for any channel: what is said about a post in this channel's words. */
export interface Row {
	channel: api.Channel;
	network: api.Network | undefined;
	variant: api.Variant;
	report: api.Report | undefined;
	own: OwnField[];
	/** Whether its own media are the shared pictures, cut or described otherwise. */
	sameMedia: boolean;
}

const sameMedia = (a: readonly api.Media[], b: readonly api.Media[]) =>
	a.length === b.length && a.every((m, i) => m.asset === b[i]!.asset && m.part === b[i]!.part);

/** What is there of a post: its words, who follows them, and what each channel says about them. */
export abstract class Shown {
	content = $state<api.Content>(nothing());
	variants = $state<api.Variant[]>([]);
	/** Which text is written: '' is everyone's, else a channel's id. */
	channel = $state('');
	/** Which picture is described. */
	picked = $state(0);

	all = $state.raw<api.Channel[]>([]);
	known = $state.raw<api.Network[]>([]);
	assets = $state.raw<Record<string, api.Asset>>({});
	deliveries = $state.raw<api.Delivery[]>([]);
	problem = $state.raw<BackendError | undefined>(undefined); // of loading
	ready = $state(false);
	/** Set after words changed from outside (undo, a version, a split): where the caret belongs. */
	caret = $state.raw<{ part: number; at: number } | undefined>(undefined);

	protected bases: Record<string, string> = $state({}); // the shared text an own text began from
	protected readonly desk: Desk;
	protected readonly workspace: string;
	/** What the backend says of it. */
	readonly finding: Finding;
	/** How it is kept. */
	readonly keeping: Keeping;

	constructor(desk: Desk, workspace: string, made?: (id: string) => void) {
		this.desk = desk;
		this.workspace = workspace;
		this.finding = new Finding(desk, () => this.draft());
		this.keeping = new Keeping(
			desk,
			workspace,
			() => ({ ...this.written(), empty: this.empty }),
			(id) => {
				made?.(id);
				this.keep();
			},
		);
	}

	get id() {
		return this.keeping.id;
	}
	get post() {
		return this.keeping.post;
	}
	get version() {
		return this.keeping.version;
	}
	get back() {
		return this.keeping.back;
	}
	get forth() {
		return this.keeping.forth;
	}
	get saving() {
		return this.keeping.saving;
	}
	get savedOnce() {
		return this.keeping.savedOnce;
	}
	get failure() {
		return this.keeping.failure;
	}
	get reports() {
		return this.finding.reports;
	}
	/** The first previews are not there yet. */
	get awaited() {
		return this.finding.awaited;
	}

	get previews() {
		return this.finding.previews;
	}

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
					sameMedia: sameMedia(variant.media ?? this.content.media, this.content.media),
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
		const base = this.bases[this.channel];
		return this.ownText && base !== undefined && base !== this.content.text;
	});

	/** The shared text when the chosen channel got its own; "" if that is not known. */
	readonly base = $derived(this.bases[this.channel] ?? '');

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
		return this.finding.of(mine, part);
	}

	/** The alt text that goes out with a picture. */
	altOf(m: api.Media): string {
		return m.alt || this.assets[m.asset]?.alt || '';
	}

	protected written() {
		return {
			content: $state.snapshot(this.content) as api.Content,
			variants: $state.snapshot(this.variants) as api.Variant[],
		};
	}

	protected draft(): api.Draft {
		return { id: this.id, workspace: this.workspace, ...this.written() };
	}

	/** The post has an id now: what this laptop remembers beside it can be kept. */
	protected abstract keep(): void;
}
