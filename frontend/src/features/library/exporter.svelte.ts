import { backendError, type api, type BackendError, type Progress } from '$lib/backend';

/** What an export asks of the backend. */
export interface Exports {
	render(r: api.RenderRequest): Promise<api.Rendered>;
	stop(task: string): Promise<void>;
	names(r: api.RenderRequest): Promise<string[]>;
	onProgress(then: (p: Progress) => void): () => void;
}

/** What a person chose for an export, which the next one begins with. */
export interface Choices {
	zip: boolean;
	folder: string;
	name: string; // of the zip
	pattern: string;
	sheet: boolean;
	sizes: string[] | undefined; // undefined: those that are shown
}

/** What files are called unless a person says otherwise. */
export const usualPattern = '{name}-{preset}';

/** What a pattern may say in braces, in the order to offer it. */
export const tokens = ['name', 'preset', 'title', 'network', 'width', 'height', 'n', 'date', 'tag'] as const;
export type Token = (typeof tokens)[number];

/** The first token of a pattern that does not exist, with its braces. */
export function unknownToken(pattern: string): string | undefined {
	for (const [whole, name] of pattern.matchAll(/\{([^{}]*)\}/g))
		if (!/^n:[1-9]$/.test(name!) && !tokens.includes(name as Token)) return whole;
	return undefined;
}

/** The name of a zip as a file's: with its ending, in no folder. */
export function zipName(name: string): string {
	const plain = name.trim().replace(/[/\\:*?"<>|]/g, '-');
	return /\.zip$/i.test(plain) ? plain : `${plain}.zip`;
}

/** A file in a folder, in the folder's own way of writing. */
export function within(folder: string, file: string): string {
	const way = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
	return /[/\\]$/.test(folder) ? folder + file : folder + way + file;
}

/** One export after another: what is wanted, how far it is, and what came of it. */
export class Exporter {
	chosen = $state<Choices>({ zip: false, folder: '', name: '', pattern: usualPattern, sheet: false, sizes: undefined });
	done = $state(0);
	running = $state(false);
	stopping = $state(false);
	result = $state.raw<api.Rendered | undefined>();
	error = $state.raw<BackendError | undefined>();
	/** Names as the pattern makes them, and whether it makes any. */
	examples = $state.raw<string[]>([]);
	badPattern = $state(false);
	#backend: Exports;
	#asked = 0;
	#task = '';

	constructor(backend: Exports) {
		this.#backend = backend;
	}

	/** Forgets what came of the last export. */
	begin() {
		this.result = undefined;
		this.error = undefined;
	}

	/** Asks what the files will be called; a late answer about an older pattern is dropped. */
	async name(ids: readonly string[], sizes: readonly string[]) {
		const asked = ++this.#asked;
		if (ids.length === 0 || sizes.length === 0) {
			this.examples = [];
			return;
		}
		let names: string[] = [];
		let bad = false;
		try {
			names = await this.#backend.names(this.#request(ids.slice(0, 1), sizes.slice(0, 2)));
		} catch (e) {
			if (backendError(e).field !== 'pattern') return;
			bad = true;
		}
		if (asked !== this.#asked) return;
		this.badPattern = bad;
		this.examples = names;
	}

	/** Makes the files. What was there and fits is left as it is. */
	async write(ids: readonly string[], sizes: readonly string[], sheet: api.Sheet | undefined) {
		this.begin();
		this.running = true;
		this.done = 0;
		this.#task = `export-${Date.now()}`;
		const end = this.#backend.onProgress((p) => {
			if (p.task === `render:${this.#task}`) this.done = p.done;
		});
		try {
			this.result = await this.#backend.render({ ...this.#request(ids, sizes), sheet, task: this.#task });
		} catch (e) {
			this.error = backendError(e);
		}
		end();
		this.running = this.stopping = false;
	}

	/** Ends what runs. What was made stays. */
	async stop() {
		this.stopping = true;
		try {
			await this.#backend.stop(this.#task);
		} catch {
			this.stopping = false; // it came to its end meanwhile
		}
	}

	/** Where it goes: the folder, or the zip in it. */
	readonly target = $derived(
		this.chosen.zip ? within(this.chosen.folder.trim(), zipName(this.chosen.name)) : this.chosen.folder.trim(),
	);

	#request(ids: readonly string[], sizes: readonly string[]): api.RenderRequest {
		return {
			files: [],
			assets: [...ids],
			all: false,
			presets: [...sizes],
			own: '',
			out: this.chosen.zip ? '' : this.target,
			zip: this.chosen.zip ? this.target : '',
			jobs: 0,
			quality: 0,
			pattern: this.chosen.pattern.trim(),
			task: '',
			resume: true,
		};
	}
}
