// The words on screen. Messages are compiled from messages/<feature>/<locale>.json; asking for one
// reads the locale's rune, so that every word on screen follows a change of language at once.
import { locale } from './locale.svelte';
import { overwriteGetLocale } from './paraglide/runtime.js';

overwriteGetLocale(() => locale.current);

export * as m from './paraglide/messages.js';
