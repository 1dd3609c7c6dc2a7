// What this laptop remembers of a post beside the post itself: what channels that were taken off had of
// their own, and the shared text each own text began from.
import type { api } from '$lib/backend';

export interface Remembered {
	sleeping: Record<string, api.Variant>;
	bases: Record<string, string>;
}

const key = (id: string) => `composer ${id}`;

export function remember(id: string, what: Remembered) {
	if (id) localStorage.setItem(key(id), JSON.stringify(what));
}

export function remembered(id: string): Remembered {
	try {
		const kept = JSON.parse(localStorage.getItem(key(id)) ?? '{}') as Partial<Remembered>;
		return { sleeping: kept.sleeping ?? {}, bases: kept.bases ?? {} };
	} catch {
		return { sleeping: {}, bases: {} }; // a spoilt note: the post itself is whole
	}
}
