// One tooltip stands for all: a control only carries its words (Tooltip.svelte), and the provider
// listens once for the whole page. So a control with a tooltip costs no more than one without.

/** The words a control carries for its tooltip. */
export interface Tip {
	control: HTMLElement;
	text: string;
	keys?: string;
	side: 'top' | 'right' | 'bottom' | 'left';
}

/** How long a pointer rests on a control before its tooltip shows, and how long after one the next shows at once. */
const delay = 400;
const calm = 300;

/** The control with words for a tooltip that something is inside of. */
function controlOf(target: EventTarget | null): HTMLElement | undefined {
	return (target instanceof Element && target.closest<HTMLElement>('[data-tip]')) || undefined;
}

/** Which control's tooltip is shown: the one the pointer rests on, or the one the keyboard reached. */
export class Tooltips {
	shown = $state.raw<Tip | undefined>();
	#over: HTMLElement | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#hiddenAt = -calm;
	#byFocus = false;
	#reached = false; // focus came in this frame: the page may scroll to it

	/** Listens, until the returned function is called. */
	listen(page: Document = document): () => void {
		const stop = new AbortController();
		const on = <K extends keyof DocumentEventMap>(name: K, then: (e: DocumentEventMap[K]) => void) =>
			page.addEventListener(name, then, { signal: stop.signal, capture: true, passive: true });
		on('pointerover', (e) => e.pointerType !== 'touch' && this.#enter(controlOf(e.target)));
		on('pointerout', (e) => !e.relatedTarget && this.#enter(undefined)); // out of the window
		on('pointerdown', () => this.hide());
		on('click', () => this.hide());
		on('focusin', (e) => this.#reach(e.target));
		// A control that goes away while the page is drawn loses the focus to nothing: what is shown may change after.
		on('focusout', (e) => (e.relatedTarget ? this.hide() : queueMicrotask(() => this.hide())));
		on('keydown', (e) => e.key === 'Escape' && this.hide());
		on('scroll', (e) => {
			if (!this.#reached && this.shown && (e.target as Node).contains(this.shown.control)) this.hide();
		});
		return () => {
			stop.abort();
			this.hide();
		};
	}

	hide() {
		clearTimeout(this.#timer);
		if (!this.shown) return;
		this.shown = undefined;
		this.#hiddenAt = performance.now();
	}

	/** Reads the control again: its words changed, or it went away. */
	refresh() {
		if (this.shown) this.#show(this.shown.control);
	}

	#enter(control: HTMLElement | undefined) {
		if (control === this.#over) return;
		this.#over = control;
		clearTimeout(this.#timer);
		const soon = this.shown !== undefined || performance.now() - this.#hiddenAt < calm;
		if (!control) {
			if (!this.#byFocus) this.hide();
			return;
		}
		this.#byFocus = false;
		this.hide();
		if (soon) this.#show(control);
		else this.#timer = setTimeout(() => this.#show(control), delay);
	}

	#reach(target: EventTarget | null) {
		const control = controlOf(target);
		if (!control || control !== target || !control.matches(':focus-visible')) return;
		clearTimeout(this.#timer);
		this.#byFocus = true;
		this.#reached = true;
		requestAnimationFrame(() => (this.#reached = false));
		this.#show(control);
	}

	#show(control: HTMLElement) {
		const { tip: text, tipKeys: keys, tipSide: side } = control.dataset;
		const now = this.shown;
		if (!text || !control.isConnected) this.hide();
		else if (now?.control !== control || now.text !== text || now.keys !== keys)
			this.shown = { control, text, keys, side: (side as Tip['side'] | undefined) ?? 'bottom' };
	}
}
