// How a post is kept: after a moment, by itself, one save at a time, and never over what somebody
// else saved meanwhile.
import { backendError, type BackendError, type api } from '$lib/backend';
import type { Desk } from './desk';

/** How saving stands. `late` is a save that takes long enough to say so. */
export type Saving = 'saved' | 'late' | 'failed' | 'conflict';

/** After so long without a key, what was written is saved. */
const pause = 300;
/** A save that takes longer says so. */
const longSave = 400;
/** How soon a failed save is tried again by itself. */
const again = 3000;

/** What is written now, asked when it is saved. */
export interface Written {
	content: api.Content;
	variants: api.Variant[];
	empty: boolean;
}

export class Keeping {
	id = $state('');
	version = 0;
	post = $state.raw<api.Post | undefined>(undefined);
	back = $state(0);
	forth = $state(0);
	saving = $state<Saving>('saved');
	savedOnce = $state(false);
	failure = $state.raw<BackendError | undefined>(undefined);

	#desk: Desk;
	#workspace: string;
	#now: () => Written;
	#made: (id: string) => void;
	#dirty = false;
	#kind = '';
	#reason = '';
	#timer: ReturnType<typeof setTimeout> | undefined;
	#late: ReturnType<typeof setTimeout> | undefined;
	#writing: Promise<void> | undefined;
	#stopped = false;

	constructor(desk: Desk, workspace: string, now: () => Written, made: (id: string) => void) {
		this.#desk = desk;
		this.#workspace = workspace;
		this.#now = now;
		this.#made = made;
	}

	/** Whether something waits to be saved, or is being saved. */
	get busy(): boolean {
		return this.#dirty || this.#writing !== undefined;
	}

	/** Something changed: it is saved after a moment. A reason keeps the version before. */
	changed(kind: string, reason = '') {
		if (reason) this.#reason = reason;
		this.#kind = this.#dirty && this.#kind !== kind ? '' : kind;
		this.#dirty = true;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.save(), pause);
	}

	/** Takes over what is stored now. */
	take(w: api.Written) {
		this.post = w.post;
		this.id = w.post.id;
		this.version = w.post.version;
		this.back = w.back;
		this.forth = w.forth;
		this.savedOnce = true;
	}

	/** Saves now what is not saved yet. Settles when it is, or when saving failed. */
	async save(): Promise<void> {
		clearTimeout(this.#timer);
		while (this.#writing) await this.#writing;
		if (!this.#dirty || this.saving === 'conflict' || (!this.id && this.#now().empty)) return;
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
			const { content, variants } = this.#now();
			if (!this.id) {
				const post = await this.#desk.create(
					this.#workspace,
					content,
					variants.map((v) => v.channel),
				);
				this.id = post.id;
				this.version = post.version;
				this.#made(post.id);
			}
			const written = await this.#desk.write({ id: this.id, content, variants, version: this.version, kind, reason });
			this.take(written);
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

	/** Saves, then goes a step. What is stored then, or undefined if that is not possible now. */
	async step(go: (id: string) => Promise<api.Written>): Promise<api.Written | undefined> {
		await this.save();
		if (!this.id || this.saving === 'failed' || this.saving === 'conflict') return undefined;
		try {
			return await go(this.id);
		} catch (e) {
			this.failure = backendError(e);
			return undefined;
		}
	}

	/** The screen goes: what is not saved yet is saved. */
	stop() {
		void this.save();
		this.#stopped = true;
		clearTimeout(this.#timer);
	}
}
