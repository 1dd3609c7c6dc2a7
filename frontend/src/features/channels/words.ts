// Words that networks give by key: the catalogue's, or the network's own English ones.
import type { api } from '$lib/backend';
import { locale } from '$lib/locale.svelte';
import { m } from '$lib/messages';

const catalogue = m as unknown as Record<string, ((values?: Record<string, string>) => string) | undefined>;

/** The sentence about a network. */
export const about = (n: Pick<api.Network, 'id' | 'about'>): string => catalogue[`net_${n.id}_about`]?.() ?? n.about;

/** The label of a question. */
export const labelOf = (q: api.Question): string => catalogue[`net_${q.text}_label`]?.() ?? q.label;

/** Where its answer is found: a sentence, or the steps that lead there. */
export function helpOf(q: api.Question): string | string[] {
	const help = catalogue[`net_${q.text}_help`]?.() ?? q.help;
	const steps = stepsOf(help);
	return steps.length > 1 ? steps : help;
}

/** The steps of a text that is written "1. This. 2. That.", without their numbers; none in any other. */
function stepsOf(text: string): string[] {
	const steps: string[] = [];
	let rest = text;
	for (let n = 1; rest.startsWith(`${n}. `); n++) {
		const end = rest.search(new RegExp(`(\\s|(?<=[。；]))${n + 1}\\. `));
		steps.push((end < 0 ? rest : rest.slice(0, end)).slice(`${n}. `.length).trim());
		rest = end < 0 ? '' : rest.slice(end).trim();
	}
	return steps;
}

/** What a turn of a conversation says: the network's own sentence in English, elsewhere the one for its reason. */
export function said(turn: Pick<api.ConnectStep, 'message' | 'reason' | 'about' | 'ask'>, network: string): string {
	if (locale.current === 'en' || !turn.reason) return turn.message;
	const about = turn.ask.find((q) => q.key === turn.about);
	const say = catalogue[`net_why_${turn.reason}`];
	return say?.({ network, field: about ? labelOf(about) : m.channels_answers() }) ?? turn.message;
}

/** How a visibility is called. */
export const visibility = (value: string): string => catalogue[`channels_vis_${value}`]?.() ?? value;

/** What should be known of a network before it is chosen. */
export function notes(n: api.Network): string[] {
	const can = (ability: string) => n.abilities.includes(ability);
	if (n.local) return [m.channels_note_local()];
	if (can('rehearsal')) return [m.channels_note_rehearsal()];
	return [
		can('own_application')
			? m.channels_note_application()
			: can('browser_sign_in')
				? m.channels_note_browser()
				: m.channels_note_password(),
		...(n.server ? [m.channels_note_server()] : []),
		can('priced') ? m.channels_note_priced() : m.channels_note_free(),
	];
}
