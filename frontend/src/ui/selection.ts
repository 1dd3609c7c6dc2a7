/** A selection with one more or one less. */
export function toggled(selected: ReadonlySet<string>, id: string): Set<string> {
	const next = new Set(selected);
	if (!next.delete(id)) next.add(id);
	return next;
}

/** A selection with everything from one place in the list to another. */
export function ranged(selected: ReadonlySet<string>, ids: readonly string[], from: number, to: number): Set<string> {
	return new Set([...selected, ...ids.slice(Math.min(from, to), Math.max(from, to) + 1)]);
}
