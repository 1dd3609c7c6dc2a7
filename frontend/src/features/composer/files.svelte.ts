// Bringing pictures into a post from wherever they are: chosen, dropped, pasted. They go into the
// library first, which keeps the originals; the post then uses them.
import { backendError, library, shellService, upload, type BackendError, type api } from '$lib/backend';
import { m } from '$lib/messages';
import { preferences } from '$lib/preferences.svelte';
import { shell } from '$lib/shell.svelte';
import { announce, toast } from '$ui';
import type { Composer } from './composer.svelte';

const patterns = [
	'jpg',
	'jpeg',
	'png',
	'gif',
	'webp',
	'tif',
	'tiff',
	'bmp',
	'heic',
	'heif',
	'avif',
	'mp4',
	'mov',
	'webm',
];

export class Files {
	/** How many files are on their way into the library. */
	coming = $state(0);
	error = $state.raw<BackendError | undefined>(undefined);
	failed = $state.raw<api.FileFailure[]>([]);
	#composer: Composer;
	#workspace: string;

	constructor(composer: Composer, workspace: string) {
		this.#composer = composer;
		this.#workspace = workspace;
	}

	/** Lets the person choose files, by the system's dialog where there is one. */
	async choose(part: number) {
		if (shell.info.dialogs) {
			const paths = await shellService.ChooseFiles({
				title: m.composer_choose_pictures(),
				folder: '',
				multiple: true,
				kinds: [{ label: m.composer_pictures_and_videos(), patterns: patterns.map((p) => `*.${p}`) }],
			});
			if (paths.length > 0) await this.take(paths, part);
			return;
		}
		const input = document.createElement('input');
		input.type = 'file';
		input.multiple = true;
		input.accept = patterns.map((p) => `.${p}`).join(',');
		input.onchange = () => void this.upload([...(input.files ?? [])], part);
		input.click();
	}

	/** Brings what was let go over the page. The window tells the paths by itself; a browser's page has the files. */
	async dropped(list: FileList | undefined, part: number) {
		if (!shell.info.paths) await this.upload([...(list ?? [])], part);
	}

	/** Brings files that only the page has: dropped in a browser, or pasted. */
	async upload(list: readonly File[], part: number) {
		if (list.length === 0) return;
		this.coming += list.length;
		this.error = undefined;
		try {
			await this.#import(await upload(list), part, false); // a copy that lasts an hour cannot be referred to
		} catch (e) {
			this.error = backendError(e);
		}
		this.coming -= list.length;
	}

	/** Brings files by their paths. */
	async take(paths: readonly string[], part: number) {
		this.coming += paths.length;
		this.error = undefined;
		try {
			await this.#import(paths, part, preferences.value?.import === 'reference');
		} catch (e) {
			this.error = backendError(e);
		}
		this.coming -= paths.length;
	}

	async #import(paths: readonly string[], part: number, reference: boolean) {
		const r = await library.Import({
			workspace: this.#workspace,
			paths: [...paths],
			recursive: false,
			reference,
		} as api.ImportAssets);
		this.failed = r.failed;
		const added = this.#composer.addMedia(
			r.assets.map((a) => a.asset),
			part,
		);
		if (added > 0) announce(m.composer_pictures_added({ count: added }));
		else if (r.assets.length > 0) toast(m.composer_pictures_there());
	}
}
