// What the program around the page shows of it: the mark in the tray with how publishing stands, the
// menus of the system's menu bar, and the colours of the window's frame.
import { shellService, type api } from '$lib/backend';
import { commands } from '$lib/commands.svelte';
import { look } from '$lib/look.svelte';
import { m } from '$lib/messages';
import { shell } from '$lib/shell.svelte';
import { menuBar } from './menubar';
import { menuGroups } from './menus';
import type { ShellState } from './shell.svelte';

/** Keeps the tray, the menu bar and the frame as the page is. Called while a component is set up. */
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
	let told = '';
	$effect(() => {
		if (!shell.info.menu) return;
		const menus = menuBar(commands, menuGroups);
		const text = JSON.stringify(menus);
		if (text === told) return; // the commands were looked at again, and nothing of them shows
		told = text;
		void shellService.SetMenu(menus).catch(() => (told = '')); // the palette has the same
	});
	$effect(() => {
		if (!shell.info.window) return;
		void shellService.Theme(look.choice.theme, look.dark).catch(() => {}); // only the frame's colour
	});
}
