import { usualPattern, type Choices, type Exporter } from './exporter.svelte';
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

/** Begins an export as the last one of its workspace was wanted, and remembers what is chosen. */
export function rememberExport(out: Exporter, workspace: () => string): void {
	const key = () => `library-export:${workspace()}`;
	$effect.pre(() => {
		let kept: Partial<Choices> = {};
		try {
			kept = JSON.parse(localStorage.getItem(key()) ?? '{}') as Partial<Choices>;
		} catch {
			// it was not written here
		}
		out.chosen = {
			zip: kept.zip === true,
			folder: String(kept.folder ?? ''),
			name: String(kept.name ?? ''),
			pattern: String(kept.pattern ?? usualPattern),
			sheet: kept.sheet === true,
			sizes: Array.isArray(kept.sizes) ? kept.sizes.map(String) : undefined,
		};
	});
	$effect(() => localStorage.setItem(key(), JSON.stringify(out.chosen)));
}
