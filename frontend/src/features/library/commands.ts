import Crop from '$icons/crop';
import Folder from '$icons/folder';
import FolderOutput from '$icons/folder-output';
import Images from '$icons/images';
import LayoutGrid from '$icons/layout-grid';
import PanelRight from '$icons/panel-right';
import Ruler from '$icons/ruler';
import SlidersHorizontal from '$icons/sliders-horizontal';
import SquarePen from '$icons/square-pen';
import Table2 from '$icons/table-2';
import Tag from '$icons/tag';
import Trash2 from '$icons/trash';
import type { Command } from '$lib/commands.svelte';
import { m } from '$lib/messages';
import type { Doing } from './doing.svelte';
import type { Library } from './library.svelte';

/** What the screen opens for a command. */
export interface Opens {
	watch(): void;
	sizes(): void;
	exporting(): void;
	details(): void;
	find(): void;
	tell(what: 'alt' | 'tag'): void;
	collect(): void;
}

/** The commands of the library. */
export function libraryCommands(lib: Library, doing: Doing, opens: Opens): Command[] {
	const shows = () => lib.place !== 'look-alikes';
	const some = () => lib.chosen.length > 0 && shows();
	const resize = (by: number) => void (lib.size = Math.min(320, Math.max(80, lib.size + by)));
	const listed: Omit<Command, 'group'>[] = [
		{ id: 'library.import', label: () => m.library_import_title(), icon: Images, run: doing.importFiles },
		{ id: 'library.watch', label: () => m.library_watch_new(), run: opens.watch },
		{ id: 'library.sizes', label: () => m.library_sizes_title(), icon: Ruler, run: opens.sizes },
		{ id: 'library.find', label: () => m.library_find(), keys: '$mod+f', run: opens.find },
		{
			id: 'library.as-grid',
			label: () => m.library_as_grid(),
			icon: LayoutGrid,
			when: () => lib.look !== 'grid' && shows(),
			run: () => void (lib.look = 'grid'),
		},
		{
			id: 'library.as-list',
			label: () => m.library_as_list(),
			icon: Table2,
			when: () => lib.look !== 'list' && shows(),
			run: () => void (lib.look = 'list'),
		},
		{
			id: 'library.inspector',
			label: () => m.library_inspector(),
			keys: '$mod+Shift+\\',
			icon: PanelRight,
			run: opens.details,
		},
	];
	const ofSelection: Omit<Command, 'group'>[] = [
		{ id: 'library.use', label: () => m.library_use(), keys: 'u', icon: SquarePen, when: some, run: () => doing.use() },
		{ id: 'library.tag', label: () => m.library_tag(), keys: 't', icon: Tag, when: some, run: () => opens.tell('tag') },
		{
			id: 'library.collect',
			label: () => m.library_collect(),
			keys: 'c',
			icon: Folder,
			when: some,
			run: opens.collect,
		},
		{
			id: 'library.alt',
			label: () => m.library_alt_write(),
			keys: 'a',
			when: () => !!lib.shown,
			run: () => opens.tell('alt'),
		},
		{
			id: 'library.focus',
			label: () => m.library_adjust_title(),
			keys: 'f',
			icon: Crop,
			when: () => !!lib.shown,
			run: doing.adjustShown,
		},
		{
			id: 'library.adjust',
			label: () => m.library_adjust(),
			keys: 'd',
			icon: SlidersHorizontal,
			when: () => shows() && lib.place !== 'bin' && lib.pictures.length > 0,
			run: () => doing.develop(),
		},
		{ id: 'library.export', label: () => m.library_export(), icon: FolderOutput, when: some, run: opens.exporting },
		{
			id: 'library.bin',
			label: () => m.library_to_bin(),
			keys: 'Delete',
			icon: Trash2,
			when: () => some() && lib.place !== 'bin',
			run: () => doing.bin(),
		},
	];
	const quiet: Omit<Command, 'group'>[] = [
		{ id: 'library.select', label: () => m.library_select(), keys: 'x', run: () => lib.toggle(lib.focus) },
		{ id: 'library.all', label: () => m.library_select_all(), keys: '$mod+a', when: shows, run: () => lib.all() },
		{ id: 'library.smaller', label: () => m.library_smaller(), keys: '[', run: () => resize(-20) },
		{ id: 'library.larger', label: () => m.library_larger(), keys: ']', run: () => resize(20) },
	];
	const group = 'library' as const;
	return [
		...listed.map((c) => ({ ...c, group })),
		...ofSelection.map((c) => ({ ...c, group, selection: true })),
		...quiet.map((c) => ({ ...c, group, quiet: true })),
	];
}
