import { expect, test } from 'vitest';
import type { Command, Group } from '$lib/commands.svelte';
import { menuBar } from './menubar';

const command = (id: string, group: Group, more: Partial<Command> = {}): Command => ({
	id,
	group,
	label: () => id.toUpperCase(),
	run: () => {},
	...more,
});

const groups: { group: Group; label: () => string }[] = [
	{ group: 'file', label: () => 'File' },
	{ group: 'edit', label: () => 'Edit' },
	{ group: 'view', label: () => 'View' },
	{ group: 'help', label: () => 'Help' },
];

const bar = (...all: Command[]) => menuBar({ all, can: (c) => c.when?.() ?? true }, groups);

test('the menu bar has every command that a menu can have, with its keys, and the system its own menus', () => {
	const menus = bar(
		command('post.new', 'file', { keys: '$mod+n' }),
		command('go.settings', 'app', { keys: '$mod+,' }),
		command('library.find', 'edit'),
		command('view.sidebar', 'view', { when: () => false }),
		command('help.shortcuts', 'help'),
		command('view.next-region', 'view', { quiet: true }),
	);
	expect(menus.map((m) => m.role || m.label)).toEqual(['app', 'File', 'edit', 'View', 'window', 'Help']);
	const file = menus[1]!.items;
	expect(file.map((i) => i.command)).toEqual(['post.new', '', 'go.settings']);
	expect(file[0]).toMatchObject({ label: 'POST.NEW', keys: '$mod+n', off: false });
	const view = menus[3]!.items;
	expect(view.map((i) => i.command)).toEqual(['view.sidebar', '', 'library.find']);
	expect(view[0]!.off).toBe(true);
});

test('what the system does by itself is not there twice, and an empty menu is not there', () => {
	const menus = bar(command('edit.undo', 'edit'), command('app.quit', 'app'));
	expect(menus.map((m) => m.role || m.label)).toEqual(['app', 'edit', 'window']);
});
