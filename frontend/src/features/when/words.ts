// What is said about times: every sentence comes from the catalogue, every date from the formatter.
import type { api } from '$lib/backend';
import { dates, list, moment, number, time } from '$lib/format';
import { m } from '$lib/messages';
import type { Choice } from './types';
import { wallAt, weekday } from './walls';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "15 minutes", "2 hours", "3 days" */
export function span(ms: number): string {
	const [size, unit] =
		ms >= day && ms % day === 0 ? [day, 'day'] : ms >= hour && ms % hour === 0 ? [hour, 'hour'] : [minute, 'minute'];
	return number(Math.round(ms / size), { style: 'unit', unit, unitDisplay: 'long' });
}

/** An instant as a zone's clocks show it; without the day's name where the zone is this one. */
export function momentIn(ms: number, zone: string, here: string): string {
	const elsewhere = zone && zone !== here ? zone : undefined;
	if (wallAt(ms, zone).slice(0, 4) === wallAt(Date.now(), zone).slice(0, 4)) return moment(ms, Date.now(), elsewhere);
	const day = dates({ weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: elsewhere });
	return `${day.format(ms)} ${time(ms, elsewhere)}`;
}

/** The name of a weekday, 1 for Monday. */
export function dayName(weekdayNumber: number, width: 'long' | 'short' = 'long'): string {
	// 2024 began on a Monday.
	return dates({ weekday: width, timeZone: 'UTC' }).format(Date.UTC(2024, 0, weekdayNumber));
}

/** The days of the week in the order people see them. */
export function weekFrom(first: number): number[] {
	return Array.from({ length: 7 }, (_, i) => ((first - 1 + i) % 7) + 1);
}

/** What happens to a late post, in a sentence. */
export function lateSentence(late: api.LateChoice): string {
	const up = { span: span(late.afterMs) };
	const zero = late.afterMs < minute;
	switch (late.then) {
		case 'publish':
			return m.when_late_publish();
		case 'next_slot':
			return zero ? m.when_late_next_slot_zero() : m.when_late_next_slot(up);
		case 'skip':
			return zero ? m.when_late_skip_zero() : m.when_late_skip(up);
	}
	return zero ? m.when_late_ask_zero() : m.when_late_ask(up);
}

/** How a post repeats: "Each week on Friday". */
export function repeatText(r: Pick<api.Repeat, 'unit' | 'every' | 'weekdays' | 'first'>): string {
	const first = r.first.slice(0, 10);
	switch (r.unit) {
		case 'day':
			return m.when_every_days({ count: r.every });
		case 'week': {
			const days = r.weekdays.length > 0 ? [...r.weekdays].sort() : [weekday(first)];
			return m.when_every_weeks({ count: r.every, days: list(days.map((d) => dayName(d))) });
		}
		case 'month':
			return m.when_every_months({ count: r.every, day: Number(first.slice(8)) });
	}
	return m.when_repeat_never();
}

/** What was chosen, short enough for a button: "Fri 12 June 07:30". */
export function choiceText(c: Choice | undefined, here = ''): string {
	if (!c) return m.when_none();
	return c.kind === 'repeat' && c.repeat
		? `${momentIn(c.dueMs, c.zone, here)} · ${repeatText(c.repeat)}`
		: momentIn(c.dueMs, c.zone, here);
}

/** How a post repeats, with its hour and its end: "Each week on Monday at 9:00, until 24 December". */
export function repeatSentence(r: api.Repeat): string {
	const said = { rule: repeatText(r), time: time(new Date(r.first).getTime()) };
	if (r.times > 0) return m.when_repeats_times({ ...said, count: r.times });
	if (!r.last) return m.when_repeats({ ...said });
	const last = new Date(`${r.last}T12:00:00`);
	const year = last.getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
	return m.when_repeats_until({ ...said, day: dates({ day: 'numeric', month: 'long', year }).format(last) });
}
