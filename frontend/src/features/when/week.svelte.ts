import type { api } from '$lib/backend';

/** What the editor asks the backend; a test gives it another. */
export interface Weeks {
	Sets(channel: string): Promise<api.SlotSet[]>;
	SaveSet(set: api.SlotSet): Promise<api.SlotSet>;
	RemoveSet(id: string): Promise<void>;
	CopySets(from: string, to: string): Promise<api.SlotSet[]>;
	Preview(request: api.PreviewSlots): Promise<api.SlotTime[]>;
	Zones(): Promise<api.ZoneList>;
	Rules(scope: api.TimeScope): Promise<api.TimeRules>;
}

const copy = (set: api.SlotSet): api.SlotSet => JSON.parse(JSON.stringify(set)) as api.SlotSet;

/** The posting times of one channel. Every change shows at once and is saved at once. */
export class Week {
	sets = $state.raw<api.SlotSet[] | undefined>();
	/** Which set is shown. */
	shown = $state(0);
	next = $state.raw<api.SlotTime[]>([]);
	zones = $state.raw<api.ZoneInfo[]>([]);
	near = $state.raw<{ zone: string; whose: 'here' | 'channel' }[]>([]);
	failed = $state.raw<unknown>(undefined);
	/** Of the last change: it was not saved, and what is shown is what was there before. */
	unsaved = $state.raw<unknown>(undefined);

	readonly set = $derived(this.sets?.[Math.min(this.shown, (this.sets?.length ?? 1) - 1)]);

	#weeks: Weeks;
	#channel: string;
	#asked = 0;

	constructor(weeks: Weeks, channel: string) {
		this.#weeks = weeks;
		this.#channel = channel;
	}

	async load(): Promise<void> {
		const mine = ++this.#asked;
		try {
			const [sets, zones, rules, next] = await Promise.all([
				this.#weeks.Sets(this.#channel),
				this.#weeks.Zones(),
				this.#weeks.Rules({ workspace: '', channel: this.#channel, post: '' }),
				this.#weeks.Preview({ channels: [this.#channel], fromMs: 0, days: 14 }),
			]);
			if (mine !== this.#asked) return;
			this.sets = sets;
			this.zones = zones.zones;
			this.near = [
				{ zone: zones.here, whose: 'here' as const },
				{ zone: rules.zone, whose: 'channel' as const },
			].filter((n, i, all) => all.findIndex((o) => o.zone === n.zone) === i);
			this.next = next.filter((t) => !t.post).slice(0, 3);
			this.failed = undefined;
		} catch (e) {
			if (mine === this.#asked) this.failed = e;
		}
	}

	/** The minutes of a weekday, in order. */
	of(weekday: number): number[] {
		return (this.set?.slots ?? []).filter((s) => s.weekday === weekday).map((s) => s.minute);
	}

	/** Adds a time to days; what is there already stays once. */
	add(days: readonly number[], minute: number): Promise<boolean> {
		return this.#change((set) => {
			for (const weekday of days)
				if (!set.slots.some((s) => s.weekday === weekday && s.minute === minute)) set.slots.push({ weekday, minute });
		});
	}

	remove(weekday: number, minute: number): Promise<boolean> {
		return this.#change((set) => {
			set.slots = set.slots.filter((s) => s.weekday !== weekday || s.minute !== minute);
		});
	}

	/** Moves a time to another minute, or another day. */
	move(from: api.Slot, to: api.Slot): Promise<boolean> {
		return this.#change((set) => {
			set.slots = set.slots.filter((s) => s.weekday !== from.weekday || s.minute !== from.minute);
			if (!set.slots.some((s) => s.weekday === to.weekday && s.minute === to.minute)) set.slots.push({ ...to });
		});
	}

	update(change: Partial<Pick<api.SlotSet, 'name' | 'zone' | 'spreadMs' | 'paused'>>): Promise<boolean> {
		return this.#change((set) => Object.assign(set, change));
	}

	/** Begins another set, with these slots. */
	async begin(name: string, list: api.Slot[]): Promise<boolean> {
		const saved = await this.#save({
			id: '',
			channel: this.#channel,
			name,
			zone: this.set?.zone ?? '',
			spreadMs: 0,
			paused: false,
			slots: list,
		} as unknown as api.SlotSet);
		if (saved) this.shown = Math.max(0, this.sets?.findIndex((s) => s.id === saved.id) ?? 0);
		return saved !== undefined;
	}

	/** Removes the shown set; returns how to bring it back. */
	async removeSet(): Promise<(() => Promise<boolean>) | undefined> {
		const set = this.set;
		if (!set) return undefined;
		try {
			await this.#weeks.RemoveSet(set.id);
			this.shown = Math.max(0, this.shown - 1);
			await this.load();
			return () => this.restore(set);
		} catch (e) {
			this.unsaved = e;
			return undefined;
		}
	}

	/** Puts a set back as it was: an undo. */
	async restore(set: api.SlotSet): Promise<boolean> {
		return (await this.#save(copy(set))) !== undefined;
	}

	async copyTo(channel: string): Promise<boolean> {
		try {
			await this.#weeks.CopySets(this.#channel, channel);
			return true;
		} catch (e) {
			this.unsaved = e;
			return false;
		}
	}

	async #change(change: (set: api.SlotSet) => void): Promise<boolean> {
		const before = this.set;
		if (!before) return false;
		const after = copy(before);
		change(after);
		after.slots.sort((a, b) => a.weekday - b.weekday || a.minute - b.minute);
		const put = (set: api.SlotSet) => (this.sets = this.sets?.map((s) => (s.id === set.id ? set : s)));
		put(after);
		if (await this.#save(after)) return true;
		put(before);
		return false;
	}

	async #save(set: api.SlotSet): Promise<api.SlotSet | undefined> {
		this.unsaved = undefined;
		try {
			const saved = await this.#weeks.SaveSet(set);
			await this.load();
			return saved;
		} catch (e) {
			this.unsaved = e;
			return undefined;
		}
	}
}
