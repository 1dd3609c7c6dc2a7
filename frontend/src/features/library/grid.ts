import type { api } from '$lib/backend';

/** Whether two grids show the same. */
export function sameGrid(a: api.Grid, b: api.Grid): boolean {
	const lists = ['ids', 'names', 'marks', 'colours', 'ratios', 'bytes', 'durations', 'adjusted'] as const;
	return (
		lists.every((k) => a[k].length === b[k].length && a[k].every((v, i) => v === b[k][i])) &&
		JSON.stringify([a.days, a.facets]) === JSON.stringify([b.days, b.facets])
	);
}

/** A library with nothing in it. */
export const emptyGrid: api.Grid = {
	total: 0,
	ids: [],
	names: [],
	ratios: [],
	colours: [],
	marks: [],
	durations: [],
	bytes: [],
	adjusted: [],
	days: [],
	facets: { all: 0, lastImport: 0, unused: 0, noAlt: 0, alike: 0, bin: 0, tags: [], collections: [] },
} as unknown as api.Grid;
