// Words that the backend names by a key: looked up in the catalogue, in the backend's English if they
// are not there.
import { m } from '$lib/messages';

/** The message of a key, or the words themselves. Keys are made safe as message names are. */
export function fromCatalogue(key: string, fallback: string): string {
	const found = (m as unknown as Record<string, unknown>)[key.replace(/[^a-zA-Z0-9_]/g, '_')];
	return typeof found === 'function' ? (found as () => string)() : fallback;
}
