// Videos that a channel does not take, and the versions of them that it does. A version is made by the
// backend in its own time; when it is there, that channel uses it and nobody else.
import { createContext } from 'svelte';
import { backendError, type api, type BackendError, type Changed, type Progress, type Topic } from '$lib/backend';
import type { Composer, Row } from './composer.svelte';
import { resolve } from './content';

/** What is asked of the backend. */
export interface FilmWork {
	tools(): Promise<api.VideoTools>;
	fits(asset: string): Promise<api.VideoFit[]>;
	make(r: api.MakeVideo): Promise<api.VideoTask>;
	tasks(workspace: string): Promise<api.VideoTask[]>;
	stop(id: string): Promise<void>;
	onChanged(topics: readonly Topic[], then: (c: Changed) => void): () => void;
	onProgress(then: (p: Progress) => void): () => void;
}

/** What a version must be; 0 and "" are no wish. */
export interface Need {
	longMs: number;
	bytes: number;
	shape: string; // "9:16"
	mp4: boolean;
}

/** A video or animation that one channel does not take as it is. */
export interface Misfit {
	key: string;
	row: Row;
	at: number; // among the media of the channel
	use: api.Media;
	asset: api.Asset;
	need: Need;
	codes: string[];
}

/** A version that is being made, or was not. */
export interface Making {
	task?: api.VideoTask;
	share: number;
	error?: BackendError;
}

/** The longest side of what is made: anything smaller is not made larger. */
const madeSide = 1920;

/** What a version must be so that these issues are gone; undefined where none of them can be. */
export function needOf(issues: readonly api.Issue[], asset: api.Asset, use: api.Media): Need | undefined {
	const need: Need = { longMs: 0, bytes: 0, shape: '', mp4: false };
	let found = false;
	for (const i of issues) {
		switch (i.code) {
			case 'media_length':
				need.longMs = Number(i.values['limit'] ?? 0) * 1000;
				found ||= need.longMs > 0;
				break;
			case 'media_bytes':
				need.bytes = Number(i.values['limit'] ?? 0);
				found = true;
				break;
			case 'media_aspect':
				need.shape = i.values['shape'] ?? '';
				found ||= need.shape !== '';
				break;
			case 'media_size':
				found ||= asset.kind !== 'video' || Math.max(asset.width, asset.height) > madeSide;
				break;
			case 'animation_still':
				if (use.preset) break; // a size makes it still, not the network
				found = need.mp4 = true;
				break;
			case 'media_type':
				found = need.mp4 = true;
				break;
		}
	}
	return found ? need : undefined;
}

/** Where the media of a report stand among those of the channel. */
export function placesOf(media: readonly api.Media[], report: api.Report, part: number): number[] {
	return media.flatMap((u, at) => {
		const here = report.joined ? true : report.only >= 0 ? u.part === report.only : u.part === part;
		return here ? [at] : [];
	});
}

export class Films {
	tools = $state.raw<api.VideoTools | undefined>();
	making = $state<Record<string, Making>>({});
	#fits = $state.raw<Record<string, api.VideoFit[]>>({});
	/** What was made for a channel: nothing better can be. */
	#made = $state.raw<readonly string[]>([]);
	#composer: Composer;
	#workspace: string;
	#work: FilmWork;
	#told: (f: Misfit, result: api.Asset, back: () => void) => void;
	#load: (asset: string) => Promise<api.Asset>;
	#stops: (() => void)[];
	#asked: Record<string, true> = {};

	constructor(
		composer: Composer,
		workspace: string,
		work: FilmWork,
		load: (asset: string) => Promise<api.Asset>,
		told: (f: Misfit, result: api.Asset, back: () => void) => void,
	) {
		this.#composer = composer;
		this.#workspace = workspace;
		this.#work = work;
		this.#load = load;
		this.#told = told;
		this.#stops = [
			work.onChanged(['library'], () => void this.#look()),
			work.onChanged(['settings'], () => void (this.tools && this.lookForTools())),
			work.onProgress((p) => {
				const id = p.task.startsWith('video:') ? p.task.slice(6) : '';
				for (const m of Object.values(this.making)) if (m.task?.id === id) m.share = p.total > 0 ? p.done / p.total : 0;
			}),
		];
	}

