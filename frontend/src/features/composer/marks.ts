// What the backend found in an earlier state of a text, moved along with what was typed since, so
// that nothing flickers between a key and its answer.
import type { api } from '$lib/backend';

/** Where a text was changed: the first changed place, and how much longer it became. */
export interface Change {
	from: number;
	removed: number;
	added: number;
}

/** What changed between two texts, as one replaced stretch. */
export function changeOf(before: string, after: string): Change {
	const most = Math.min(before.length, after.length);
	let from = 0;
	while (from < most && before.charCodeAt(from) === after.charCodeAt(from)) from++;
	let tail = 0;
	while (
		tail < most - from &&
		before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
	) {
		tail++;
	}
	return { from, removed: before.length - from - tail, added: after.length - from - tail };
}

/** Marks of a text, moved to where they are after a change; one that was cut into goes along with it. */
export function shift(marks: readonly api.Mark[], c: Change): api.Mark[] {
	const by = c.added - c.removed;
	const out: api.Mark[] = [];
	for (const m of marks) {
		if (m.end < c.from) out.push(m);
		else if (m.start >= c.from + c.removed) out.push({ ...m, start: m.start + by, end: m.end + by });
		else if (m.start < c.from && m.end + by > m.start) out.push({ ...m, end: m.end + by });
	}
	return out;
}

/** Where the text that does not fit begins, after a change; -1 stays -1. */
export function shiftCut(cut: number, c: Change): number {
	if (cut < 0 || cut <= c.from) return cut;
	return Math.max(c.from, cut + c.added - c.removed);
}
