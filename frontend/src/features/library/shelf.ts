import { library, onChanged, onProgress } from '$lib/backend';
import type { Shelf } from './library.svelte';

/** The library of the backend. */
export const shelf: Shelf = {
	grid: library.Grid,
	rows: library.Rows,
	imports: library.Imports,
	startImport: library.StartImport,
	stopImport: library.StopImport,
	dismissImport: library.DismissImport,
	watched: library.WatchedFolders,
	tag: library.TagAll,
	collect: library.Collect,
	bin: library.RemoveAll,
	unbin: library.UnbinAll,
	onChanged,
	onProgress,
};
