import type { Group } from '$lib/commands.svelte';
import { m } from '$lib/messages';

/** The menus, in the order of a menu bar. */
export const menuGroups: { group: Group; label: () => string }[] = [
	{ group: 'file', label: () => m.shell_menu_file() },
	{ group: 'edit', label: () => m.shell_menu_edit() },
	{ group: 'post', label: () => m.shell_menu_post() },
	{ group: 'view', label: () => m.shell_menu_view() },
	{ group: 'go', label: () => m.shell_menu_go() },
	{ group: 'help', label: () => m.shell_menu_help() },
];

/** Every group as the sheet of shortcuts heads it. */
export const groupNames: Record<Group, () => string> = {
	app: () => m.shell_group_app(),
	file: () => m.shell_menu_file(),
	edit: () => m.shell_menu_edit(),
	post: () => m.shell_menu_post(),
	view: () => m.shell_menu_view(),
	go: () => m.shell_menu_go(),
	help: () => m.shell_menu_help(),
	list: () => m.shell_group_list(),
	composer: () => m.shell_group_composer(),
	library: () => m.shell_group_library(),
};
