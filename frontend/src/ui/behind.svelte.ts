import { flushSync } from 'svelte';

type Own = Record<string | symbol, unknown>;
type Handler = (e: Event) => void;

/** The keys that use a button; others pass by. */
const keys = ['Enter', ' ', 'ArrowDown'];

/**
 * What stands behind a button that opens something: made when the button is first reached, so that a screen
 * full of menus is as quick as one of buttons. An event that comes before that wakes it and is handed on
 * to it, so that the first press does what every later one does.
 */
export class Behind {
	awake = $state(false);
	/** What the opened part itself would spread on the button. */
	own = $state.raw<Own>({});
	readonly id: string;
	readonly #popup: 'menu' | 'dialog';
	readonly #handlers: Record<string, Handler>;

	constructor(id: string, popup: 'menu' | 'dialog', names: readonly string[]) {
		this.id = id;
		this.#popup = popup;
		const wake = () => void (this.awake = true);
		this.#handlers = { onpointerenter: wake, onfocus: wake };
		for (const name of names) this.#handlers[name] = (e) => this.#pass(name, e);
	}

	/** What is spread on the button. */
	opener(open: boolean): Record<string, unknown> {
		return {
			id: this.id,
			type: 'button',
			'aria-haspopup': this.#popup,
			'aria-expanded': open,
			'aria-controls': open ? this.own['aria-controls'] : undefined,
			'data-state': open ? 'open' : 'closed',
			...this.#handlers,
		};
	}

	#pass(name: string, e: Event) {
		if (!this.awake) {
			if (e instanceof KeyboardEvent && !keys.includes(e.key)) return;
			flushSync(() => (this.awake = true));
		}
		(this.own[name] as Handler | undefined)?.(e);
	}
}
