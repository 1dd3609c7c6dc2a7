// A search is text: words, and tokens such as used:no. Chips show and change the tokens of the text, so
// the field and the chips can never say different things. What a token finds is the backend's matter.

/** The parts of a search: quotes keep blanks together. */
export function parts(query: string): string[] {
	return query.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
}

/** The value of a token, "" if it is not there. */
export function token(query: string, name: string): string {
	for (const part of parts(query)) {
		if (part.startsWith(`${name}:`)) return part.slice(name.length + 1).replaceAll('"', '');
	}
	return '';
}

/** The search with a token set to a value, or without it for "". */
export function withToken(query: string, name: string, value: string): string {
	const rest = parts(query).filter((p) => !p.startsWith(`${name}:`));
	return [...rest, ...(value ? [written(name, value)] : [])].join(' ');
}

/** A token as it is written. */
export function written(name: string, value: string): string {
	return /\s/.test(value) ? `${name}:"${value.replaceAll('"', '')}"` : `${name}:${value}`;
}