	/** Every video that a channel does not take, and that a version could be made of. */
	readonly misfits = $derived.by((): Misfit[] => {
		const out: Misfit[] = [];
		for (const row of this.#composer.rows) {
			if (!row.report) continue;
			const { media } = resolve(this.#composer.content, row.variant);
			for (const [at, issues] of this.#byMedium(row.report, media)) {
				const use = media[at]!;
				const asset = this.#composer.assets[use.asset];
				const film = asset?.kind === 'video' || (asset?.kind === 'animation' && asset.format === 'gif');
				if (!film || this.#made.includes(`${row.channel.id} ${use.asset}`)) continue;
				const need = needOf(issues, asset, use);
				if (!need) continue;
				out.push({
					key: `${row.channel.id} ${use.asset}`,
					row,
					at,
					use,
					asset,
					need,
					codes: issues.map((i) => i.code),
				});
			}
		}
		return out;
	});

	/** Those of them whose channel takes what can be made here. */
	readonly offers = $derived(this.misfits.filter((f) => this.fitOf(f)?.can));

	/** What the channel takes of videos. */
	fitOf(f: Misfit): api.VideoFit | undefined {
		return this.#fits[f.asset.id]?.find((x) => x.channel === f.row.channel.id);
	}

	#byMedium(report: api.Report, media: readonly api.Media[]): [number, api.Issue[]][] {
		const found: Record<number, api.Issue[]> = {};
		for (const i of report.problems) {
			if (i.field !== 'media' || i.media < 0) continue;
			const at = placesOf(media, report, i.part)[i.media];
			if (at !== undefined) (found[at] ??= []).push(i);
		}
		return Object.entries(found).map(([at, issues]) => [Number(at), issues]);
	}

	/** Asks what is not known of the misfits; call it when they change. */
	ask() {
		if (this.misfits.length === 0) return;
		if (!this.tools) void this.lookForTools();
		for (const f of this.misfits) {
			const id = f.asset.id;
			if (this.#asked[id]) continue;
			this.#asked[id] = true;
			void this.#work.fits(id).then(
				(fits) => (this.#fits = { ...this.#fits, [id]: fits }),
				() => delete this.#asked[id], // it is asked again with the next change
			);
		}
	}

	async lookForTools() {
		try {
			this.tools = await this.#work.tools();
		} catch {
			// without an answer nothing is offered
		}
	}

	/** What the backend is asked to make for a channel. */
	request(f: Misfit): api.MakeVideo {
		const [across, down] = f.need.shape ? f.need.shape.split(':').map(Number) : [0, 0];
		return {
			assets: [f.asset.id],
			fromMs: 0,
			toMs: 0,
			across: across ?? 0,
			down: down ?? 0,
			fill: f.need.shape ? 'blur' : '',
			colour: '',
			even: false,
			quick: false,
			channel: f.row.channel.id,
			bytes: f.need.bytes,
			longMs: f.need.longMs,
		};
	}

	/** Makes a version for a channel, which uses it as soon as it is there. */
	async make(f: Misfit, request = this.request(f)) {
		if (this.#busy(f.key)) return;
		this.making[f.key] = { share: 0 };
		this.#wanted[f.key] = f;
		try {
			await this.#follow(f.key, await this.#work.make(request));
		} catch (e) {
			this.making[f.key] = { share: 0, error: backendError(e) };
		}
	}

	/** Uses a version that was begun elsewhere, such as in the dialog of the library. */
	take(f: Misfit, task: api.VideoTask): Promise<void> {
		this.making[f.key] = { share: 0 };
		this.#wanted[f.key] = f;
		return this.#follow(f.key, task);
	}

	async stop(f: Misfit) {
		const task = this.making[f.key]?.task;
		if (!task) return;
		try {
			await this.#work.stop(task.id);
			this.#forget(f.key);
		} catch (e) {
			this.making[f.key] = { share: 0, error: backendError(e) };
		}
	}

	#wanted: Record<string, Misfit> = {};

	#busy(key: string): boolean {
		const m = this.making[key];
		return m !== undefined && !m.error && m.task?.state !== 'failed' && m.task?.state !== 'stopped';
	}

	#forget(key: string) {
		delete this.making[key];
		delete this.#wanted[key];
	}

	/** Whether a version is on its way. */
	busy = (f: Misfit): boolean => this.#busy(f.key);

	async #look() {
		const waiting = Object.entries(this.making).filter(([key, m]) => this.#busy(key) && m.task);
		if (waiting.length === 0) return;
		const tasks = await this.#work.tasks(this.#workspace).catch(() => []);
		for (const [key, m] of waiting) {
			const now = tasks.find((t) => t.id === m.task!.id);
			if (now && this.#busy(key)) await this.#follow(key, now);
		}
	}

	async #follow(key: string, task: api.VideoTask) {
		const m = this.making[key];
		const f = this.#wanted[key];
		if (!m || !f) return;
		m.task = task;
		m.share = Math.max(m.share, task.share);
		if (task.state === 'stopped') this.#forget(key);
		if (task.state !== 'done' || !task.result) return;
		this.#forget(key);
		try {
			this.#use(f, await this.#load(task.result));
		} catch (e) {
			this.making[key] = { share: 0, error: backendError(e) };
		}
	}

	/** Puts a version in the place of the original, for one channel. */
	#use(f: Misfit, result: api.Asset) {
		const channel = f.row.channel.id;
		this.#made = [...this.#made, `${channel} ${result.id}`];
		if (!this.#composer.replaceFor(channel, f.asset.id, result)) return; // it was taken out meanwhile
		this.#told(f, result, () => this.#composer.replaceFor(channel, result.id, f.asset, f.use));
	}

	end() {
		for (const stop of this.#stops) stop();
	}
}

export const [getFilms, setFilms] = createContext<Films>();
