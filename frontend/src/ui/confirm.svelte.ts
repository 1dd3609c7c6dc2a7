// Asking before what cannot be undone, from anywhere: `if (await confirm({…})) …`.
import { mount } from 'svelte';

export interface Question {
	title: string;
	/** What will happen and what is safe. */
	body?: string;
	/** The verb: "Delete for good". */
	action: string;
	/** The way out; absent: "Cancel". */
	cancel?: string;
	danger?: boolean;
}

class Asking {
	now = $state.raw<(Question & { answer: (yes: boolean) => void }) | undefined>(undefined);
}

/** The question that stands on screen. */
export const asking = new Asking();

let host: Promise<unknown> | undefined;

/** Asks, and settles with the answer. A second question answers the first with no. */
export async function confirm(question: Question): Promise<boolean> {
	host ??= import('./ConfirmHost.svelte').then((part) => mount(part.default, { target: document.body }));
	await host;
	asking.now?.answer(false);
	return new Promise((resolve) => {
		asking.now = { ...question, answer: resolve };
	});
}
