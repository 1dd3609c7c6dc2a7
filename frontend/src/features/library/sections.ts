import { dates, daysAhead, nearDay } from '$lib/format';

/** A run of pictures under one heading. */
export interface Section {
	title: string; // "" where the order knows no days
	/** Its month, such as "2026-06"; "" where the order knows no days. */
	month: string;
	count: number;
}

/** Days with fewer pictures than this, on average of a month, stand together under the month. */
const few = 4;

/** Sections of days: each its own where there are pictures enough to fill it, else a month together. */
export function sections(days: readonly { day: string; count: number }[], now: number = Date.now()): Section[] {
	const months = new Map<string, { days: number; count: number }>();
	for (const d of days) {
		const month = months.get(d.day.slice(0, 7)) ?? { days: 0, count: 0 };
		month.days++;
		month.count += d.count;
		months.set(d.day.slice(0, 7), month);
	}
	const out: Section[] = [];
	let open = ''; // the month that the last section gathers
	for (const d of days) {
		if (!d.day) {
			out.push({ title: '', month: '', count: d.count });
			continue;
		}
		const month = d.day.slice(0, 7);
		const at = new Date(`${d.day}T12:00:00`).getTime();
		const near = nearDay(at, now);
		const all = months.get(month)!;
		const last = out.at(-1);
		if (!near && all.count / all.days < few) {
			if (open === month && last) {
				last.count += d.count;
				continue;
			}
			open = month;
			out.push({ title: upper(dates({ month: 'long', year: 'numeric' }).format(at)), month, count: d.count });
			continue;
		}
		open = '';
		out.push({ title: upper(near || dayTitle(at, now)), month, count: d.count });
	}
	return out;
}

function dayTitle(at: number, now: number): string {
	const ago = -daysAhead(at, now);
	if (ago > 0 && ago < 7) return dates({ weekday: 'long' }).format(at);
	const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
	return dates({ weekday: 'short', day: 'numeric', month: 'long', year: sameYear ? undefined : 'numeric' }).format(at);
}

/** Headings begin with a capital, also where the language writes days small. */
function upper(text: string): string {
	return text.slice(0, 1).toLocaleUpperCase() + text.slice(1);
}
