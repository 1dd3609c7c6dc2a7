// What can be taken back: every toast with an Undo is a step here, so that its button and the
// keys of Undo do the same, also after the toast is gone.

interface Step {
	text: string;
	undo: () => unknown;
	gone: () => void;
}

const most = 50;

class Undos {
	#steps = $state.raw<Step[]>([]);

	/** What the next Undo takes back, in the words of its toast; "" for nothing. */
	get next(): string {
		return this.#steps.at(-1)?.text ?? '';
	}

	/** Notes a step that can be taken back. */
	push(text: string, undo: () => unknown, gone: () => void): Step {
		const step = { text, undo, gone };
		this.#steps = [...this.#steps, step].slice(-most);
		return step;
	}

	/** Takes a step back, once. */
	take(step: Step) {
		if (!this.#steps.includes(step)) return;
		this.#steps = this.#steps.filter((s) => s !== step);
		step.gone();
		return step.undo();
	}

	/** Takes back the last step. Reports whether there was one. */
	last(): boolean {
		const step = this.#steps.at(-1);
		if (step) void this.take(step);
		return step !== undefined;
	}

	/** Forgets everything: another workspace has steps of its own. */
	clear() {
		this.#steps = [];
	}
}

export const undos = new Undos();
