// Every command is one entry in one registry. Menus, the palette, tooltips, context menus and the
// sheet of shortcuts read it, so a command has one name, one key and one meaning everywhere.
import type { IconNode } from 'lucide';
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

/** Where a command stands in menus and in the sheet of shortcuts. */
export type Group = 'app' | 'file' | 'edit' | 'post' | 'view' | 'go' | 'help' | 'list' | 'composer' | 'library';

export interface Command {
	/** Stable, like "queue.hold-all". */
	id: string;
	group: Group;
	/** What it says on screen, in the app's language. */
	label: () => string;
	/** Other words people look for it by, in the app's language. */
	synonyms?: () => string;
	/** Its English label, so that it is found by it in every language. */
	english?: string;
	/**
	 * The keys in tinykeys' notation: "$mod+k", "$mod+Shift+h", "g t" (one after the other). A single
	 * letter acts only while a list, grid or board has focus.
	 */
	keys?: string;
	icon?: IconNode;
	/** Whether it can be done now; absent: always. */
	when?: () => boolean;
	/** Listed first in the palette: it concerns what is selected. */
	selection?: boolean;
	/** Not in the palette or the menus (moving in a list, say), only in the sheet of shortcuts. */
	quiet?: boolean;
	run: () => void | Promise<void>;
}

class Commands {
	// By id, the one registered last stands; when it goes, the one before stands again.
	#all = new SvelteMap<string, Command[]>();

	/** The keys a person chose instead, by command; "" for none. */
	chosen = $state.raw<Record<string, string>>({});

	/** Every command that is there now, in the order they were registered, with the keys it has now. */
	get all(): Command[] {
		return [...this.#all.values()].map((stack) => this.#withKeys(stack.at(-1)!));
	}

	get(id: string): Command | undefined {
		const c = this.#all.get(id)?.at(-1);
		return c && this.#withKeys(c);
	}

	#withKeys(c: Command): Command {
		const keys = this.chosen[c.id];
		return keys === undefined ? c : { ...c, keys: keys || undefined };
	}

	/** Whether a command can be done now. */
	can(c: Command): boolean {
		return c.when?.() ?? true;
	}

	/** Does a command if it can be done. Reports whether it was. */
	run(id: string): boolean {
		const c = this.get(id);
		if (!c || !this.can(c)) return false;
		void c.run();
		return true;
	}

	/** Adds commands until the returned function is called. A later one of the same id stands before. */
	add(list: readonly Command[]): () => void {
		for (const c of list) this.#all.set(c.id, [...(this.#all.get(c.id) ?? []), c]);
		return () => {
			for (const c of list) {
				const rest = (this.#all.get(c.id) ?? []).filter((other) => other !== c);
				if (rest.length > 0) this.#all.set(c.id, rest);
				else this.#all.delete(c.id);
			}
		};
	}
}

export const commands = new Commands();

/** Registers commands for as long as the component lives. Call it while the component starts. */
export function useCommands(list: readonly Command[]) {
	$effect.pre(() => untrack(() => commands.add(list)));
}
