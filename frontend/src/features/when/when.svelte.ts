import type { api } from '$lib/backend';
import type { Choice, PickChannel, Times } from './types';
import { addDays, minuteOf, timeOfMinute, wallAt, weekday } from './walls';

/** How long a hand rests before what it typed is read. */
const pause = 120;

/** The hour of a day that was picked without one. */
const usual = 9 * 60;

/** Who a time is picked for. */
export interface For {
	workspace: string;
	channels: readonly PickChannel[];
	/** The language that typed times are tried in first. */
	locale: string;
	/** Only an instant is picked: no slots of several channels, no repeat, no rules. */
	simple?: boolean;
}

/** How a repeat ends. */
export type End = 'never' | 'day' | 'times';

/** One time being picked: by typing, from free slots, or from the calendar. */
export class WhenState {
	text = $state('');
	/** What is wrong with the text: '', 'unknown', 'passed', 'no_day'. */
	problem = $state('');
	guessed = $state(false);
	day = $state('');
	time = $state('');
	zone = $state('');
	second = $state(false);
	/** The instant of day, time and zone, as the backend sees it. */
	moment = $state.raw<api.When | undefined>();
	/** It counts from now: the instant is meant. */
	counted = $state(0);
	free = $state.raw<api.FreeSlot[] | undefined>();
	picked = $state(-1);
	zones = $state.raw<api.ZoneInfo[]>([]);
	/** The zones a person would think of first, and whose they are. */
	near = $state.raw<{ zone: string; whose: 'here' | 'workspace' | 'channel' }[]>([]);

	offsets = $state<Record<string, number>>({});
	/** How long after its time nothing goes out any more; 0: no end. */
	within = $state(0);
	late = $state.raw<api.LateChoice | undefined>();
	/** What counts while nothing is chosen for this post. */
	inherited = $state.raw<api.LateChoice>({ then: 'ask', afterMs: 15 * 60_000, giveUpMs: 0 });

	unit = $state<'' | 'day' | 'week' | 'month'>('');
	every = $state(1);
	weekdays = $state<number[]>([]);
	end = $state<End>('never');
	last = $state('');
	count = $state(10);
	next = $state.raw<api.When[]>([]);

	failed = $state.raw<unknown>(undefined);

	readonly wall = $derived(this.day && this.time ? `${this.day}T${this.time}` : '');
	readonly slot = $derived(this.free?.[this.picked]);
	readonly dueMs = $derived(this.slot?.atMs ?? (this.counted || this.moment?.atMs || 0));
	readonly here = $derived(this.near.find((n) => n.whose === 'here')?.zone ?? '');

	#times: Times;
	#for: For;
	#now: () => number;
	#typed: ReturnType<typeof setTimeout> | undefined;
	#asked = 0;
	#resolved = 0;
	#listed = 0;
	#found = 0;

	constructor(times: Times, who: For, now: () => number = Date.now) {
		this.#times = times;
		this.#for = who;
		this.#now = now;
	}

	/** Whether what is shown is a time to come that can be chosen. */
	readonly ready = $derived(this.dueMs > 0 && !this.passed && this.problem === '');

	get passed(): boolean {
		return this.dueMs > 0 && this.dueMs <= this.#now();
	}

