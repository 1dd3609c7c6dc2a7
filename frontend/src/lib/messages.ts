// The words on screen. Messages are compiled from messages/<feature>/<locale>.json, a chunk for each
// language, of which only the one in use is loaded. Asking for a message reads the locale's rune,
// so that every word on screen follows a change of language at once.
import { locale } from './locale.svelte';
import type * as Messages from './paraglide/messages.js';

/** Every message by its key, in the language of the interface. */
export const m = new Proxy({} as typeof Messages, {
	get: (_, key) => locale.catalogue[key as keyof typeof locale.catalogue],
	has: (_, key) => key in locale.catalogue,
});
