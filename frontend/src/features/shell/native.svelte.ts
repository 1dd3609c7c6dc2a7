// What the program around the page shows of it: the mark in the tray with how publishing stands, and
// the colours of the window's frame.
import { shellService, type api } from '$lib/backend';
import { look } from '$lib/look.svelte';
import { m } from '$lib/messages';
import { shell } from '$lib/shell.svelte';
import type { ShellState } from './shell.svelte';

/** Keeps the tray and the frame as the page is. Called while a component is set up. */
export function tellFrame(state: ShellState) {
	$effect(() => {
		if (!shell.info.tray) return;
		const { now, title, detail, heldAll } = state.engine;
		const item = (command: string, label: string, quiet = false): api.MenuItem => ({
			command,
			label,
			keys: '',
			off: false,
			checked: false,
			quiet,
		});
		const tray: api.Tray = {
			state: now ? [title, detail].filter(Boolean).join(' · ') : '',
			items: [
				item('post.new', m.shell_new_post()),
				item('queue.hold-all', heldAll ? m.shell_let_go() : m.shell_hold_all(), true),
				item('window.show', m.shell_open()),
				item('window.quit', m.shell_quit()),
			],
		};
		void shellService.SetTray(tray).catch(() => {}); // the page shows the same
	});
	$effect(() => {
		if (!shell.info.window) return;
		void shellService.Theme(look.choice.theme, look.dark).catch(() => {}); // only the frame's colour
	});
}
