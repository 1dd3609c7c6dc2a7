// Where long lists were left, so that going back finds the same rows.
import type { VirtualizerHandle } from 'virtua/svelte';

type Cache = ReturnType<VirtualizerHandle['getCache']>;

class Places {
	#kept = new Map<string, { length: number; cache: Cache; offset: number }>();

	get(name: string, length: number): { cache: Cache | undefined; offset: number } | undefined {
		const place = this.#kept.get(name);
		// Heights are known only for the same rows; the place is found about as well without them.
		return place && { cache: place.length === length ? place.cache : undefined, offset: place.offset };
	}

	set(name: string, length: number, cache: Cache, offset: number) {
		this.#kept.set(name, { length, cache, offset });
	}
}

export const places = new Places();
