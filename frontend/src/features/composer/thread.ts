// What happens to the parts of a thread and to their pictures when parts are added, joined, moved or
// cut elsewhere. Nothing here keeps anything: a thread goes in, another comes out.
import type { api } from '$lib/backend';

/** The texts of a thread, in order, and all their media. */
export interface Thread {
	parts: string[];
	media: api.Media[];
}

/** Where the caret belongs afterwards. */
export interface Caret {
	part: number;
	at: number;
}

const moved = (media: readonly api.Media[], to: (part: number) => number): api.Media[] =>
	media.map((m) => (to(m.part) === m.part ? m : { ...m, part: to(m.part) }));

/** An empty part after one; with a place, what stands behind it there. */
export function withPart(t: Thread, part: number, at?: number): Thread {
	const parts = [...t.parts];
	const text = parts[part] ?? '';
	if (at !== undefined && at < text.length)
		parts.splice(part, 1, text.slice(0, at).trimEnd(), text.slice(at).trimStart());
	else parts.splice(part + 1, 0, '');
	return { parts, media: moved(t.media, (p) => (p > part ? p + 1 : p)) };
}

/** One part instead of itself and the one before it. */
export function joined(t: Thread, part: number): Thread & { at: number } {
	const parts = [...t.parts];
	const before = parts[part - 1] ?? '';
	const text = parts[part] ?? '';
	const glue = before && text && !/\s$/.test(before) ? '\n\n' : '';
	parts.splice(part - 1, 2, before + glue + text);
	return { parts, media: moved(t.media, (p) => (p >= part ? p - 1 : p)), at: (before + glue).length };
}

/** Two parts in each other's place, their media with them. */
export function swapped(t: Thread, a: number, b: number): Thread {
	const parts = [...t.parts];
	[parts[a], parts[b]] = [parts[b]!, parts[a]!];
	return { parts, media: moved(t.media, (p) => (p === a ? b : p === b ? a : p)) };
}

/** Without a part and its media. */
export function without(t: Thread, part: number): Thread {
	return {
		parts: t.parts.filter((_, i) => i !== part),
		media: moved(
			t.media.filter((m) => m.part !== part),
			(p) => (p > part ? p - 1 : p),
		),
	};
}

/** Several parts instead of one. */
export function divided(t: Thread, part: number, into: readonly string[]): Thread {
	const parts = [...t.parts];
	parts.splice(part, 1, ...into);
	return { parts, media: moved(t.media, (p) => (p > part ? p + into.length - 1 : p)) };
}

/** The sentences of a text with the blanks behind them, as the language divides them. */
export function sentencesOf(text: string, language?: string): string[] {
	let segmenter: Intl.Segmenter;
	try {
		segmenter = new Intl.Segmenter(language || undefined, { granularity: 'sentence' });
	} catch {
		segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
	}
	return [...segmenter.segment(text)].map((s) => s.segment);
}

/**
 * The cut between a part and the next one, a sentence later (the next one's first comes up) or earlier
 * (the part's last goes down). Undefined if there is no sentence to move.
 */
export function recut(t: Thread, part: number, by: 1 | -1, language?: string): (Thread & { caret: Caret }) | undefined {
	const upper = (t.parts[part] ?? '').trimEnd();
	const lower = (t.parts[part + 1] ?? '').trimStart();
	const from = sentencesOf(by > 0 ? lower : upper, language);
	if (from.length < 2) return undefined; // a part is never left empty by this
	const sentence = by > 0 ? from[0]! : from.at(-1)!;
	const parts = [...t.parts];
	// A sentence that ends its paragraph takes the gap along, so that it reads as it did in one text.
	const gap = (before: string) => /\n\s*$/.exec(before)?.[0] ?? (/\s$/.test(before) || !before ? '' : ' ');
	if (by > 0) {
		parts[part] = upper + (upper ? gap(t.parts[part] ?? '') || ' ' : '') + sentence.trimEnd();
		parts[part + 1] = lower.slice(sentence.length).trimStart();
	} else {
		parts[part] = upper.slice(0, upper.length - sentence.length).trimEnd();
		parts[part + 1] = sentence.trimEnd() + (lower ? gap(sentence) || ' ' : '') + lower;
	}
	return { parts, media: t.media, caret: { part: part + 1, at: 0 } };
}
