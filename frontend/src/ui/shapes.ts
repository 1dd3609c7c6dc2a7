import type { IconType } from './types';

const drawn = new Map<IconType, DocumentFragment>();

/** The lines of an icon, to put into an svg: they are drawn once, every later icon is a copy. */
export function shapesOf(icon: IconType): Node {
	let lines = drawn.get(icon);
	if (!lines) {
		lines = document.createDocumentFragment();
		for (const [tag, attributes] of icon) {
			const line = document.createElementNS('http://www.w3.org/2000/svg', tag);
			for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, String(value));
			lines.append(line);
		}
		drawn.set(icon, lines);
	}
	return lines.cloneNode(true);
}
