import { backendError, library, shellService, upload, type api } from '$lib/backend';
import { draftOf } from '$lib/drafts';
import { looksOther } from '$lib/media.svelte';
import { m } from '$lib/messages';
import { preferences } from '$lib/preferences.svelte';
import { go } from '$lib/router.svelte';
import { shell } from '$lib/shell.svelte';
import { announce, confirm, toast } from '$ui';
import { Adjusting } from './adjust.svelte';
import { darkroom } from './darkroom';
import type { Library } from './library.svelte';
import type { Naming } from './NameDialog.svelte';
import { shelf } from './shelf';

/** What a person does with the library: each thing says what became of it, and how to take it back. */
export class Doing {
	/** What went wrong last; it stands over the pictures. */
	problem = $state.raw<unknown>();
	/** What is being given a name. */
	naming = $state.raw<Naming | undefined>();
	/** The picture whose sizes are being adjusted. */
	adjusting = $state.raw<{ asset: api.Asset; preset: string } | undefined>();
	/** The picture and the size of it that are shown before and after. */
	comparing = $state.raw<{ asset: string; preset: string } | undefined>();
	/** The pictures whose look is being adjusted. */
	developing = $state.raw<Adjusting | undefined>();
	#lib: Library;
	/** Lets a person choose files where the window has no dialog of its own. */
	choose: () => void = () => {};

	constructor(lib: Library) {
		this.#lib = lib;
	}

	/** Does something; what goes wrong stands over the pictures. */
	async attempt<T>(what: () => Promise<T>): Promise<T | undefined> {
		try {
			const done = await what();
			this.problem = undefined;
			return done;
		} catch (e) {
			this.problem = backendError(e);
			return undefined;
		}
	}

	/** Shows a picture before and after it is made in a size. */
	compare = (asset: string, preset: string) => {
		this.comparing = { asset, preset };
	};

	// bringing in

