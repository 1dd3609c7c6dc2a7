// Asking before what cannot be undone, from anywhere: `if (await confirm({…})) …`.

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

/** The question that stands on screen; UiRoot shows it. */
export const asking = new Asking();

/** Asks, and settles with the answer. A second question answers the first with no. */
export function confirm(question: Question): Promise<boolean> {
	asking.now?.answer(false);
	return new Promise((resolve) => {
		asking.now = { ...question, answer: resolve };
	});
}
