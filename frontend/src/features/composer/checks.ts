// The list "Before it goes out": every problem once, with the channels it concerns, hardest first.
import type { api } from '$lib/backend';
import { list, moment, number } from '$lib/format';
import { m } from '$lib/messages';
import type { Composer, Row } from './composer.svelte';
import { calledOf } from './words';

/** A place to jump to. */
export interface Place {
	channel: string;
	part: number;
	media: number;
	field: string;
}

export interface Check {
	key: string;
	weight: 'blocks' | 'warns' | 'note' | 'well';
	text: string;
	action: string;
	place?: Place;
	/** The backend's code and the channels that say it, of a problem that it found. */
	code?: string;
	channels?: readonly string[];
}

type Say = (v: { channels: string; value: (name: string) => string; count: number }) => string;

/** What each code of the backend is called; a code that is not here is said in the backend's own words. */
const sentences: Record<string, Say> = {
	empty: () => m.composer_check_empty(),
	too_long: ({ channels }) => m.composer_check_too_long({ channels }),
	sent_lately: ({ channels, value }) =>
		m.composer_check_sent_lately({ channels, when: moment(Number(value('at_ms'))) }),
	bad_text: () => m.composer_check_bad_text(),
	too_many_media: ({ channels, value }) => m.composer_check_too_many_media({ channels, limit: value('limit') }),
	too_many_videos: ({ channels, value }) => m.composer_check_too_many_videos({ channels, limit: value('limit') }),
	mixed_media: ({ channels }) => m.composer_check_mixed_media({ channels }),
	media_needed: ({ channels }) => m.composer_check_media_needed({ channels }),
	media_type: ({ channels, value }) => m.composer_check_media_type({ channels, type: value('type') }),
	media_bytes: ({ channels }) => m.composer_check_media_bytes({ channels }),
	media_size: ({ channels }) => m.composer_check_media_size({ channels }),
	media_length: ({ channels, value }) => m.composer_check_media_length({ channels, limit: value('limit') }),
	media_too_short: ({ channels }) => m.composer_check_media_short({ channels }),
	media_too_small: ({ channels }) => m.composer_check_media_small({ channels }),
	media_aspect: ({ channels }) => m.composer_check_media_aspect({ channels }),
	caption_lost: ({ channels }) => m.composer_check_caption_lost({ channels }),
	too_many_tags: ({ channels, value }) => m.composer_check_tags({ channels, limit: value('limit') }),
	too_many_links: ({ channels, value }) => m.composer_check_links({ channels, limit: value('limit') }),
	too_many_mentions: ({ channels, value }) => m.composer_check_mentions({ channels, limit: value('limit') }),
	angle_brackets: ({ channels }) => m.composer_check_brackets({ channels }),
	front_matter: ({ channels }) => m.composer_check_matter({ channels }),
	unaudited: ({ channels }) => m.composer_check_unaudited({ channels }),
	alt_too_long: ({ channels, value }) => m.composer_check_alt_too_long({ channels, limit: value('limit') }),
	alt_lost: ({ channels }) => m.composer_check_alt_lost({ channels }),
	too_many_parts: ({ channels, value }) =>
		value('limit')
			? m.composer_check_too_many_parts({ channels, limit: value('limit') })
			: m.composer_check_no_threads({ channels }),
	poll: ({ channels }) => m.composer_check_poll({ channels }),
	visibility: ({ channels }) => m.composer_check_visibility({ channels }),
	warning_lost: ({ channels }) => m.composer_check_warning_lost({ channels }),
	option: ({ channels }) => m.composer_check_option({ channels }),
	comment: ({ channels }) => m.composer_check_comment({ channels }),
	hidden_characters: () => m.composer_check_hidden(),
	link: ({ channels }) => m.composer_check_link({ channels }),
	language: () => m.composer_check_language(),
	media_missing: () => m.composer_check_media_missing(),
	no_shelf: ({ channels }) => m.composer_check_no_shelf({ channels }),
	animation_still: ({ channels }) => m.composer_check_still({ channels }),
	reauth: ({ channels }) => m.composer_check_reauth({ channels }),
	channel_removed: ({ channels }) => m.composer_check_removed({ channels }),
	size_unknown: () => m.composer_check_size(),
	alt_missing: () => m.composer_check_alt_required(),
	price: ({ channels, value }) =>
		m.composer_check_price({
			channels,
			price: number(Number(value('price')), {
				style: 'currency',
				currency: value('currency'),
				maximumFractionDigits: 6, // half a cent is said as half a cent
			}),
		}),
	network_unknown: ({ channels }) => m.composer_check_unknown({ channels }),
};

/** Every code that has a sentence. */
export const knownIssues = Object.keys(sentences);

