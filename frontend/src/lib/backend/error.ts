/** What an error's own actions can be; the page knows how to do each. */
export interface ErrorShape {
	code: string;
	message: string;
	field?: string;
	values?: Record<string, string>;
	safe?: string;
	actions?: string[];
	ref?: string;
}

/**
 * An error of the backend. `code` decides what is said and offered; `message` is the backend's own
 * English sentence and stands under "Details"; `ref` finds it in the log.
 */
export class BackendError extends Error {
	readonly code: string;
	readonly field: string;
	readonly values: Record<string, string>;
	readonly safe: string;
	readonly actions: string[];
	readonly ref: string;

	constructor(e: ErrorShape) {
		super(e.message);
		this.name = 'BackendError';
		this.code = e.code;
		this.field = e.field ?? '';
		this.values = e.values ?? {};
		this.safe = e.safe ?? '';
		this.actions = e.actions ?? [];
		this.ref = e.ref ?? '';
	}
}

/** Makes a BackendError of whatever a call was rejected with. The window sends JSON as the message. */
export function backendError(e: unknown): BackendError {
	if (e instanceof BackendError) return e;
	const text = typeof e === 'string' ? e : e instanceof Error ? e.message : '';
	if (text.startsWith('{')) {
		try {
			const shape = JSON.parse(text) as Partial<ErrorShape>;
			if (typeof shape.code === 'string') return new BackendError({ message: '', ...shape, code: shape.code });
		} catch {
			// not ours: it is said as it is
		}
	}
	return new BackendError({ code: 'internal', message: text || String(e) });
}
