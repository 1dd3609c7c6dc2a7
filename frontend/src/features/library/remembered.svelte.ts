import { sortOf, type Library } from './library.svelte';

/**
 * Looks at a library as it was looked at last, and remembers changes while the component lives: look and
 * order belong to the workspace, the size of pictures to the person.
 */
export function remember(lib: Library): void {
	const kept = (what: string) => `library-${what}:${lib.workspace}`;
	const size = Number(localStorage.getItem('library-size'));
	if (size >= 80 && size <= 320) lib.size = size;
	lib.sort = sortOf(localStorage.getItem(kept('sort')));
	lib.look = localStorage.getItem(kept('look')) === 'list' ? 'list' : 'grid';
	$effect(() => {
		localStorage.setItem('library-size', String(lib.size));
		localStorage.setItem(kept('sort'), lib.sort);
		localStorage.setItem(kept('look'), lib.look);
	});
}
