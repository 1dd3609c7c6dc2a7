import type { api } from '$lib/backend';

/** A channel as the picker needs it. */
export interface PickChannel {
	id: string;
	/** What people call it, with its network where that is not clear. */
	label: string;
}

/** What a person chose about when a post goes out. */
export interface Choice {
	/** At one instant, in free slots, or again and again. */
	kind: 'at' | 'slot' | 'repeat';
	/** When it goes out first. */
	dueMs: number;
	/** The wall time that was chosen, "2026-06-12T07:30", and the zone it is meant in. */
	wall: string;
	zone: string;
	/** Of a wall time that happens twice: the second. */
	second: boolean;
	/** Of 'slot': each channel's own time. */
	times: api.ChannelTime[];
	/** Channels that follow later. */
	offsets: api.ChannelOffset[];
	/** After it nothing goes out; 0: no last time. */
	notAfterMs: number;
	/** What happens when this laptop is off; undefined follows the channel and the workspace. */
	late: api.LateChoice | undefined;
	/** Of 'repeat'. */
	repeat: api.Repeat | undefined;
}

/** What the picker asks the backend; a test gives it another. */
export interface Times {
	ParseWhen(text: string, locale: string, zone: string, nowMs: number): Promise<api.ParsedTime>;
	Resolve(wall: string, zone: string, second: boolean): Promise<api.When>;
	NextFree(request: api.FindFree): Promise<api.FreeSlot[]>;
	Zones(): Promise<api.ZoneList>;
	Rules(scope: api.TimeScope): Promise<api.TimeRules>;
	RepeatTimes(repeat: api.Repeat, fromMs: number, count: number): Promise<api.When[]>;
}

/** What a picker of a time is told. */
export interface Picking {
	workspace: string;
	/** The channels the post goes to: their slots are offered, and they can follow one another. */
	channels: readonly PickChannel[];
	/** What was chosen before. */
	value?: Choice;
	/** The time something has now, where no choice is known. */
	dueMs?: number;
	/** Only an instant is picked, as for one delivery in the queue. */
	simple?: boolean;
	/** What the button at the foot says. */
	action?: string;
	onchoose: (choice: Choice) => unknown;
	times: Times;
}
