// Dates, numbers and sizes as people of the app's language write them. Everything goes through
// Intl; formatters are kept, since making one costs more than using it a hundred times.
import { clock } from './clock.svelte';
import { locale, type Locale } from './locale.svelte';

const kept = new Map<string, unknown>();

/** Where a language is at home if the system says nothing nearer. */
const home: Record<Locale, string> = {
	en: 'en-GB',
	nb: 'nb-NO',
	da: 'da-DK',
	fr: 'fr-FR',
	bg: 'bg-BG',
	'zh-Hans': 'zh-CN',
};

/** The app's language as the system's region writes it: "en-US" and "en-GB" differ in days and hours. */
export function localeTag(): string {
	const language = locale.current.split('-')[0]!;
	return navigator.languages.find((tag) => tag.split('-')[0] === language && tag.includes('-')) ?? home[locale.current];
}

function keep<T>(kind: string, options: object, make: (tag: string) => T): T {
	const tag = localeTag();
	const key = `${tag} ${kind} ${JSON.stringify(options)}`;
	let formatter = kept.get(key) as T | undefined;
	if (!formatter) {
		formatter = make(tag);
		kept.set(key, formatter);
	}
	return formatter;
}

/** A date formatter in the app's language. */
export function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	return keep('date', options, (tag) => new Intl.DateTimeFormat(tag, options));
}

/** "1,888" */
export function number(n: number, options: Intl.NumberFormatOptions = {}): string {
	return keep('number', options, (tag) => new Intl.NumberFormat(tag, options)).format(n);
}

/** "48 MB", in powers of 1000 as disks and networks count. */
export function bytes(n: number): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
	let size = n;
	let i = 0;
	while (size >= 999.5 && i < units.length - 1) {
		size /= 1000;
		i++;
	}
	return number(size, {
		style: 'unit',
		unit: units[i]!,
		unitDisplay: i === 0 ? 'long' : 'short',
		maximumFractionDigits: i === 0 || size >= 10 ? 0 : 1,
	});
}

/** "14:30", or "2:30 PM" where people write it so. */
export function time(ms: number, zone?: string): string {
	const halves = (clock.cycle ?? dates({ hour: 'numeric' }).resolvedOptions().hourCycle) === 'h12';
	const hour = halves ? 'numeric' : '2-digit';
	return dates({ hour, minute: '2-digit', hourCycle: clock.cycle, timeZone: zone }).format(ms);
}

/** "Fri 12 June" */
export function day(ms: number, zone?: string): string {
	return dates({ weekday: 'short', day: 'numeric', month: 'long', timeZone: zone }).format(ms);
}

/** "Friday 12 June", with the year where it is another than this one. */
export function longDay(ms: number, zone?: string): string {
	const sameYear = new Date(ms).getFullYear() === new Date().getFullYear();
	return dates({
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		year: sameYear ? undefined : 'numeric',
		timeZone: zone,
	}).format(ms);
}

/** Whole days from now's day to the day of an instant, here: 0 today, 1 tomorrow, -1 yesterday. */
export function daysAhead(ms: number, now: number = Date.now()): number {
	const a = new Date(ms);
	const b = new Date(now);
	const utc = (d: Date) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
	return Math.round((utc(a) - utc(b)) / 86_400_000);
}

/** "today", "tomorrow", "yesterday"; "" for any other day. */
export function nearDay(ms: number, now: number = Date.now()): string {
	const days = daysAhead(ms, now);
	if (Math.abs(days) > 1) return '';
	return keep('relative', {}, (tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })).format(days, 'day');
}

/** "today 14:30", "tomorrow 07:30", "Fri 12 June 07:30" */
export function moment(ms: number, now: number = Date.now(), zone?: string): string {
	const near = zone ? '' : nearDay(ms, now);
	return `${near || day(ms, zone)} ${time(ms, zone)}`;
}

/** "in 3 hours", "5 minutes ago" */
export function relative(ms: number, now: number = Date.now()): string {
	const f = keep('relative', {}, (tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }));
	const seconds = (ms - now) / 1000;
	const steps: [number, Intl.RelativeTimeFormatUnit][] = [
		[60, 'second'],
		[60, 'minute'],
		[24, 'hour'],
		[7, 'day'],
		[4.35, 'week'],
		[12, 'month'],
		[Infinity, 'year'],
	];
	let value = seconds;
	for (const [size, unit] of steps) {
		if (Math.abs(value) < size) return f.format(Math.round(value), unit);
		value /= size;
	}
	return '';
}

/** "Bluesky, Mastodon and the feed" */
export function list(items: readonly string[]): string {
	return keep('list', {}, (tag) => new Intl.ListFormat(tag, { type: 'conjunction' })).format(items);
}

/** Compares strings as the app's language sorts them, numbers by value. */
export function collate(a: string, b: string): number {
	return keep('collate', {}, (tag) => new Intl.Collator(tag, { numeric: true })).compare(a, b);
}