const mediaCodes = [
	'media_type',
	'media_bytes',
	'media_size',
	'media_length',
	'media_too_short',
	'media_too_small',
	'media_aspect',
	'too_many_media',
	'too_many_videos',
	'mixed_media',
	'media_missing',
	'size_unknown',
];

function actionOf(issue: api.Issue): string {
	if (issue.field === 'alt') return m.composer_jump_write();
	return m.composer_jump_show();
}

/** A problem in the app's language. */
export function sayIssue(issue: api.Issue, channels: string): string {
	const say = sentences[issue.code];
	return say ? say({ channels, value: (name) => issue.values[name] ?? '', count: 1 }) : issue.message;
}

interface Group {
	issue: api.Issue;
	rows: Row[];
}

/** What says the same; a price is each channel's own, also where two are alike. */
const keyOf = (issue: api.Issue, row: Row) =>
	`${issue.code} ${issue.warning} ${issue.code === 'price' ? row.channel.id : ''}`;

/** What publishing costs, a sentence for each channel that charges for it. */
export function costsOf(composer: Pick<Composer, 'rows'>): string[] {
	return composer.rows.flatMap((row) =>
		(row.report?.problems ?? [])
			.filter((issue) => issue.code === 'price')
			.map((issue) => sayIssue(issue, calledOf(row, composer.rows))),
	);
}

/** Every problem of every channel, those that say the same together. */
function groups(composer: Composer): Group[] {
	const found = new Map<string, Group>();
	for (const row of composer.rows) {
		for (const issue of row.report?.problems ?? []) {
			// Of what is shown it is said below, for all pictures at once.
			if (issue.code === 'alt_missing' && (row.channel.id === composer.channel || !row.own.includes('media'))) continue;
			const key = keyOf(issue, row);
			const group = found.get(key);
			if (!group) found.set(key, { issue, rows: [row] });
			else if (!group.rows.includes(row)) group.rows.push(row);
		}
	}
	return [...found.values()].sort((a, b) => Number(a.issue.warning) - Number(b.issue.warning));
}

/** The list of checks. */
export function checksOf(composer: Composer): Check[] {
	const out: Check[] = [];
	if (composer.rows.length === 0) {
		return [{ key: 'channels', weight: 'blocks', text: m.composer_check_no_channels(), action: '' }];
	}
	const problems = groups(composer);
	for (const { issue, rows } of problems) {
		if (issue.code === 'empty' && composer.empty) {
			out.push({ key: 'empty', weight: 'note', text: m.composer_check_empty(), action: '' });
			continue;
		}
		const channels = list(rows.map((r) => calledOf(r, composer.rows)));
		const apart = issue.code === 'alt_missing' || (rows.length === 1 && rows[0]!.own.includes('text'));
		const own = apart ? rows[0]!.channel.id : '';
		out.push({
			key: keyOf(issue, rows[0]!),
			weight: issue.warning ? 'warns' : 'blocks',
			text: issue.code === 'alt_missing' ? m.composer_check_alt_own({ channels }) : sayIssue(issue, channels),
			action: actionOf(issue),
			code: issue.code,
			channels: rows.map((r) => r.channel.id),
			place: { channel: own, part: issue.part, media: issue.media, field: issue.field },
		});
	}
	const undescribed = missingAlt(composer);
	if (undescribed.length > 0) {
		const [at] = undescribed;
		out.push({
			key: 'alt',
			weight: composer.blocking.some((p) => p.code === 'alt_missing') ? 'blocks' : 'warns',
			text: m.composer_check_alt_missing({ count: undescribed.length, of: composer.media.length }),
			action: m.composer_jump_write(),
			place: { channel: composer.channel, part: composer.media[at!]!.part, media: at!, field: 'alt' },
		});
	}
	const codes = new Set(problems.map((p) => p.issue.code));
	if (composer.media.length > 0 && composer.reports.length > 0) {
		if (!mediaCodes.some((c) => codes.has(c))) {
			out.push({ key: 'pictures', weight: 'well', text: m.composer_check_pictures_fit(), action: '' });
		}
		if (undescribed.length === 0) {
			out.push({ key: 'described', weight: 'well', text: m.composer_check_described(), action: '' });
		}
	}
	if (!codes.has('too_long') && !composer.empty && composer.reports.length > 0) {
		out.push({ key: 'fits', weight: 'well', text: m.composer_check_fits(), action: '' });
	}
	if (!codes.has('reauth') && composer.reports.length > 0 && composer.rows.some((r) => !r.channel.local)) {
		out.push({ key: 'signed-in', weight: 'well', text: m.composer_check_signed_in(), action: '' });
	}
	return out;
}

/** Which pictures of what is written have no description, by their place. */
export function missingAlt(composer: Composer): number[] {
	return composer.media.flatMap((use, i) => (use.decorative || composer.altOf(use).trim() ? [] : [i]));
}
