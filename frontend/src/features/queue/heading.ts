import Hourglass from '$icons/hourglass';
import LoaderCircle from '$icons/loader-circle';
import Pause from '$icons/pause';
import TriangleAlert from '$icons/triangle-alert';
import { daysAhead, longDay } from '$lib/format';
import { m } from '$lib/messages';
import type { IconType, Tone } from '$ui';
import type { Section } from './sections';

/** The words over a section. */
export interface Heading {
	title: string;
	icon?: IconType;
	tone?: Tone;
	note?: string;
}

/** What stands over a section, of what is to come or of what is past. */
export function headingOf(s: Section, a: { now: number; offline: boolean; past: boolean }): Heading {
	if (s.key === 'needs') return { title: m.states_needs_you(), icon: TriangleAlert, tone: 'attention' };
	if (s.key === 'held') return { title: m.states_held(), icon: Pause, tone: 'held' };
	if (s.kind === 'late')
		return { title: m.queue_past(), icon: Hourglass, tone: 'held', note: a.offline ? m.queue_past_note() : undefined };
	if (s.kind === 'now') return { title: m.queue_now(), icon: LoaderCircle, tone: 'publishing' };
	const ahead = daysAhead(s.dayMs, a.now);
	if (ahead === 0) return { title: a.past ? m.queue_today() : m.queue_today_later() };
	if (ahead === 1) return { title: m.queue_tomorrow({ day: longDay(s.dayMs) }) };
	if (ahead === -1) return { title: m.queue_yesterday({ day: longDay(s.dayMs) }) };
	return { title: longDay(s.dayMs) };
}
