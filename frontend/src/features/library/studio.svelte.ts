import { backendError, type api, type BackendError, type Changed, type Progress, type Topic } from '$lib/backend';

/** What the studio asks of the backend. */
export interface VideoWork {
	tasks(workspace: string): Promise<api.VideoTask[]>;
	stop(id: string): Promise<void>;
	dismiss(id: string): Promise<void>;
	onChanged(topics: readonly Topic[], then: (c: Changed) => void): () => void;
	onProgress(then: (p: Progress) => void): () => void;
}

/** The shapes that people ask for, as width and height. */
export const shapes = ['9:16', '1:1', '4:5', '16:9'] as const;
export type Shape = (typeof shapes)[number] | 'same';
export type Fill = 'crop' | 'pad' | 'blur';

/** "1:02:07", "0:07.5" or "7" in milliseconds; undefined if it is no time. */
export function timeOf(text: string): number | undefined {
	const match = /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5}(?:[.,]\d{1,3})?)$/.exec(text.trim());
	if (!match) return undefined;
	const seconds = Number(match[3]!.replace(',', '.'));
	if (match[2] !== undefined && seconds >= 60) return undefined;
	return Math.round((Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + seconds) * 1000);
}

/** What a person wants of one video. */
export class Wish {
	shape = $state<Shape>('same');
	fill = $state<Fill>('crop');
	from = $state('');
	to = $state('');
	even = $state(false);
	/** Cuts to the frame, which encodes anew; otherwise at the whole picture before, without loss. */
	exact = $state(false);
	/** Whose limits it must meet, "" for nobody's. */
	channel = $state('');
	#asset: { id: string; durationMs: number };
	#most: { bytes: number; longMs: number };

	/** `most` are ceilings besides those of the channel; 0 is none. */
	constructor(asset: { id: string; durationMs: number }, channel = '', most = { bytes: 0, longMs: 0 }) {
		this.#asset = asset;
		this.channel = channel;
		this.#most = most;
	}

	readonly fromMs = $derived(this.from.trim() === '' ? 0 : timeOf(this.from));
	readonly toMs = $derived(this.to.trim() === '' ? 0 : timeOf(this.to));
	readonly fromWrong = $derived(this.fromMs === undefined || this.#behind(this.fromMs));
	readonly toWrong = $derived(
		this.toMs === undefined || this.#behind(this.toMs - 1000) || (this.toMs > 0 && this.toMs <= (this.fromMs ?? 0)),
	);
	/** Whether something else than the same video would come out. */
	readonly ready = $derived(
		!this.fromWrong &&
			!this.toWrong &&
			(this.shape !== 'same' || this.even || this.channel !== '' || (this.fromMs ?? 0) > 0 || (this.toMs ?? 0) > 0),
	);

	#behind(ms: number): boolean {
		return this.#asset.durationMs > 0 && ms >= this.#asset.durationMs;
	}

	/** Whether nothing else is wanted than a part of it. */
	readonly onlyCut = $derived(
		this.shape === 'same' && !this.even && this.channel === '' && ((this.fromMs ?? 0) > 0 || (this.toMs ?? 0) > 0),
	);

	request(): api.MakeVideo {
		const [across, down] = this.shape === 'same' ? [0, 0] : this.shape.split(':').map(Number);
		return {
			assets: [this.#asset.id],
			fromMs: this.fromMs ?? 0,
			toMs: this.toMs ?? 0,
			across: across ?? 0,
			down: down ?? 0,
			fill: this.shape === 'same' ? '' : this.fill,
			colour: '',
			even: this.even,
			quick: this.onlyCut && !this.exact,
			channel: this.channel,
			bytes: this.channel ? this.#most.bytes : 0,
			longMs: this.channel ? this.#most.longMs : 0,
		};
	}
}

/** The work on videos of a workspace, as it goes on. */
export class Studio {
	tasks = $state.raw<readonly api.VideoTask[]>([]);
	shares = $state<Record<string, number>>({});
	/** Why the last wish of a person was not done. */
	error = $state.raw<BackendError | undefined>();
	/** Why the list is not known. */
	unread = $state.raw<BackendError | undefined>();
	#work: VideoWork;
	#workspace: string;
	#stops: (() => void)[] = [];
	#asked = 0;

	constructor(work: VideoWork, workspace: string) {
		this.#work = work;
		this.#workspace = workspace;
	}

	start() {
		this.#stops = [
			this.#work.onChanged(['library'], () => void this.load()),
			this.#work.onProgress((p) => {
				const id = p.task.startsWith('video:') ? p.task.slice(6) : '';
				if (id) this.shares[id] = p.total > 0 ? p.done / p.total : 0;
			}),
		];
		void this.load();
	}

	end() {
		for (const stop of this.#stops) stop();
		this.#asked++;
	}

	async load() {
		const asked = ++this.#asked;
		try {
			const tasks = await this.#work.tasks(this.#workspace);
			if (asked !== this.#asked) return;
			this.tasks = tasks;
			this.unread = undefined;
		} catch (e) {
			if (asked === this.#asked) this.unread = backendError(e);
		}
	}

	stop = (id: string) => this.#do(() => this.#work.stop(id));
	dismiss = (id: string) => this.#do(() => this.#work.dismiss(id));

	async #do(what: () => Promise<void>) {
		try {
			await what();
			this.error = undefined;
		} catch (e) {
			this.error = backendError(e);
		}
		await this.load();
	}
}
