// Parts that nobody sees in the first frame come after it: each is a file of its own, read once the
// page stands, or at once when it is asked for.
interface Waiting {
	need(): Promise<void>;
}

const all: Waiting[] = [];

/** A component that is loaded when the page stands, or as soon as it is wanted; one that fails is asked for again. */
export class Later<Part> {
	#part = $state.raw<Part>();
	#wait: Promise<void> | undefined;
	readonly #load: () => Promise<{ default: Part }>;

	constructor(load: () => Promise<{ default: Part }>) {
		this.#load = load;
		all.push(this);
	}

	/** The component, once it is there; `wanted` asks for it at once. */
	part(wanted: boolean): Part | undefined {
		if (wanted && !this.#part) this.need().catch(() => {});
		return this.#part;
	}

	need(): Promise<void> {
		this.#wait ??= this.#load().then(
			(module) => {
				this.#part = module.default;
			},
			(e: unknown) => {
				this.#wait = undefined;
				throw e;
			},
		);
		return this.#wait;
	}
}

/** Loads one after the other what the page did without so far. */
export async function loadLater(): Promise<void> {
	for (const one of all) await one.need().catch(() => {});
}
