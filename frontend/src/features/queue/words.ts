// The queue's own words: what each action is called, what a problem's card says, what each moment
// of a time line was.
import Bell from '$icons/bell';
import BellOff from '$icons/bell-off';
import CalendarClock from '$icons/calendar-clock';
import Check from '$icons/check';
import Copy from '$icons/copy';
import CopyPlus from '$icons/copy-plus';
import ExternalLink from '$icons/external-link';
import EyeOff from '$icons/eye-off';
import LogIn from '$icons/log-in';
import Pause from '$icons/pause';
import Pencil from '$icons/pencil';
import Play from '$icons/play';
import RefreshCw from '$icons/refresh-cw';
import Send from '$icons/send';
import SearchX from '$icons/search-x';
import Trash from '$icons/trash';
import X from '$icons/x';
import type { api } from '$lib/backend';
import { list, moment, time } from '$lib/format';
import { m } from '$lib/messages';
import type { IconType } from '$ui';
import { clockSentence, sentenceOf, twinSentence, yourTurn, type Around } from './states';

/** What an action is called on a button. */
export function actionLabel(action: string, d: api.Delivery): string {
	switch (action) {
		case 'publish_now':
			return d.holdReason === 'duplicate_suspect' ? m.queue_do_publish_anyway() : m.queue_do_publish_now();
		case 'try_now':
			return m.queue_do_try_now();
		case 'remind':
			return m.queue_do_remind();
		case 'unremind':
			return m.queue_do_unremind();
		case 'release':
			if (d.live > 0) return m.queue_do_go_on({ part: d.live + 1 });
			return d.holdReason === 'restored_copy' || d.holdReason === 'moved_profile'
				? m.queue_do_from_here()
				: m.queue_do_release();
		case 'look':
			return m.queue_do_look({ network: d.networkName });
		case 'hand':
			return m.queue_do_hand();
		case 'live':
			return yourTurn(d) ? m.queue_do_hand_live() : m.queue_do_live();
		case 'absent':
			return yourTurn(d) ? m.queue_do_hand_absent() : m.queue_do_absent();
		case 'check':
			return m.queue_do_check();
		case 'sign_in':
			return m.queue_do_sign_in();
		case 'move':
		case 'plan_again':
			return m.queue_do_move();
		case 'edit':
			return m.queue_do_edit();
		case 'hold':
			return m.queue_do_hold();
		case 'open':
			return m.queue_do_open({ network: d.networkName });
		case 'edit_live':
			return m.queue_do_edit_live();
		case 'delete_live':
			return m.queue_do_delete_live({ network: d.networkName });
		case 'duplicate':
			return m.queue_do_duplicate();
		case 'cancel':
			return d.holdReason === 'late_ask' || d.holdReason === 'duplicate_suspect'
				? m.queue_do_not_publish()
				: m.queue_do_cancel();
		case 'put_away':
			if (yourTurn(d)) return m.queue_do_hand_skip();
			return d.state === 'held' ? m.queue_do_leave() : m.queue_do_close();
	}
	return action;
}

const icons: Record<string, IconType> = {
	publish_now: Send,
	try_now: RefreshCw,
	remind: Bell,
	unremind: BellOff,
	release: Play,
	look: ExternalLink,
	hand: Copy,
	live: Check,
	check: RefreshCw,
	sign_in: LogIn,
	move: CalendarClock,
	plan_again: CalendarClock,
	edit: Pencil,
	edit_live: Pencil,
	delete_live: Trash,
	hold: Pause,
	open: ExternalLink,
	duplicate: CopyPlus,
	cancel: X,
	put_away: EyeOff,
	absent: SearchX,
};

export const actionIcon = (action: string): IconType | undefined => icons[action];

/** What needs a way to the network. */
const online = ['publish_now', 'try_now', 'look', 'check', 'sign_in', 'open', 'edit_live', 'delete_live'];

/** What may be done now: off line, what needs the network becomes a reminder of it. */
export function actionsOf(d: api.Delivery, offline: boolean, reminds: boolean): string[] {
	if (!offline || d.local) return d.actions;
	const at = d.actions.findIndex((a) => online.includes(a));
	if (at < 0) return d.actions;
	return d.actions.flatMap((a, i) => (i === at ? [reminds ? 'unremind' : 'remind'] : online.includes(a) ? [] : [a]));
}

/** What a delivery's card says: what happened, more about it, and what is safe. */
export interface Card {
	tone: 'attention' | 'held';
	title: string;
	text: string;
	safe: string;
}

