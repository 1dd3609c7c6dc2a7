// What polls the channels of a post take together, and how long one can run.
import type { api } from '$lib/backend';
import { number } from '$lib/format';
import type { Row } from './shown.svelte';

export type Poll = api.Poll;

/** Limits that every channel with polls keeps. */
export interface PollLimits {
	options: number;
	chars: number;
	minS: number;
	maxS: number;
}

/** The strictest limits of those rows that have polls; generous ones if none has. */
export function pollLimits(rows: readonly Row[]): PollLimits {
	const out: PollLimits = { options: Infinity, chars: Infinity, minS: 0, maxS: Infinity };
	for (const r of rows) {
		const l = r.report?.poll ?? r.network?.poll;
		if (!l) continue;
		out.options = Math.min(out.options, l.options);
		out.chars = Math.min(out.chars, l.chars);
		out.minS = Math.max(out.minS, l.minS);
		out.maxS = Math.min(out.maxS, l.maxS);
	}
	return Number.isFinite(out.options) ? out : { options: 4, chars: 50, minS: 300, maxS: 7 * 86_400 };
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const usual = [5 * minute, 30 * minute, hour, 6 * hour, 12 * hour, day, 3 * day, 7 * day, 14 * day, 30 * day];

/** The lengths a poll can have, the one it has among them. */
export function lengthsFor(l: PollLimits, now: number): number[] {
	const fit = usual.filter((s) => s >= l.minS && s <= l.maxS);
	return (fit.includes(now) ? fit : [...fit, now]).sort((a, b) => a - b);
}

/** "3 days" */
export function lengthName(seconds: number): string {
	const [unit, size] =
		seconds % day === 0
			? (['day', day] as const)
			: seconds % hour === 0
				? (['hour', hour] as const)
				: (['minute', minute] as const);
	return number(seconds / size, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 });
}

/** A new poll: two answers to fill in, for a day or as near to it as the channels allow. */
export function newPoll(l: PollLimits): Poll {
	return { options: ['', ''], durationS: Math.min(Math.max(day, l.minS), l.maxS), multiple: false };
}
