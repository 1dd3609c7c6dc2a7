// Whom the workspace mentions: one word in a text, and on each network the handle they have there.
import { onChanged, settings, type api } from '$lib/backend';
import { workspace } from '$lib/workspace.svelte';

class People {
	list = $state.raw<api.Person[]>([]);
	/** Whose handles are being written. */
	asked = $state.raw<api.Person | undefined>();

	/** Keeps the list true until the returned function is called. */
	follow(): () => void {
		void this.load();
		return onChanged(['settings'], () => void this.load());
	}

	async load() {
		try {
			this.list = await settings.People(workspace.id);
		} catch {
			// those that are known stay; what goes out is shown by the previews
		}
	}

	/** The person a word names, "@" and all; undefined if nobody is known by it. */
	of(word: string): api.Person | undefined {
		const mark = word.slice(1).toLowerCase();
		return this.list.find((p) => p.mark === mark);
	}

	/** Asks who a word names. */
	ask(word: string) {
		this.asked = this.of(word) ?? { mark: word.replace(/^@/, '').toLowerCase(), name: '', handles: [] };
	}

	async save(person: api.Person) {
		await settings.SavePerson({ workspace: workspace.id, person });
		await this.load();
	}

	async remove(person: api.Person) {
		await settings.RemovePerson({ workspace: workspace.id, mark: person.mark });
		await this.load();
	}
}

export const people = new People();