/** The card of a delivery that stands still for a reason; undefined where nothing is wrong. */
export function cardOf(d: api.Delivery, row: api.QueueRow, a: Around = {}): Card | undefined {
	const network = d.networkName;
	const now = a.now ?? Date.now();
	const others = row.deliveries.filter((o) => o.id !== d.id && o.state === 'published').map((o) => o.networkName);
	const safe =
		others.length > 0
			? m.queue_safe_others({ networks: list(others) })
			: d.live > 0
				? m.queue_safe_live()
				: m.queue_safe();
	const held = (title: string, text: string): Card => ({ tone: 'held', title, text, safe });
	const needs = (title: string, text: string): Card => ({ tone: 'attention', title, text, safe });
	if (d.closedMs) return undefined;
	if (d.state === 'rejected') {
		return needs(m.queue_card_rejected({ network }), d.errorText || m.queue_card_rejected_text({ network }));
	}
	if (d.state === 'missed') return held(m.queue_card_missed(), sentenceOf(d, a));
	if (d.state === 'unknown') {
		if (d.byHand) return undefined; // it lies ready in a moment
		const title = d.errorClass === 'taken' ? m.queue_card_taken({ network }) : m.queue_card_unknown();
		return { ...held(title, sentenceOf(d, a)), safe: m.queue_safe_doubt() };
	}
	if (d.state === 'waiting') {
		if (d.errorClass === 'not_sent') return held(m.queue_card_offline(), m.queue_card_offline_text({ network }));
		const said = d.errorClass === 'budget' || d.errorClass === 'breaker' ? '' : d.errorText; // the sentence says it
		return held(m.queue_card_waiting({ network }), [sentenceOf(d, a), said].filter(Boolean).join(' '));
	}
	if (d.state !== 'held') return undefined;
	switch (d.holdReason) {
		case 'by_person':
			return undefined;
		case 'ambiguous':
			if (yourTurn(d)) {
				return { ...needs(m.queue_card_hand(), m.queue_card_hand_text()), safe: m.queue_safe_hand() };
			}
			return {
				...needs(m.queue_card_ambiguous({ network }), m.queue_card_ambiguous_text({ when: moment(d.updatedMs, now) })),
				safe: m.queue_safe_doubt(),
			};
		case 'partial_thread':
			return needs(m.states_s_partial({ live: d.live, parts: d.parts }), d.errorText || m.queue_card_partial_text());
		case 'reauth':
			return needs(m.states_s_reauth({ network }), m.queue_card_reauth_text());
		case 'media_missing':
			return needs(m.states_s_media_missing(), d.errorText);
		case 'duplicate_suspect':
			return needs(twinSentence(d, now), m.queue_card_duplicate_text());
		case 'late_ask':
			return d.errorText
				? held(m.queue_card_gave_up({ network }), d.errorText)
				: held(m.queue_card_late(), m.queue_card_late_text({ when: moment(d.dueMs, now) }));
		case 'clock':
			return held(clockSentence(d), m.queue_card_clock_text());
		case 'restored_copy':
		case 'moved_profile':
			return held(m.queue_card_copy({ network }), m.queue_card_copy_text());
		case 'plan_changed':
		case 'network_changed':
			return needs(sentenceOf(d, a), d.errorText);
		case 'budget':
			return held(sentenceOf(d, a), d.errorText);
	}
	return held(sentenceOf(d, a), d.errorText);
}

/** What a moment of a time line says. */
export function momentWords(t: api.Moment, d: api.Delivery): string {
	const network = d.networkName;
	switch (t.code) {
		case 'planned':
			return m.queue_t_planned();
		case 'sent_media':
			return t.of > 1 ? m.queue_t_sent_media({ n: t.n, of: t.of }) : m.queue_t_sent_one();
		case 'prepared':
			return m.queue_t_prepared({ network });
		case 'asked':
			return m.queue_t_asked({ network });
		case 'accepted':
			return d.parts > 1
				? m.queue_t_accepted_part({ network, part: t.n, parts: d.parts })
				: m.queue_t_accepted({ network });
		case 'taken':
			return m.queue_t_taken({ network });
		case 'handed':
			return m.queue_t_handed();
		case 'no_answer':
			return m.queue_t_no_answer({ network });
		case 'refused':
			return t.detail ? m.queue_t_refused({ network, reason: t.detail }) : m.queue_t_refused_bare({ network });
		case 'throttled':
			return m.queue_t_throttled({ network });
		case 'sign_in':
			return m.states_s_reauth({ network });
		case 'off_line':
			return m.queue_t_off_line({ network });
		case 'failed':
			return m.queue_t_failed({ network });
		case 'looked':
			return m.queue_t_looked({ network });
		case 'looked_in_vain':
			return m.queue_t_looked_in_vain({ network });
		case 'found':
			return m.queue_t_found({ network });
		case 'absent':
			return m.queue_t_absent({ network });
		case 'same_key':
			return m.queue_t_same_key();
		case 'undecided':
			return m.queue_t_undecided();
		case 'person_live':
			return m.queue_t_person_live();
		case 'person_absent':
			return m.queue_t_person_absent();
		case 'person_again':
			return m.queue_t_person_again();
		case 'time_reached':
			return m.queue_t_time_reached();
		case 'missed':
			return m.states_missed();
		case 'cancelled':
			return m.states_s_cancelled();
		case 'closed':
			return m.queue_t_closed();
		case 'edited':
			return d.parts > 1 ? m.queue_t_edited_part({ part: t.n }) : m.queue_t_edited();
		case 'edit_asked':
			return m.queue_t_edit_asked({ network });
		case 'edit_doubt':
			return m.queue_t_edit_doubt({ network });
		case 'edit_refused':
			return t.detail ? m.queue_t_edit_refused_why({ network, reason: t.detail }) : m.queue_t_edit_refused({ network });
		case 'edit_off_line':
			return m.queue_t_edit_off_line({ network });
		case 'deleted':
			return d.parts > 1 ? m.queue_t_deleted_part({ part: t.n, network }) : m.queue_t_deleted({ network });
		case 'delete_asked':
			return m.queue_t_delete_asked({ network });
		case 'delete_doubt':
			return m.queue_t_delete_doubt({ network });
		case 'delete_refused':
			return t.detail
				? m.queue_t_delete_refused_why({ network, reason: t.detail })
				: m.queue_t_delete_refused({ network });
		case 'delete_off_line':
			return m.queue_t_delete_off_line({ network });
		case 'held_by_person':
			return m.queue_t_held();
		case 'held_late_ask':
			return m.queue_t_late();
	}
	return sentenceOf(d);
}

/** When a row goes out or went, as its time column says: the hour today, the day before that. */
export function rowTime(row: api.QueueRow, day: boolean, far: string): string {
	return day ? time(row.dueMs) : far;
}
