import ArrowLeft from '$icons/arrow-left';
import ArrowRight from '$icons/arrow-right';
import Keyboard from '$icons/keyboard';
import Minus from '$icons/minus';
import Pause from '$icons/pause';
import PanelLeft from '$icons/panel-left';
import Plus from '$icons/plus';
import Power from '$icons/power';
import Search from '$icons/search';
import Settings from '$icons/settings';
import SquarePen from '$icons/square-pen';
import Undo2 from '$icons/undo-2';
import { queue, shellService } from '$lib/backend';
import type { Command } from '$lib/commands.svelte';
import { inField } from '$lib/keys';
import { look } from '$lib/look.svelte';
import { m } from '$lib/messages';
import { go } from '$lib/router.svelte';
import { shell } from '$lib/shell.svelte';
import { appMenu } from './appmenu.svelte';
import { places } from './places';
import { nextRegion } from './regions';
import { hasScreen } from './screens';
import type { ShellState } from './shell.svelte';
import { toast, undos } from '$ui';

/** What the frame itself can open. */
export interface Frame {
	palette: boolean;
	shortcuts: boolean;
	toggleSidebar(): void;
}

const zooms = [80, 90, 100, 110, 125, 150, 175, 200];

function zoom(step: 1 | -1) {
	const now = look.choice.zoom;
	const next = step > 0 ? zooms.find((z) => z > now) : zooms.filter((z) => z < now).at(-1);
	if (next) look.use({ zoom: next });
}

async function holdAll(on: boolean) {
	await queue.HoldAll(on);
	toast({ text: on ? m.shell_held_all() : m.shell_let_gone(), undo: () => queue.HoldAll(!on) });
}

/** The commands that are there on every screen. */
export function frameCommands(frame: Frame, state: ShellState): Command[] {
	const list: Command[] = [
		{
			id: 'post.new',
			group: 'file',
			label: () => m.shell_new_post(),
			english: 'New post',
			keys: '$mod+n',
			icon: SquarePen,
			when: () => hasScreen('composer'),
			run: () => go({ screen: 'composer', post: 'new' }),
		},
		{
			id: 'edit.undo',
			group: 'edit',
			label: () => (undos.next ? m.shell_undo_of({ what: undos.next }) : m.shell_undo()),
			english: 'Undo',
			keys: '$mod+z',
			icon: Undo2,
			when: () => undos.next !== '' && !inField(document.activeElement),
			run: () => void undos.last(),
		},
		{
			id: 'queue.hold-all',
			group: 'post',
			label: () => (state.engine.heldAll ? m.shell_let_go() : m.shell_hold_all()),
			english: 'Hold everything',
			keys: '$mod+Shift+h',
			icon: Pause,
			run: () => holdAll(!state.engine.heldAll),
		},
		{
			id: 'app.palette',
			group: 'view',
			label: () => m.shell_find(),
			english: 'Find anything',
			keys: '$mod+k',
			icon: Search,
			run: () => void (frame.palette = true),
		},
		{
			id: 'view.sidebar',
			group: 'view',
			label: () => m.shell_sidebar(),
			english: 'Show or hide the sidebar',
			keys: '$mod+\\',
			icon: PanelLeft,
			run: () => frame.toggleSidebar(),
		},
		{
			id: 'view.zoom-in',
			group: 'view',
			label: () => m.shell_zoom_in(),
			english: 'Larger',
			keys: '$mod++',
			icon: Plus,
			run: () => zoom(1),
		},
		{
			id: 'view.zoom-out',
			group: 'view',
			label: () => m.shell_zoom_out(),
			english: 'Smaller',
			keys: '$mod+-',
			icon: Minus,
			run: () => zoom(-1),
		},
		{
			id: 'view.zoom-reset',
			group: 'view',
			label: () => m.shell_zoom_reset(),
			english: 'Actual size',
			keys: '$mod+0',
			run: () => look.use({ zoom: 100 }),
		},
		{
			id: 'view.next-region',
			group: 'view',
			label: () => m.shell_next_region(),
			keys: 'F6',
			quiet: true,
			run: () => nextRegion(1),
		},
		{
			id: 'view.menu',
			group: 'view',
			label: () => m.shell_menu(),
			keys: 'F10',
			quiet: true,
			when: () => !shell.info.menu,
			run: () => void (appMenu.open = true),
		},
		{
			id: 'go.back',
			group: 'go',
			label: () => m.shell_back(),
			english: 'Back',
			keys: 'Alt+ArrowLeft',
			icon: ArrowLeft,
			run: () => history.back(),
		},
		{
			id: 'go.forward',
			group: 'go',
			label: () => m.shell_forward(),
			english: 'Forward',
			keys: 'Alt+ArrowRight',
			icon: ArrowRight,
			run: () => history.forward(),
		},
		{
			id: 'help.shortcuts',
			group: 'help',
			label: () => m.shell_shortcuts(),
			english: 'Keyboard shortcuts',
			keys: '?',
			icon: Keyboard,
			run: () => void (frame.shortcuts = true),
		},
	];
	for (const place of places) {
		if (!hasScreen(place.route.screen)) continue;
		list.push({
			id: `go.${place.route.screen}`,
			group: 'go',
			label: place.label,
			english: place.route.screen,
			keys: place.keys,
			icon: place.icon,
			run: () => go(place.route),
		});
	}
	if (hasScreen('settings')) {
		list.push({
			id: 'go.settings',
			group: 'app',
			label: () => m.shell_settings(),
			english: 'Settings',
			keys: '$mod+,',
			icon: Settings,
			run: () => go({ screen: 'settings', section: 'general' }),
		});
	}
	list.push({
		id: 'app.quit',
		group: 'app',
		label: () => m.shell_quit(),
		english: 'Quit',
		keys: '$mod+q',
		icon: Power,
		when: () => shell.info.window,
		run: () => shellService.Window('quit' as Parameters<typeof shellService.Window>[0]),
	});
	return list;
}
