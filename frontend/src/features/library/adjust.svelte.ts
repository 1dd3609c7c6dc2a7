import { backendError, type api, type BackendError } from '$lib/backend';

/** How a picture is changed in how it looks, as the backend has it. */
export type Adjustment = Omit<api.Adjustment, 'convertValues'>;

/** What the adjusting of pictures asks of the backend. */
export interface Darkroom {
	adjust(r: { ids: string[]; adjust: Adjustment; tones: boolean }): Promise<api.AdjustedAssets>;
	wear(ids: string[], look: string): Promise<api.AdjustedAssets>;
	readjust(before: api.AdjustedAsset[]): Promise<void>;
	looks(workspace: string): Promise<api.NamedLook[]>;
	saveLook(r: { workspace: string; name: string; adjust: Adjustment }): Promise<api.NamedLook>;
	renameLook(id: string, name: string): Promise<api.NamedLook>;
	removeLook(id: string): Promise<void>;
}

/** A value with a scale, its ends, and its smallest step. */
export const scales = {
	exposure: { min: -3, max: 3, step: 0.05 },
	contrast: { min: -100, max: 100, step: 1 },
	saturation: { min: -100, max: 100, step: 1 },
	warmth: { min: -100, max: 100, step: 1 },
	sharpness: { min: 0, max: 100, step: 1 },
	straighten: { min: -45, max: 45, step: 0.1 },
} as const;
export type Scale = keyof typeof scales;

export const nothing: Adjustment = Object.freeze({
	exposure: 0,
	contrast: 0,
	saturation: 0,
	warmth: 0,
	sharpness: 0,
	straighten: 0,
	turn: 0,
	flipH: false,
	flipV: false,
	mono: false,
});

/** The part that turns, mirrors and straightens: it suits this picture alone. */
const placed = (a: Adjustment) => ({ straighten: a.straighten, turn: a.turn, flipH: a.flipH, flipV: a.flipV });

/** The tones of one adjustment on the place of another. */
export const withTones = (a: Adjustment, tones: Adjustment): Adjustment => ({ ...tones, ...placed(a) });

/** A picture turned once more as it is seen, clockwise or against. Mirrored once, it turns the other way inside. */
export function turned(a: Adjustment, clockwise: boolean): Adjustment {
	const forth = clockwise !== (a.flipH !== a.flipV);
	return { ...a, turn: (a.turn + (forth ? 1 : 3)) % 4 };
}

/** A picture mirrored as it is seen: what leaned to one side leans to the other. */
export function mirrored(a: Adjustment, side: 'flipH' | 'flipV'): Adjustment {
	return { ...a, [side]: !a[side], straighten: a.straighten === 0 ? 0 : -a.straighten };
}

export const sameLook = (a: Adjustment, b: Adjustment) =>
	(Object.keys(nothing) as (keyof Adjustment)[]).every((k) => a[k] === b[k]);

/** Adjusting one picture, or the tones of several. Nothing is kept before `apply`. */
export class Adjusting {
	/** How it looks now. */
	value = $state.raw<Adjustment>(nothing);
	looks = $state.raw<readonly api.NamedLook[]>([]);
	/** The picture without its tones, while a person holds a key to compare. */
	before = $state(false);
	busy = $state(false);
	error = $state.raw<BackendError | undefined>();

	readonly ids: readonly string[];
	readonly workspace: string;
	/** The key of how the first of them looks now. */
	readonly key: string;
	#room: Darkroom;
	#was = $state.raw<Adjustment>(nothing);

	/** Begins with how the first of the pictures looks. */
	constructor(room: Darkroom, workspace: string, ids: readonly string[], is: Adjustment, key = '') {
		this.#room = room;
		this.workspace = workspace;
		this.ids = ids;
		this.key = key;
		this.#was = this.value = { ...nothing, ...is };
	}

