// How the composer says what it knows: whole sentences of the catalogue with named values.
import type { api } from '$lib/backend';
import { number } from '$lib/format';
import { locale } from '$lib/locale.svelte';
import { m } from '$lib/messages';
import type { Row } from './composer.svelte';

/** What people call a channel: its handle without the server it is on, else its name. */
export function nameOf(c: api.Channel): string {
	if (c.local || !c.handle) return c.name || c.handle;
	const server = c.handle.indexOf('@', 1);
	return server > 0 ? c.handle.slice(0, server) : c.handle;
}

/** Network and channel in one breath: "Bluesky" alone where the post goes to one channel of it. */
export function calledOf(row: Row, all: readonly Row[]): string {
	const network = row.network?.name ?? row.channel.network;
	const twins = all.filter((r) => r.channel.network === row.channel.network).length > 1;
	return twins ? m.composer_network_at({ network, name: nameOf(row.channel) }) : network;
}

/** Whether a channel follows: "Shared text", "Own text", "Shared, own pictures". */
export function followLine(row: Row): string {
	if (row.report?.joined) return m.composer_joined();
	if ((row.report?.only ?? -1) >= 0) return m.composer_only_part({ number: number(row.report!.only + 1) });
	if (row.own.includes('text') || row.own.includes('parts')) return m.composer_own_text();
	if (row.own.includes('media'))
		return row.sameMedia ? m.composer_shared_own_crops() : m.composer_shared_own_pictures();
	if (row.own.length > 0) return m.composer_shared_own_details();
	return row.channel.local ? m.composer_shared_offline() : m.composer_shared_text();
}

interface Room {
	text: string;
	look: '' | 'near' | 'over';
}

// Ten channels that follow one text mostly have the same room left, and every key asks for all of them:
// a sentence with a plural is made once for each number.
const said = new Map<string, string>();

function saidOnce(key: string, say: () => string): string {
	const whole = `${locale.current} ${key}`;
	let words = said.get(whole);
	if (words === undefined) {
		if (said.size > 200) said.clear();
		said.set(whole, (words = say()));
	}
	return words;
}

/** How much room a channel has left, and how that looks. */
export function roomLine(row: Row): Room {
	const r = row.report;
	if (!r || r.limit === 0) return { text: '', look: '' };
	if (r.over > 0)
		return {
			text: saidOnce(`over ${r.over}`, () => m.composer_too_many({ count: r.over, number: number(r.over) })),
			look: 'over',
		};
	if (r.parts.some((p) => p.cutAt >= 0)) return { text: m.composer_too_long(), look: 'over' };
	const near = r.remaining < r.limit / 10;
	if (row.channel.local && !near) return { text: '', look: '' };
	return {
		text: saidOnce(`left ${r.remaining}`, () => m.composer_left({ count: r.remaining, number: number(r.remaining) })),
		look: near ? 'near' : '',
	};
}

/** A channel's row as one sentence, for screen readers. */
export function rowSentence(row: Row): string {
	const network = row.network?.name ?? row.channel.network;
	return m.composer_row_sentence({
		network,
		name: nameOf(row.channel),
		text: followLine(row),
		room: roomLine(row).text || m.composer_no_limit(),
	});
}
