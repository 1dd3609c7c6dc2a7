// The menus of the system's own menu bar, made of the commands that are there now. macOS has one; the
// others have the same behind the mark in the corner (AppMenu).
import type { api } from '$lib/backend';
import type { Command, Group } from '$lib/commands.svelte';

/** What the menus are made of. */
export interface MenuSource {
	all: readonly Command[];
	can(c: Command): boolean;
}

/**
 * The menus in the order of a menu bar. The system brings the application's, the editing and the window
 * menu itself (its own Undo, Copy and Quit act in every field), so that commands of these stand elsewhere:
 * looking for something with the view, the settings with the files.
 */
export function menuBar(from: MenuSource, groups: readonly { group: Group; label: () => string }[]): api.Menu[] {
	const lines = (group: Group): api.MenuItem[] =>
		from.all
			.filter((c) => c.group === group && !c.quiet && !bySystem.includes(c.id))
			.map((c) => ({
				command: c.id,
				label: c.label(),
				keys: c.keys ?? '',
				off: !from.can(c),
				checked: false,
				quiet: false,
			}));
	const joined = (...parts: api.MenuItem[][]) =>
		parts.filter((p) => p.length > 0).flatMap((p, i) => (i > 0 ? [separator, ...p] : p));
	const menus: api.Menu[] = [system('app')];
	for (const { group, label } of groups) {
		if (group === 'edit') {
			menus.push(system('edit'));
			continue;
		}
		if (group === 'help') menus.push(system('window'));
		const items =
			group === 'file'
				? joined(lines('file'), lines('app'))
				: group === 'view'
					? joined(lines('view'), lines('edit'))
					: lines(group);
		if (items.length > 0) menus.push({ role: '', label: label(), items } as api.Menu);
	}
	return menus;
}

/** What the system's own menus do already. */
const bySystem = ['app.quit', 'edit.undo'];

const separator: api.MenuItem = { command: '', label: '', keys: '', off: false, checked: false, quiet: false };

const system = (role: string) => ({ role, label: '', items: [] as api.MenuItem[] }) as unknown as api.Menu;
