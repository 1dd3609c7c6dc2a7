// A person's own shortcuts: which keys can be had, and who has them already.
import type { Command } from '$lib/commands.svelte';
import { letterOf } from '$lib/keys';

/** The keys of a press in the registry's notation, "" while only Shift and the like are down. */
export function keysOf(e: KeyboardEvent, apple: boolean): string {
	if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead'].includes(e.key)) return '';
	const mod = apple ? e.metaKey : e.ctrlKey;
	const key = e.key.length === 1 ? letterOf(e) : e.key;
	const sign = key.length === 1 && !/[a-z0-9]/.test(key);
	return [mod && '$mod', e.altKey && 'Alt', e.shiftKey && !sign && 'Shift', key === 'space' ? ' ' : key]
		.filter(Boolean)
		.join('+');
}

// Writing, the system and the web view need these.
const kept = new Set(
	'Tab Enter Escape Backspace Shift+Tab $mod+a $mod+c $mod+v $mod+x $mod+z $mod+Shift+z $mod+Shift+v $mod+ArrowLeft $mod+ArrowRight Alt+F4'.split(
		' ',
	),
);

/** Whether keys may be given to a command: Ctrl with Alt is AltGr on many keyboards and writes signs. */
export function allowed(keys: string): boolean {
	return !kept.has(keys) && !(keys.includes('$mod') && keys.includes('Alt'));
}

/** Who else has these keys, if anybody. */
export function owner(keys: string, id: string, all: readonly Command[]): Command | undefined {
	return all.find((c) => c.keys === keys && c.id !== id);
}
