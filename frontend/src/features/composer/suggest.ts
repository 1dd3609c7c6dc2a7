// Which word is being typed, which known words it could become, and who goes out as plain text.
import type { api } from '$lib/backend';

/** The tag or name that ends at the caret, with its sign; undefined if there is none of two letters. */
export function typedWord(text: string, caret: number): { text: string; from: number } | undefined {
	const before = text.slice(Math.max(0, caret - 80), caret);
	const found = /(?:^|[\s(])([#@][\p{L}\p{N}_.@-]+)$/u.exec(before);
	if (!found || /[\p{L}\p{N}_]/u.test(text[caret] ?? '')) return undefined;
	return { text: found[1]!, from: caret - found[1]!.length };
}

const folded = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** The first eight known words that begin with what was typed, without the one that is there already. */
export function matches(typed: string, known: readonly string[]): string[] {
	const wanted = folded(typed);
	return known.filter((w) => folded(w).startsWith(wanted) && w !== typed).slice(0, 8);
}

/** Every tag and name of a text. */
export function wordsOf(text: string): string[] {
	return [...text.matchAll(/(?:^|[^\p{L}\p{N}_/@#])([#@][\p{L}\p{N}_][\p{L}\p{N}_.@-]*)/gu)]
		.map((found) => found[1]!.replace(/[.@-]+$/, ''))
		.filter((w) => w.length > 1);
}

/** The people of a text that go out as plain text somewhere, and where. */
export function plainIn(
	words: readonly string[],
	known: (word: string) => api.Person | undefined,
	networks: readonly { id: string; name: string }[],
): { word: string; networks: string[] }[] {
	const out: { word: string; networks: string[] }[] = [];
	for (const word of new Set(words)) {
		const person = known(word);
		if (!person) continue;
		const without = networks.filter((n) => !person.handles.some((h) => h.network === n.id));
		if (without.length > 0) out.push({ word, networks: [...new Set(without.map((n) => n.name))] });
	}
	return out;
}
