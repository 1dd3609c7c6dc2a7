// What stands under which heading, and in which order: needs you, past their time, going out,
// then by day.
import type { api } from '$lib/backend';
import { daysAhead } from '$lib/format';

export type SectionKind = 'needs' | 'late' | 'now' | 'day';

export interface Section {
	/** Stable, for the list's keys. */
	key: string;
	kind: SectionKind;
	/** Of a day: an instant in it. */
	dayMs: number;
	rows: api.QueueRow[];
}

/** Whether a row's time passed and it waits, or asks, because of that. */
export function isLate(row: api.QueueRow, now: number): boolean {
	return row.deliveries.some(
		(d) =>
			(d.state === 'held' && d.holdReason === 'late_ask') ||
			(['waiting', 'planned', 'held'].includes(d.state) && d.standing !== 'needs_you' && d.dueMs < now - 60_000),
	);
}

/** Whether a row is going out at this moment, or a look is under way whether it did. */
const isNow = (row: api.QueueRow) =>
	row.deliveries.some((d) => d.state === 'preparing' || d.state === 'sending' || d.state === 'unknown');

/** The rows of the tab Upcoming under their headings. */
export function sectionsOf(rows: readonly api.QueueRow[], now: number): Section[] {
	const needs: Section = { key: 'needs', kind: 'needs', dayMs: 0, rows: [] };
	const late: Section = { key: 'late', kind: 'late', dayMs: 0, rows: [] };
	const going: Section = { key: 'now', kind: 'now', dayMs: 0, rows: [] };
	const days = new Map<number, Section>();
	for (const row of rows) {
		if (row.state === 'needs_you') needs.rows.push(row);
		else if (isNow(row)) going.rows.push(row);
		else if (row.state === 'missed' || isLate(row, now)) late.rows.push(row);
		else {
			const ahead = daysAhead(row.dueMs, now);
			let section = days.get(ahead);
			if (!section) {
				section = { key: `day ${ahead}`, kind: 'day', dayMs: row.dueMs, rows: [] };
				days.set(ahead, section);
			}
			section.rows.push(row);
		}
	}
	const byDay = [...days.entries()].sort(([a], [b]) => a - b).map(([, s]) => s);
	return [needs, late, going, ...byDay].filter((s) => s.rows.length > 0);
}

/** The rows of the tab Held. */
export const heldRows = (rows: readonly api.QueueRow[]) =>
	rows.filter((r) => r.deliveries.some((d) => d.standing === 'held'));

/** The rows of the tab Needs you. */
export const needyRows = (rows: readonly api.QueueRow[]) =>
	rows.filter((r) => r.deliveries.some((d) => d.standing === 'needs_you'));

/** The delivery a row speaks of: the one that most needs a word. */
export function foremost(row: api.QueueRow): api.Delivery {
	const worst = row.deliveries.find((d) => d.standing === row.state);
	return worst ?? row.deliveries[0]!;
}
