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
	/** What is spread on the button, besides what it says of itself. */
	readonly handlers: Record<string, Handler>;

	constructor(id: string, names: readonly string[]) {
		this.id = id;
		const wake = () => void (this.awake = true);
		this.handlers = { onpointerenter: wake, onfocus: wake };
		for (const name of names) this.handlers[name] = (e) => this.#pass(name, e);
	}

	#pass(name: string, e: Event) {
		if (!this.awake) {
			if (e instanceof KeyboardEvent && !keys.includes(e.key)) return;
			flushSync(() => (this.awake = true));
		}
		(this.own[name] as Handler | undefined)?.(e);
	}
}
