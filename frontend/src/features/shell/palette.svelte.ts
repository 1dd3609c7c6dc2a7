import { library, posts } from '$lib/backend';
import { caps } from '$lib/keys';
import { commands, type Command } from '$lib/commands.svelte';
import { address } from '$lib/media.svelte';
import { m } from '$lib/messages';
import { go } from '$lib/router.svelte';
import { workspace } from '$lib/workspace.svelte';
import type { IconType } from '$ui';

/** One line of the palette. */
export interface Entry {
	id: string;
	label: string;
	hint?: string;
	icon?: IconType;
	picture?: string; // address of a small picture
	keys?: string;
	run: () => void;
}

/** Lines under one heading. */
export interface EntryGroup {
	id: string;
	heading: string;
	entries: Entry[];
}

/** What the palette finds besides commands, for a query that is not empty. */
export interface Sources {
	posts(query: string): Promise<Entry[]>;
	pictures(query: string): Promise<Entry[]>;
}

const recentKey = 'palette-recent';
const most = 8;

/** Lower case without accents, so that "reglages" finds "Réglages". */
export function folded(text: string): string {
	return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** How well a text answers a query, 0 for not at all: its beginning first, then words' beginnings, then anywhere. */
export function score(text: string, query: string): number {
	const t = folded(text);
	const words = folded(query).split(/\s+/).filter(Boolean);
	let total = 0;
	for (const word of words) {
		const at = t.indexOf(word);
		if (at < 0) return 0;
		total += at === 0 ? 3 : /[\s/·–-]/.test(t[at - 1]!) ? 2 : 1;
	}
	return words.length === 0 ? 0 : total / words.length;
}

/** What the palette shows. Commands are there at once; what must be searched is added when it comes. */
export class PaletteState {
	#query = $state('');
	#found = $state.raw<EntryGroup[]>([]);
	#recent = $state.raw<string[]>(recent());
	#asked = 0;
	#sources: Sources;
	#channels: () => { id: string; name: string }[];

	constructor(channels: () => { id: string; name: string }[], sources: Sources = backendSources) {
		this.#channels = channels;
		this.#sources = sources;
	}

	get query(): string {
		return this.#query;
	}

	set query(text: string) {
		this.#query = text;
		void this.#search(text.trim());
	}

	/** The groups in the order they are shown. */
	readonly groups = $derived.by((): EntryGroup[] => {
		const query = this.#query.trim();
		const can = commands.all.filter((c) => !c.quiet && c.id !== 'app.palette' && commands.can(c));
		if (!query) {
			const selected = can.filter((c) => c.selection);
			const known = this.#recent.map((id) => can.find((c) => c.id === id)).filter((c) => c !== undefined);
			const rest = can.filter((c) => !c.selection && !known.includes(c));
			return groups([
				['selection', m.shell_palette_selection(), selected.map(entryOf)],
				['recent', m.shell_palette_recent(), known.map(entryOf)],
				['commands', m.shell_palette_commands(), rest.map(entryOf)],
			]);
		}
		const fits = can
			.map((c) => ({ c, s: Math.max(score(words(c), query), score(c.english ?? '', query)) + (c.selection ? 4 : 0) }))
			.filter(({ s }) => s % 4 > 0)
			.sort((a, b) => b.s - a.s)
			.map(({ c }) => entryOf(c));
		const channels = this.#channels()
			.filter((c) => score(c.name, query) > 0)
			.map((c) => ({ id: `channel ${c.id}`, label: c.name, run: () => go({ screen: 'channel', channel: c.id }) }));
		return [
			...groups([
				['commands', m.shell_palette_commands(), fits],
				['channels', m.shell_channels(), channels],
			]),
			...this.#found,
		];
	});

	/** Does what a line says, and remembers a command for the next time. */
	run(entry: Entry) {
		if (commands.get(entry.id)) {
			this.#recent = [entry.id, ...this.#recent.filter((id) => id !== entry.id)].slice(0, most);
			localStorage.setItem(recentKey, JSON.stringify(this.#recent));
		}
		entry.run();
	}

	async #search(query: string) {
		const mine = ++this.#asked;
		if (query.length < 2) {
			this.#found = [];
			return;
		}
		const [found, pictures] = await Promise.all([
			this.#sources.posts(query).catch(() => []),
			this.#sources.pictures(query).catch(() => []),
		]);
		if (mine !== this.#asked) return; // an older question
		this.#found = groups([
			['posts', m.shell_posts(), found],
			['pictures', m.shell_library(), pictures],
		]);
	}
}

function groups(list: [string, string, Entry[]][]): EntryGroup[] {
	return list.filter(([, , entries]) => entries.length > 0).map(([id, heading, entries]) => ({ id, heading, entries }));
}

function words(c: Command): string {
	return [c.label(), c.synonyms?.() ?? ''].join(' ');
}

function entryOf(c: Command): Entry {
	return {
		id: c.id,
		label: c.label(),
		icon: c.icon as IconType | undefined,
		keys: c.keys && caps(c.keys).length > 0 ? c.keys : undefined,
		run: () => void c.run(),
	};
}

function recent(): string[] {
	try {
		const list: unknown = JSON.parse(localStorage.getItem(recentKey) ?? '[]');
		return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
	} catch {
		return []; // spoilt; it fills again
	}
}

const backendSources: Sources = {
	async posts(query) {
		const page = await posts.List({ workspace: workspace.id, query, states: [], bin: false, after: '', limit: 6 });
		return page.posts.map((p) => ({
			id: `post ${p.id}`,
			label: p.content.text.split('\n', 1)[0] || m.shell_untitled(),
			run: () => go({ screen: 'composer', post: p.id }),
		}));
	},
	async pictures(query) {
		const page = await library.List({ workspace: workspace.id, query, bin: false, after: '', limit: 6 });
		return page.assets.map((a) => ({
			id: `asset ${a.id}`,
			label: a.name,
			picture: address(a.id, 'thumb256', a.adjusted),
			run: () => go({ screen: 'library', asset: a.id }),
		}));
	},
};
