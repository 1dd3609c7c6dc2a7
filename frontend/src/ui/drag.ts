// Dragging inside the window by pointer events alone: HTML5's own drag and the window's file drop
// exclude each other on some systems. A drag begins after 5 px, a lifted copy follows the pointer,
// places that would take it light up, and Esc puts it back. Each drag must have a command too.
import type { Attachment } from 'svelte/attachments';
import { drag, type Dragged } from './dragging.svelte';

export interface DragSource<T = unknown> extends Dragged<T> {
	disabled?: boolean;
	/** What follows the pointer; absent: a copy of the element. */
	lift?: () => HTMLElement;
	onstart?: () => void;
	/** It was let go; `dropped` says whether a place took it. */
	onend?: (dropped: boolean) => void;
}

export interface DropPlace<T = unknown> {
	accepts: (dragged: Dragged<T>) => boolean;
	/** The pointer moved over it; returns what to say where the thing would go, if anything. */
	over?: (dragged: Dragged<T>, x: number, y: number) => void;
	leave?: () => void;
	drop: (dragged: Dragged<T>, x: number, y: number) => unknown;
}

const threshold = 5;
const edge = 48; // from here on a list scrolls by itself
const places = new Map<Element, () => DropPlace<never>>();

/** Makes an element a place to drop on: `{@attach dropPlace(() => ({ accepts, drop }))}`. */
export function dropPlace<T>(place: () => DropPlace<T>): Attachment<HTMLElement> {
	return (node) => {
		places.set(node, place as () => DropPlace<never>);
		return () => places.delete(node);
	};
}

/** Makes an element draggable: `{@attach draggable(() => ({ kind: 'picture', data }))}`. */
export function draggable<T>(source: () => DragSource<T>): Attachment<HTMLElement> {
	return (node) => {
		const down = (e: PointerEvent) => {
			if (e.button !== 0 || !e.isPrimary || e.ctrlKey) return;
			if ((e.target as Element).closest('input, textarea, select, [contenteditable=true], [data-no-drag]')) return;
			const what = source();
			if (!what.disabled) begin(node, what as DragSource, e);
		};
		const native = (e: Event) => e.preventDefault(); // pictures and links would drag themselves
		node.addEventListener('pointerdown', down);
		node.addEventListener('dragstart', native);
		return () => {
			node.removeEventListener('pointerdown', down);
			node.removeEventListener('dragstart', native);
		};
	};
}

function begin(node: HTMLElement, what: DragSource, first: PointerEvent) {
	const box = node.getBoundingClientRect();
	const grip = { x: first.clientX - box.left, y: first.clientY - box.top };
	let at = { x: first.clientX, y: first.clientY };
	let copy: HTMLElement | undefined;
	let over: Element | undefined;
	let frame = 0;

	const lift = () => {
		copy = what.lift?.() ?? (node.cloneNode(true) as HTMLElement);
		if (!what.lift) Object.assign(copy.style, { width: `${box.width}px`, height: `${box.height}px` });
		else grip.x = grip.y = 16;
		copy.classList.add('lifted');
		copy.inert = true;
		copy.setAttribute('aria-hidden', 'true');
		document.body.append(copy);
		document.documentElement.dataset['dragging'] = what.kind;
		node.dataset['dragged'] = '';
		drag.now = { kind: what.kind, data: what.data };
		for (const [element, place] of places) {
			if (place().accepts(drag.now as never)) (element as HTMLElement).dataset['drop'] = 'can';
		}
		what.onstart?.();
		frame = requestAnimationFrame(step);
	};

	const placeAt = (): Element | undefined => {
		for (let e = document.elementFromPoint(at.x, at.y); e; e = e.parentElement) {
			if ((e as HTMLElement).dataset['drop']) return e;
		}
		return undefined;
	};

	/** Each frame while it is in the air: follows, finds the place below, scrolls at edges. */
	const step = () => {
		copy!.style.transform = `translate(${at.x - grip.x}px, ${at.y - grip.y}px) scale(0.96)`;
		const below = placeAt();
		if (below !== over) {
			leave();
			over = below;
			if (over) (over as HTMLElement).dataset['drop'] = 'over';
		}
		if (over)
			places
				.get(over)?.()
				.over?.(drag.now as never, at.x, at.y);
		for (let e = document.elementFromPoint(at.x, at.y); e; e = e.parentElement) {
			if (e.scrollHeight <= e.clientHeight || !/auto|scroll/.test(getComputedStyle(e).overflowY)) continue;
			const view = e.getBoundingClientRect();
			if (at.y < view.top + edge) e.scrollTop -= (view.top + edge - at.y) / 4;
			else if (at.y > view.bottom - edge) e.scrollTop += (at.y - view.bottom + edge) / 4;
			break;
		}
		frame = requestAnimationFrame(step);
	};

	const leave = () => {
		if (!over) return;
		places.get(over)?.().leave?.();
		(over as HTMLElement).dataset['drop'] = 'can';
		over = undefined;
	};

	const move = (e: PointerEvent) => {
		if (e.pointerId !== first.pointerId) return;
		at = { x: e.clientX, y: e.clientY };
		if (copy) return;
		if (Math.hypot(at.x - first.clientX, at.y - first.clientY) >= threshold) lift();
	};

	const end = (drop: boolean) => {
		cancelAnimationFrame(frame);
		for (const [type, listener] of listeners) removeEventListener(type, listener as EventListener, true);
		if (!copy) return;
		const target = drop ? over : undefined;
		const place = target && places.get(target)?.();
		const dragged = drag.now;
		leave();
		copy.remove();
		drag.now = undefined;
		delete document.documentElement.dataset['dragging'];
		delete node.dataset['dragged'];
		for (const element of places.keys()) delete (element as HTMLElement).dataset['drop'];
		// The press that ends a drag is no press on what stood below it.
		addEventListener('click', swallow, { capture: true, once: true });
		setTimeout(() => removeEventListener('click', swallow, true));
		if (place) void place.drop(dragged as never, at.x, at.y);
		what.onend?.(!!place);
	};
	const swallow = (e: Event) => {
		e.preventDefault();
		e.stopPropagation();
	};

	const listeners: [string, (e: never) => void][] = [
		['pointermove', move],
		['pointerup', (e: PointerEvent) => e.pointerId === first.pointerId && end(true)],
		['pointercancel', () => end(false)],
		['blur', () => end(false)],
		[
			'keydown',
			(e: KeyboardEvent) => {
				if (e.key !== 'Escape' || !copy) return;
				e.preventDefault();
				e.stopPropagation();
				end(false);
			},
		],
	];
	for (const [type, listener] of listeners) addEventListener(type, listener as EventListener, true);
}
