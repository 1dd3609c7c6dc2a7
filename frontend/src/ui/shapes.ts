import { mount, unmount, untrack } from 'svelte';
import type { IconType } from './types';

const drawn = new Map<IconType, DocumentFragment>();

/** The lines of an icon, to put into an svg: its component draws them once, every later icon is a copy. */
export function shapesOf(icon: IconType): Node {
	let lines = drawn.get(icon);
	if (!lines) {
		const box = document.createElement('div');
		const once = untrack(() => mount(icon, { target: box, props: {} }));
		lines = document.createDocumentFragment();
		for (const child of box.querySelector('svg')?.children ?? []) lines.append(child.cloneNode(true));
		void unmount(once);
		drawn.set(icon, lines);
	}
	return lines.cloneNode(true);
}
