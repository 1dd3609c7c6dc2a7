/** Moves the focus to the next part of the window (an element with data-region), in reading order. */
export function nextRegion(step: 1 | -1) {
	const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((r) => r.offsetParent !== null);
	if (regions.length === 0) return;
	const here = regions.findIndex((r) => r.contains(document.activeElement));
	const next = regions[(here + step + regions.length) % regions.length]!;
	next.tabIndex = -1;
	next.focus();
}
