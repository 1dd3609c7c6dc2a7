// What each state of a delivery is called, looks like and says: the one table for every screen.
import Bell from '$icons/bell';
import CalendarX from '$icons/calendar-x';
import Hourglass from '$icons/hourglass';
import Search from '$icons/search';
import Trash from '$icons/trash';
import type { api } from '$lib/backend';
import { moment } from '$lib/format';
import { m } from '$lib/messages';
import { toneIcons, type IconType, type Tone } from '$ui';

/** How a post or a delivery stands, as the backend names it. */
export type Standing =
	'needs_you' | 'making_sure' | 'publishing' | 'held' | 'waiting' | 'scheduled' | 'published' | 'missed' | 'draft';

/** A state as a chip shows it. */
export interface StateLook {
	word: string;
	tone: Tone;
	icon: IconType;
}

const looks: Record<Standing, { word: () => string; tone: Tone; icon?: IconType }> = {
	needs_you: { word: () => m.states_needs_you(), tone: 'attention' },
	making_sure: { word: () => m.states_making_sure(), tone: 'publishing', icon: Search },
	publishing: { word: () => m.states_publishing(), tone: 'publishing' },
	held: { word: () => m.states_held(), tone: 'held' },
	waiting: { word: () => m.states_waiting(), tone: 'held', icon: Hourglass },
	scheduled: { word: () => m.states_scheduled(), tone: 'scheduled' },
	published: { word: () => m.states_published(), tone: 'published' },
	missed: { word: () => m.states_missed(), tone: 'draft', icon: CalendarX },
	draft: { word: () => m.states_draft(), tone: 'draft' },
};

/** The look of a standing. One that a newer program made asks for a person. */
export function lookOf(standing: string, offline = false): StateLook {
	const row = looks[standing as Standing] ?? looks.needs_you;
	const word = offline && standing === 'scheduled' ? m.states_if_online() : row.word();
	return { word, tone: row.tone, icon: row.icon ?? toneIcons[row.tone] };
}

/** What is known beside the delivery itself. */
export interface Around {
	now?: number;
	offline?: boolean;
	/** Pictures and videos sent, while it is prepared. */
	progress?: { done: number; total: number };
}

/** One sentence about where a delivery stands. */
export function sentenceOf(d: api.Delivery, a: Around = {}): string {
	const now = a.now ?? Date.now();
	const network = d.networkName;
	if (d.closedMs) return m.states_s_closed({ when: moment(d.closedMs, now) });
	switch (d.state) {
		case 'planned':
			if (told(d, now)) return told(d, now);
			if (d.dueMs < now - 60_000) return m.states_s_soon();
			return a.offline && !d.local
				? m.states_s_planned_offline({ when: moment(d.dueMs, now) })
				: m.states_s_planned({ when: moment(d.dueMs, now) });
		case 'preparing':
			return a.progress && a.progress.total > 0
				? m.states_s_pictures({ n: a.progress.done, of: a.progress.total })
				: m.states_s_preparing({ network });
		case 'sending':
			return m.states_s_sending({ network });
		case 'waiting':
			if (d.errorClass === 'not_sent') return m.states_s_wait_connection();
			if (told(d, now)) return told(d, now);
			if (d.errorClass === 'throttled') return m.states_s_wait_network({ network, when: moment(d.wakeMs, now) });
			return m.states_s_wait_retry({ when: moment(d.wakeMs || d.dueMs, now) });
		case 'unknown':
			if (d.byHand) return m.states_s_your_turn();
			if (d.errorClass === 'taken' && d.wakeMs > now) return m.states_s_taken({ network, when: moment(d.wakeMs, now) });
			return d.wakeMs > now ? m.states_s_unknown({ when: moment(d.wakeMs, now) }) : m.states_s_unknown_now({ network });
		case 'published':
			if (gone(d)) return m.states_s_deleted({ network, when: moment(d.publishedMs, now) });
			if (d.deleted > 0) return m.states_s_part_deleted({ network, gone: d.deleted, parts: d.parts });
			return m.states_s_published({ when: moment(d.publishedMs, now) });
		case 'rejected':
			return d.errorText
				? m.states_s_rejected({ network, reason: plain(d.errorText) })
				: m.states_s_rejected_bare({ network });
		case 'missed':
			return m.states_s_missed({ when: moment(d.dueMs, now) });
		case 'cancelled':
			return m.states_s_cancelled();
		case 'held':
			return heldSentence(d, now);
	}
	return '';
}

