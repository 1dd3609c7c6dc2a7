import { look } from './look.svelte';

/** Where layouts change, in px of the page's own measure. */
const steps = [560, 700, 760, 900, 1000, 1079, 1279] as const;

/**
 * How much room the page has, in its own px: the window's width, divided by the person's own zoom.
 * Media queries see the window alone, so styles ask the root instead:
 * `:global([data-upto~='1079']) .name { … }`.
 */
class Viewport {
	#inner = $state(innerWidth);

	constructor() {
		addEventListener('resize', () => (this.#inner = innerWidth));
		$effect.root(() => {
			$effect(() => {
				document.documentElement.dataset['upto'] = steps.filter((s) => this.width <= s).join(' ');
			});
		});
	}

	/** The width in px. */
	get width(): number {
		return (this.#inner * 100) / look.choice.zoom;
	}
}

export const viewport = new Viewport();
