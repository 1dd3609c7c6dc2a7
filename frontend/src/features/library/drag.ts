// Carrying what is selected to a collection or a tag at the left: pointer events alone, since the web
// views' own dragging does not live beside the window's file drop. The same is in the menus.

/** What a thing carried is over, and what becomes of it. */
export interface Carry {
	/** The pictures' addresses, the one that was pressed first. */
	pictures: readonly string[];
	count: string;
	/** Tells where it is now: the key of a target, "" for none. */
	over: (target: string) => void;
	drop: (target: HTMLElement) => void;
}

/** The places that take it. */
const targets = '[data-collection], [data-tag]';

/** Carries until the pointer is let go or Esc is pressed. */
export function carry(e: PointerEvent, c: Carry): void {
	const ghost = document.createElement('div');
	ghost.className = 'library-carried';
	for (const src of c.pictures.slice(0, 3).reverse()) {
		const img = document.createElement('img');
		img.src = src;
		img.alt = '';
		ghost.append(img);
	}
	const badge = document.createElement('span');
	badge.textContent = c.count;
	ghost.append(badge);
	document.body.append(ghost);

	let target: HTMLElement | null = null;
	const move = (ev: PointerEvent) => {
		ghost.style.transform = `translate(${ev.clientX + 10}px, ${ev.clientY + 10}px) scale(0.96)`;
		const under = document.elementFromPoint(ev.clientX, ev.clientY);
		target = under?.closest<HTMLElement>(targets) ?? null;
		c.over(target ? keyOf(target) : '');
	};
	const up = () => {
		const at = target;
		end();
		if (at) c.drop(at);
	};
	const key = (ev: KeyboardEvent) => {
		if (ev.key !== 'Escape') return;
		ev.preventDefault();
		ev.stopPropagation();
		end();
	};
	const end = () => {
		removeEventListener('pointermove', move);
		removeEventListener('pointerup', up);
		removeEventListener('pointercancel', end);
		removeEventListener('keydown', key, true);
		ghost.remove();
		c.over('');
	};
	addEventListener('pointermove', move);
	addEventListener('pointerup', up);
	addEventListener('pointercancel', end);
	addEventListener('keydown', key, true);
	move(e);
}

/** The key of a target: a collection's id, or "tag-" and the tag. */
export function keyOf(target: HTMLElement): string {
	return target.dataset.collection ?? `tag-${target.dataset.tag ?? ''}`;
}
