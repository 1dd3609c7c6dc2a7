// One polite voice for screen readers, for changes that show elsewhere on screen.

class Voice {
	/** Two places take turns, so that the same words are heard twice when they are said twice. */
	said = $state<[string, string]>(['', '']);
	#turn: 0 | 1 = 0;

	say(text: string) {
		this.#turn = this.#turn === 0 ? 1 : 0;
		const next: [string, string] = ['', ''];
		next[this.#turn] = text;
		this.said = next;
	}
}

/** What LiveRegion reads out. */
export const voice = new Voice();

/** Says something to screen readers once they are done with the rest. LiveRegion must be on the page. */
export function announce(text: string) {
	voice.say(text);
}
