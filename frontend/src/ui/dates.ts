// Days and times of day as plain text, "2026-06-19" and "14:30", and the few questions about them
// that a calendar asks. Instants and zones are not the kit's business.
import { CalendarDate, parseDate, parseTime, startOfWeek, Time, type DateValue } from '@internationalized/date';

/** A day of a text, undefined for what is none. */
export function dayOf(text: string | undefined): CalendarDate | undefined {
	try {
		return text ? parseDate(text) : undefined;
	} catch {
		return undefined;
	}
}

/** The text of a day. */
export function dayText(day: DateValue): string {
	return new CalendarDate(day.year, day.month, day.day).toString();
}

/** A time of day of a text, undefined for what is none. */
export function timeOf(text: string | undefined): Time | undefined {
	try {
		return text ? parseTime(text) : undefined;
	} catch {
		return undefined;
	}
}

/** The text of a time of day, to the minute. */
export function timeText(time: { hour: number; minute: number }): string {
	return `${String(time.hour).padStart(2, '0')}:${String(time.minute).padStart(2, '0')}`;
}

/** The first day of the week where the person lives, 0 for Sunday. */
export function weekStart(tag: string = navigator.language || 'en'): 0 | 1 | 2 | 3 | 4 | 5 | 6 {
	const day = startOfWeek(new CalendarDate(2026, 6, 17), tag);
	return new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay() as 0 | 1 | 2 | 3 | 4 | 5 | 6;
}

/** The number of the week a day is in, as ISO 8601 counts. */
export function weekNumber(day: DateValue): number {
	const date = new Date(Date.UTC(day.year, day.month - 1, day.day));
	date.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7)); // its Thursday decides the year
	return Math.ceil(((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7);
}