	/** Today, where the time is meant. */
	get today(): string {
		return wallAt(this.#now(), this.zone).slice(0, 10);
	}

	/** Loads zones, rules and free slots, and shows what was chosen before. */
	async begin(before?: Choice, dueMs = 0): Promise<void> {
		this.#take(before);
		try {
			const channel = this.#for.channels.length === 1 ? this.#for.channels[0]!.id : '';
			const [zones, workspace, own] = await Promise.all([
				this.#times.Zones(),
				this.#times.Rules({ workspace: this.#for.workspace, channel: '', post: '' }),
				channel ? this.#times.Rules({ workspace: '', channel, post: '' }) : undefined,
			]);
			this.zones = zones.zones;
			const near: { zone: string; whose: 'here' | 'workspace' | 'channel' }[] = [{ zone: zones.here, whose: 'here' }];
			if (workspace.zone !== zones.here) near.push({ zone: workspace.zone, whose: 'workspace' });
			if (own && !near.some((n) => n.zone === own.zone)) near.push({ zone: own.zone, whose: 'channel' });
			this.near = near;
			this.inherited = (own ?? workspace).late;
			if (!this.zone) this.zone = own?.zone ?? workspace.zone;
			if (dueMs && !this.wall) this.#show(wallAt(dueMs, this.zone));
		} catch (e) {
			this.failed = e;
		}
		await Promise.all([this.#resolve(), this.findFree()]);
	}

	#take(c: Choice | undefined) {
		if (!c) return;
		this.zone = c.zone;
		this.second = c.second;
		this.#show(c.wall);
		this.offsets = Object.fromEntries(c.offsets.map((o) => [o.channel, o.afterMs]));
		this.within = c.notAfterMs ? c.notAfterMs - c.dueMs : 0;
		this.late = c.late;
		const r = c.repeat;
		if (c.kind === 'repeat' && r) {
			this.unit = r.unit as 'day';
			this.every = r.every;
			this.weekdays = [...r.weekdays];
			this.end = r.last ? 'day' : r.times ? 'times' : 'never';
			this.last = r.last;
			this.count = r.times || 10;
		}
	}

	#show(wall: string) {
		[this.day = '', this.time = ''] = wall.split('T');
	}

	/** What was typed was not read yet. */
	reading = $state(false);

	/** Reads what was typed, when the hand rests. */
	type(text: string) {
		this.text = text;
		this.reading = text.trim() !== '';
		clearTimeout(this.#typed);
		this.#asked++;
		if (!text.trim()) {
			this.problem = '';
			return;
		}
		this.#typed = setTimeout(() => void this.read(), pause);
	}

	/** Reads what was typed, now. The newest answer counts. */
	async read(): Promise<void> {
		clearTimeout(this.#typed);
		if (!this.text.trim()) return;
		const mine = ++this.#asked;
		try {
			const p = await this.#times.ParseWhen(this.text, this.#for.locale, this.zone, this.#now());
			if (mine !== this.#asked) return;
			this.problem = p.problem;
			if (p.problem) return;
			this.picked = -1;
			this.second = false;
			this.guessed = p.guessed;
			this.#show(p.when.wall);
			this.moment = p.when;
			this.counted = p.counted ? p.when.atMs : 0;
			this.#resolved++;
			await this.preview();
		} catch (e) {
			if (mine === this.#asked) this.failed = e;
		} finally {
			if (mine === this.#asked) this.reading = false;
		}
	}

	/** Takes a day, keeping the time. */
	pickDay(day: string) {
		this.day = day;
		this.time ||= timeOfMinute(usual);
		this.#picked();
	}

	pickTime(time: string) {
		this.time = time;
		this.day ||= this.today;
		this.#picked();
	}

	/** Another zone shows the same clock: 07:30 stays 07:30. */
	pickZone(zone: string) {
		this.zone = zone;
		this.#picked();
	}

	pickSecond(second: boolean) {
		this.second = second;
		void this.#resolve();
	}

	/** One of the free slots. */
	pickFree(i: number) {
		const slot = this.free?.[i];
		if (!slot) return;
		this.#clear();
		this.picked = i;
		this.#show(wallAt(slot.atMs, this.zone));
		void this.preview();
	}

	/** Today in an hour or two, tomorrow morning, or Monday of the next week. */
	pickNear(which: 'today' | 'tomorrow' | 'week') {
		const wall = wallAt(this.#now(), this.zone);
		const today = wall.slice(0, 10);
		let minute = this.time ? minuteOf(this.time) : usual;
		if (which === 'today') {
			const soon = (Math.floor(minuteOf(wall.slice(11)) / 60) + 1) * 60;
			if (minute <= minuteOf(wall.slice(11))) minute = Math.min(soon, 23 * 60 + 45);
		}
		const ahead = { today: 0, tomorrow: 1, week: 8 - weekday(today) }[which];
		this.#show(`${addDays(today, ahead)}T${timeOfMinute(minute)}`);
		this.#picked();
	}

	#picked() {
		this.#clear();
		this.second = false;
		void this.#resolve();
	}

	#clear() {
		clearTimeout(this.#typed);
		this.#asked++;
		this.text = '';
		this.problem = '';
		this.guessed = false;
		this.counted = 0;
		this.picked = -1;
	}

	async #resolve(): Promise<void> {
		const mine = ++this.#resolved;
		if (!this.wall) {
			this.moment = undefined;
			return;
		}
		try {
			const moment = await this.#times.Resolve(this.wall, this.zone, this.second);
			if (mine !== this.#resolved) return;
			this.moment = moment;
			await this.preview();
		} catch (e) {
			if (mine === this.#resolved) this.failed = e;
		}
	}

	/** Asks for the free slots again, as after another offset. */
	async findFree(): Promise<void> {
		if (this.#for.channels.length === 0) {
			this.free = [];
			return;
		}
		const mine = ++this.#found;
		try {
			const free = await this.#times.NextFree({
				channels: this.#for.channels.map((c) => c.id),
				offsets: this.#offsets(),
				afterMs: 0,
				count: 3,
			} as unknown as api.FindFree);
			if (mine === this.#found) this.free = free;
		} catch (e) {
			if (mine === this.#found) this.failed = e;
		}
	}

	setOffset(channel: string, afterMs: number) {
		this.offsets = { ...this.offsets, [channel]: afterMs };
		void this.findFree();
	}

	#offsets(): api.ChannelOffset[] {
		return Object.entries(this.offsets)
			.filter(([, afterMs]) => afterMs > 0)
			.map(([channel, afterMs]) => ({ channel, afterMs }));
	}

	repeatBy(unit: '' | 'day' | 'week' | 'month') {
		this.unit = unit;
		if (unit === 'week' && this.weekdays.length === 0 && this.day) this.weekdays = [weekday(this.day)];
		void this.preview();
	}

	/** Shows when a repeat comes round next. */
	async preview(): Promise<void> {
		const repeat = this.#repeat();
		if (!repeat) {
			this.next = [];
			return;
		}
		const mine = ++this.#listed;
		try {
			const next = await this.#times.RepeatTimes(repeat, 0, 3);
			if (mine === this.#listed) this.next = next;
		} catch {
			if (mine === this.#listed) this.next = []; // said when it is chosen
		}
	}

	#repeat(): api.Repeat | undefined {
		if (!this.unit || !this.wall) return undefined;
		return {
			post: '',
			zone: this.zone,
			first: this.wall,
			unit: this.unit,
			every: Math.min(Math.max(Math.round(this.every) || 1, 1), 366),
			weekdays: this.unit === 'week' ? [...this.weekdays].sort() : [],
			last: this.end === 'day' ? this.last : '',
			times: this.end === 'times' ? Math.min(Math.max(Math.round(this.count) || 1, 1), 10_000) : 0,
			spreadMs: 0,
			offsets: [],
			trouble: '',
		} as unknown as api.Repeat;
	}

	/** What was chosen, undefined while it is no time to come. */
	choice(): Choice | undefined {
		if (!this.ready) return undefined;
		const repeat = this.#repeat();
		const first = repeat ? (this.next[0]?.atMs ?? this.dueMs) : this.dueMs;
		return {
			kind: repeat ? 'repeat' : this.slot ? 'slot' : 'at',
			dueMs: first,
			wall: this.wall,
			zone: this.zone,
			second: this.second,
			times: this.slot && !repeat ? this.slot.times : [],
			offsets: this.#offsets(),
			notAfterMs: this.within && !repeat ? first + this.within : 0,
			late: this.late,
			repeat,
		};
	}

	stop() {
		clearTimeout(this.#typed);
		this.#asked++;
		this.#resolved++;
		this.#found++;
		this.#listed++;
	}
}