/** Why the network's own limits or its troubles make a delivery wait; "" where they do not. */
function told(d: api.Delivery, now: number): string {
	const about = { network: d.networkName, when: moment(d.wakeMs, now) };
	if (d.wakeMs <= now) return '';
	if (d.errorClass === 'budget') return m.states_s_wait_budget(about);
	if (d.errorClass === 'breaker') return m.states_s_wait_breaker(about);
	return '';
}

function heldSentence(d: api.Delivery, now: number): string {
	const network = d.networkName;
	switch (d.holdReason) {
		case 'approval':
			return m.states_s_approval();
		case 'late_ask':
			return m.states_s_late_ask({ when: moment(d.dueMs, now) });
		case 'ambiguous':
			if (d.byHand) return m.states_s_your_turn();
			return m.states_s_ambiguous({ network });
		case 'partial_thread':
			return m.states_s_partial({ live: d.live, parts: d.parts });
		case 'reauth':
			return m.states_s_reauth({ network });
		case 'media_missing':
			return m.states_s_media_missing();
		case 'duplicate_suspect':
			return twinSentence(d, now);
		case 'clock':
			return clockSentence(d);
		case 'restored_copy':
		case 'moved_profile':
			return m.states_s_copy();
		case 'plan_changed':
			return m.states_s_plan_changed();
		case 'network_changed':
			return m.states_s_network_changed({ network });
		case 'budget':
			return m.states_s_budget({ network });
	}
	return m.states_s_by_person({ when: moment(d.updatedMs, now) });
}

/** How wrong the clock is that a delivery is held for. */
export function clockSentence(d: api.Delivery): string {
	const n = Math.round(Math.abs(d.clockOffMs) / 60_000);
	return n > 0 ? m.states_s_clock_off({ n }) : m.states_s_clock();
}

/** What a delivery is held for being like. */
export function twinSentence(d: api.Delivery, now: number): string {
	const when = d.twin.atMs ? moment(d.twin.atMs, now) : '';
	if (!when) return m.states_s_duplicate();
	if (d.twin.doubt) return m.states_s_twin_doubt({ when });
	if (d.twin.kind === 'near_text') return m.states_s_twin_near({ when });
	return d.twin.kind === 'same_picture' ? m.states_s_twin_picture({ when }) : m.states_s_twin_same({ when });
}

/** A network's own words, without a full stop that our sentence has already. */
function plain(text: string): string {
	return text.trim().replace(/[.。]+$/, '');
}

/** Lies ready for the person, who posts it themselves. */
export const yourTurn = (d: api.Delivery): boolean => d.byHand && d.state === 'held' && d.holdReason === 'ambiguous';

/** The look of one delivery: in doubt it says so. */
export function deliveryLook(d: api.Delivery, offline = false): StateLook {
	const look = lookOf(d.standing, offline && !d.local);
	if (yourTurn(d)) return { ...look, word: m.states_your_turn(), icon: Bell };
	if (d.state === 'held' && d.holdReason === 'ambiguous') return { ...look, word: m.states_not_confirmed() };
	if (d.state === 'held' && d.holdReason === 'late_ask') return { ...look, word: m.states_will_ask(), icon: Hourglass };
	if (d.state === 'waiting' && d.errorClass === 'not_sent') return { ...look, word: m.states_s_wait_connection() };
	if (d.deleted > 0)
		return { ...look, tone: 'draft', icon: Trash, word: gone(d) ? m.states_deleted() : m.states_part_deleted() };
	return look;
}

/** Whether nothing of a delivery is left at its network, because a person had it deleted. */
export function gone(d: api.Delivery): boolean {
	return d.deleted > 0 && d.deleted >= d.parts;
}