	/** The picture that is shown. */
	get shown() {
		return this.ids[0] ?? '';
	}
	get several() {
		return this.ids.length > 1;
	}
	/** Whether there is something to keep. With several, the others may look another way than the first. */
	readonly changed = $derived.by(() => this.several || !sameLook(this.value, this.#was));
	readonly any = $derived.by(() => !sameLook(this.value, nothing));
	/** Whether there are tones that a look could keep. */
	readonly tones = $derived.by(() => !sameLook({ ...this.value, ...placed(nothing) }, nothing));
	/** The look that the tones are those of. */
	readonly look = $derived.by(
		() => this.looks.find((l) => sameLook(withTones(this.value, { ...nothing, ...l.adjust }), this.value))?.id ?? '',
	);
	/** What the picture is drawn with. */
	readonly drawn = $derived.by(() => (this.before ? withTones(this.value, nothing) : this.value));

	set(name: Scale, to: number) {
		const { min, max } = scales[name];
		if (Number.isFinite(to)) this.value = { ...this.value, [name]: Math.min(Math.max(to, min), max) };
	}
	mono(on: boolean) {
		this.value = { ...this.value, mono: on };
	}
	turn(clockwise: boolean) {
		this.value = turned(this.value, clockwise);
	}
	mirror(side: 'flipH' | 'flipV') {
		this.value = mirrored(this.value, side);
	}
	reset() {
		this.value = this.several ? withTones(this.value, nothing) : nothing;
	}
	wear(look: api.NamedLook) {
		this.value = withTones(this.value, { ...nothing, ...look.adjust });
	}

	async load() {
		await this.#do(async () => {
			this.looks = await this.#room.looks(this.workspace);
		});
	}

	/** Keeps how the pictures look. Returns what changed, or undefined if it could not be. */
	async apply(): Promise<api.AdjustedAssets | undefined> {
		this.busy = true;
		const done = await this.#do(() =>
			this.#room.adjust({ ids: [...this.ids], adjust: this.value, tones: this.several }),
		);
		this.busy = false;
		return done;
	}

	/** Keeps the tones under a name; a name that is taken is thrown. */
	async save(name: string) {
		await this.#room.saveLook({ workspace: this.workspace, name, adjust: this.value });
		await this.load();
	}
	async rename(id: string, name: string) {
		await this.#room.renameLook(id, name);
		await this.load();
	}
	/** Forgets a look. Returns how to have it back. */
	async remove(look: api.NamedLook): Promise<(() => Promise<void>) | undefined> {
		const gone = await this.#do(async () => {
			await this.#room.removeLook(look.id);
			return true;
		});
		await this.load();
		if (!gone) return undefined;
		return async () => {
			await this.#room.saveLook({ workspace: this.workspace, name: look.name, adjust: { ...nothing, ...look.adjust } });
			await this.load();
		};
	}

	async #do<T>(what: () => Promise<T>): Promise<T | undefined> {
		try {
			const done = await what();
			this.error = undefined;
			return done;
		} catch (e) {
			this.error = backendError(e);
			return undefined;
		}
	}
}

/** The address of a picture as it would look, its longer side at most so many pixels. */
export function trial(id: string, a: Adjustment, max: number): string {
	return `/media/${encodeURIComponent(id)}/large?max=${max}&adjust=${encodeURIComponent(JSON.stringify(a))}`;
}

/**
 * Follows addresses of pictures: each is fetched before it is shown, one at a time, and of those that come meanwhile
 * only the last. So a moving slider shows as many pictures as the backend can make, and always ends with its own.
 */
export class Follower {
	/** What is shown. */
	src = $state('');
	/** Another one is on its way. */
	waiting = $state(false);
	/** The last one could not be made. */
	failed = $state(false);
	#next = '';
	#running = false;
	#load: (address: string) => Promise<void>;

	constructor(load: (address: string) => Promise<void>) {
		this.#load = load;
	}

	async follow(address: string): Promise<void> {
		this.#next = address;
		if (this.#running) return;
		this.#running = true;
		this.waiting = true;
		while (this.#next !== this.src || this.failed) {
			const now = this.#next;
			try {
				await this.#load(now);
				this.src = now;
				this.failed = false;
			} catch {
				this.failed = true;
				if (this.#next === now) break;
			}
		}
		this.#running = false;
		this.waiting = false;
	}
}

/** Fetches a picture and makes it ready to be drawn. */
export async function fetched(address: string): Promise<void> {
	const picture = new Image();
	picture.src = address;
	await picture.decode();
}