	/** Whether what a person adds stays where it is, as they chose in the settings. */
	get #inPlace() {
		return preferences.value?.import === 'reference';
	}

	importFiles = async () => {
		if (!shell.info.dialogs) return this.choose();
		await this.attempt(async () => {
			const paths = await shellService.ChooseFiles({
				title: m.library_import_title(),
				folder: '',
				multiple: true,
				kinds: [],
			} as unknown as api.FileQuestion);
			await this.#lib.import(paths, { reference: this.#inPlace });
		});
	};

	async importFolder(reference: boolean) {
		await this.attempt(async () => {
			const path = await shellService.ChooseFolder(m.library_import_folder());
			if (path) await this.#lib.import([path], { reference });
		});
	}

	/** Takes in what was dropped on the window. */
	dropped = (paths: string[]) => void this.attempt(() => this.#lib.import(paths, { reference: this.#inPlace }));

	/** Takes in files that the page was given: they have no place of their own to stay in. */
	async take(list: FileList | readonly File[] | null | undefined) {
		const all = [...(list ?? [])];
		if (all.length === 0) return;
		await this.attempt(async () => this.#lib.import(await upload(all)));
	}

	// with what is selected

	use = async (ids: readonly string[] = this.#lib.chosen) => {
		if (ids.length === 0) return;
		const post = await this.attempt(() => draftOf(this.#lib.workspace, ids));
		if (post) go({ screen: 'composer', post: post.id });
	};

	bin = async (ids: readonly string[] = this.#lib.chosen) => {
		if (ids.length === 0) return;
		const back = await this.attempt(() => this.#lib.bin([...ids]));
		if (back) toast({ text: m.library_binned({ count: ids.length }), undo: back });
	};

	unbin = async (ids: readonly string[] = this.#lib.chosen) => {
		if (ids.length === 0) return;
		const back = await this.attempt(() => this.#lib.unbin([...ids]));
		if (back) toast({ text: m.library_unbinned({ count: ids.length }), undo: back });
	};

	async tag(tag: string, ids: readonly string[] = this.#lib.chosen) {
		const back = await this.attempt(() => this.#lib.tag([...ids], tag));
		if (back) toast({ text: m.library_tagged({ count: ids.length, tag }), undo: back });
	}

	async collect(collection: string, ids: readonly string[] = this.#lib.chosen, inside = true) {
		const name = this.#lib.grid.facets.collections.find((c) => c.id === collection)?.name ?? '';
		const back = await this.attempt(() =>
			inside ? this.#lib.collect(collection, [...ids]) : this.#lib.uncollect(collection, [...ids]),
		);
		if (!back) return;
		const said = { count: ids.length, name };
		toast({ text: inside ? m.library_collected(said) : m.library_uncollected(said), undo: back });
	}

	adjust = (asset: api.Asset, preset = '') => {
		this.adjusting = { asset, preset };
	};

	adjustShown = async () => {
		const id = this.#lib.shown;
		const asset = id ? await this.attempt(() => library.Show(id)) : undefined;
		if (asset && asset.kind !== 'video') this.adjust(asset);
	};

	/** Opens the sheet that adjusts how pictures look: it shows the first of them. */
	develop = async (ids: readonly string[] = this.#lib.pictures) => {
		const [first] = ids;
		const asset = first ? await this.attempt(() => library.Show(first)) : undefined;
		if (asset) this.developing = new Adjusting(darkroom, this.#lib.workspace, ids, asset.adjust, asset.adjusted);
	};

	/** Keeps what the sheet shows, and closes it. */
	developed = async () => {
		const adjusting = this.developing;
		const done = await adjusting?.apply();
		if (!done) return;
		if (this.developing === adjusting) this.developing = undefined;
		this.#looksOther(done, m.library_adjust_done({ count: done.before.length }));
	};

	/** Gives pictures the tones of a look. */
	wear = async (look: api.NamedLook, ids: readonly string[] = this.#lib.pictures) => {
		const done = await this.attempt(() => darkroom.wear([...ids], look.id));
		if (done) this.#looksOther(done, m.library_look_applied({ name: look.name, count: done.before.length }));
	};

	#looksOther(done: api.AdjustedAssets, text: string) {
		const ids = done.before.map((b) => b.id);
		looksOther(ids);
		const left = done.left > 0 ? m.library_adjust_left({ count: done.left }) : '';
		if (ids.length === 0) {
			if (left) toast({ text: left });
			return;
		}
		toast({
			text: left ? `${text} · ${left}` : text,
			undo: async () => {
				await darkroom.readjust(done.before);
				looksOther(ids);
			},
		});
	}

	// with the bin, collections, tags and folders

	emptyBin = async () => {
		const yes = await confirm({
			title: m.library_bin_empty_title({ count: this.#lib.grid.facets.bin }),
			body: m.library_bin_empty_text(),
			action: m.library_bin_empty(),
			danger: true,
		});
		if (!yes) return;
		const n = await this.attempt(() => library.EmptyBin(this.#lib.workspace));
		if (n !== undefined) announce(m.library_bin_emptied({ count: n }));
	};

	/** Gives a collection a name: this one, or a new one with these pictures in it. */
	nameCollection = (c?: api.Collection, ids: readonly string[] = []) => {
		this.naming = {
			title: c ? m.library_collection_change() : m.library_collection_new(),
			name: c?.name ?? '',
			query: c?.query ? c.query : undefined,
			action: c ? m.library_save() : m.library_create(),
			save: async (name, query) => {
				const kept = await library.SaveCollection({
					workspace: this.#lib.workspace,
					id: c?.id ?? '',
					name,
					query: c?.query ? query : '',
				});
				if (ids.length) await this.#lib.collect(kept.id, [...ids]);
			},
		};
	};

	keepSearch = () => {
		this.naming = {
			title: m.library_search_keep(),
			description: m.library_search_keep_text(),
			name: '',
			query: this.#lib.query.trim(),
			action: m.library_create(),
			save: async (name, query) => {
				const c = await library.SaveCollection({ workspace: this.#lib.workspace, id: '', name, query });
				go({ screen: 'library', place: `c-${c.id}` });
			},
		};
	};

	removeCollection = async (c: api.Collection) => {
		const inside = c.query
			? []
			: (
					await this.attempt(() =>
						shelf.grid({ workspace: this.#lib.workspace, query: '', collection: c.id, sort: 'added', most: 0 }),
					)
				)?.ids;
		if (!inside) return;
		if ((await this.attempt(async () => (await library.RemoveCollection(c.id), true))) === undefined) return;
		if (this.#lib.place === `c-${c.id}`) go({ screen: 'library' });
		toast({
			text: m.library_collection_removed({ name: c.name }),
			undo: async () => {
				const again = await library.SaveCollection({
					workspace: this.#lib.workspace,
					id: '',
					name: c.name,
					query: c.query,
				});
				if (inside.length) await this.#lib.collect(again.id, inside);
			},
		});
	};

	renameTag = (tag: string) => {
		this.naming = {
			title: m.library_tag_rename({ tag }),
			description: m.library_tag_rename_text(),
			name: tag,
			action: m.library_save(),
			save: async (to) => {
				await library.RenameTag({ workspace: this.#lib.workspace, from: tag, to });
				if (this.#lib.place === `tag-${tag}`) go({ screen: 'library', place: `tag-${to}` });
			},
		};
	};

	removeTag = async (tag: string) => {
		const { workspace } = this.#lib;
		const had = (
			await this.attempt(() => shelf.grid({ workspace, query: `tag:"${tag}"`, collection: '', sort: 'added', most: 0 }))
		)?.ids;
		if (!had) return;
		await this.attempt(() => library.RenameTag({ workspace, from: tag, to: '' }));
		if (this.#lib.place === `tag-${tag}`) go({ screen: 'library' });
		toast({ text: m.library_tag_removed({ tag }), undo: () => this.#lib.tag(had, tag) });
	};

	unwatch = async (f: api.WatchedFolder) => {
		if ((await this.attempt(async () => (await library.Unwatch(f.id), true))) === undefined) return;
		toast({
			text: m.library_unwatched({ name: f.name }),
			undo: () =>
				library.Watch({
					workspace: this.#lib.workspace,
					path: f.path,
					recursive: f.recursive,
					reference: f.reference,
				}),
		});
	};
}
