/** What is being dragged: its kind, and what the places understand by it. */
export interface Dragged<T = unknown> {
	kind: string;
	data: T;
}

class Drag {
	/** What is in the air; undefined: nothing. */
	now = $state.raw<Dragged | undefined>(undefined);
}

/** The drag that goes on. */
export const drag = new Drag();
