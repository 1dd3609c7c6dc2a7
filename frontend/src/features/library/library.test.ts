import { describe, expect, it, vi } from 'vitest';
import type { api, Changed, Progress } from '$lib/backend';
import { inside, justify, vertical } from './layout';
import { Library, placeQuery, sortOf, type Shelf } from './library.svelte';
import { around } from './media';
import { sections } from './sections';
import { parts, token, withToken } from './tokens';

vi.mock('$lib/backend', () => ({ backendError: (e: unknown) => e }));

/** A grid of pictures with these names. */
function gridOf(...names: string[]): api.Grid {
	return {
		total: names.length,
		ids: names.map((n) => `id-${n}`),
		names,
		ratios: names.map(() => 1500),
		colours: names.map(() => -1),
		marks: names.map(() => 0),
		durations: names.map(() => 0),
		bytes: names.map(() => 10),
		adjusted: names.map(() => ''),
		days: [{ day: '2026-06-11', count: names.length }],
		facets: { all: names.length, lastImport: 0, unused: 0, noAlt: 0, alike: 0, bin: 0, tags: [], collections: [] },
	} as unknown as api.Grid;
}

/** A backend that answers what it is told to, when it is told to. */
class FakeShelf implements Shelf {
	asked: api.GridQuery[] = [];
	answers: ((g: api.Grid) => void)[] = [];
	did: string[] = [];
	changed?: (c: Changed) => void;
	progress?: (p: Progress) => void;
	now = gridOf('a', 'b', 'c', 'd');
	held = false;

	grid = (q: api.GridQuery) => {
		this.asked.push(q);
		return this.held ? new Promise<api.Grid>((resolve) => this.answers.push(resolve)) : Promise.resolve(this.now);
	};
	rows = (r: api.GridRows) => {
		this.did.push(`rows ${r.ids.join()}`);
		return Promise.resolve(
			r.ids.map(
				(id) => ({ id, width: 30, height: 20, takenMs: this.now.ids.length, tags: [] }) as unknown as api.GridRow,
			),
		);
	};
	imports = () => Promise.resolve([]);
	startImport = (r: api.ImportAssets) =>
		Promise.resolve({ id: '1', workspace: r.workspace, running: true, done: 0, total: 0 } as api.ImportJob);
	stopImport = () => Promise.resolve();
	dismissImport = () => Promise.resolve();
	watched = () => Promise.resolve([]);
	tag = (r: api.TagAssets) => this.#note(`tag ${r.assets.join()} +${r.add.join()} -${r.remove.join()}`);
	collect = (r: api.CollectAssets) => this.#note(`${r.in ? 'in' : 'out'} ${r.collection} ${r.assets.join()}`);
	bin = (ids: string[]) => this.#note(`bin ${ids.join()}`);
	unbin = (ids: string[]) => this.#note(`unbin ${ids.join()}`);
	onChanged = (_: unknown, then: (c: Changed) => void) => {
		this.changed = then;
		return () => (this.changed = undefined);
	};
	onProgress = (then: (p: Progress) => void) => {
		this.progress = then;
		return () => (this.progress = undefined);
	};

	async #note(what: string) {
		this.did.push(what);
	}
}

async function opened() {
	const shelf = new FakeShelf();
	const lib = new Library(shelf, 'w');
	await lib.load();
	return { shelf, lib };
}

describe('the library', () => {
	it('asks for the place and the search together', async () => {
		const { shelf, lib } = await opened();
		lib.place = 'unused';
		lib.query = 'boats';
		await lib.load();
		expect(shelf.asked.at(-1)).toMatchObject({ query: 'used:no boats', collection: '' });
		expect(placeQuery('tag-still life')).toEqual({ query: 'tag:"still life"', collection: '' });
		expect(placeQuery('c-42')).toEqual({ query: '', collection: '42' });
	});

	it('drops a late answer to an older search', async () => {
		const { shelf, lib } = await opened();
		shelf.held = true;
		const older = lib.load();
		const newer = lib.load();
		shelf.answers[1]!(gridOf('new'));
		await newer;
		shelf.answers[0]!(gridOf('old'));
		await older;
		expect(lib.grid.names).toEqual(['new']);
	});

	it('shows the first page of a large library, and then all of it', async () => {
		const { shelf, lib } = await opened();
		shelf.held = true;
		lib.query = 'boats';
		const loading = lib.load();
		expect(shelf.asked.at(-1)?.most).toBeGreaterThan(500);
		shelf.answers[0]!({ ...gridOf('a', 'b'), total: 4 } as api.Grid);
		await vi.waitFor(() => expect(shelf.answers.length).toBe(2));
		expect(lib.grid.names).toEqual(['a', 'b']);
		expect(lib.grid.total).toBe(4);
		expect(shelf.asked.at(-1)?.most).toBe(0);
		shelf.answers[1]!(gridOf('a', 'b', 'c', 'd'));
		await loading;
		expect(lib.grid.names).toEqual(['a', 'b', 'c', 'd']);
		const again = lib.load(); // the same once more comes whole
		expect(shelf.asked.at(-1)?.most).toBe(0);
		shelf.answers[2]!(gridOf('a'));
		await again;
		expect(lib.count).toBe(1);
	});

	it('selects one, some, and a range from where the selection began', async () => {
		const { lib } = await opened();
		lib.only(1);
		expect(lib.shown).toBe('id-b');
		lib.range(3);
		expect(lib.chosen).toEqual(['id-b', 'id-c', 'id-d']);
		lib.range(0);
		expect(lib.chosen).toEqual(['id-a', 'id-b']);
		lib.toggle(0);
		expect(lib.chosen).toEqual(['id-b']);
		lib.all();
		expect(lib.chosenBytes).toBe(40);
	});

	it('grows the selection from where the keyboard came to stand', async () => {
		const { lib } = await opened();
		lib.only(2);
		lib.at(0);
		lib.move(1, true);
		expect(lib.chosen).toEqual(['id-a', 'id-b']);
		lib.at(-1); // beside the pictures
		expect(lib.focus).toBe(1);
	});

	it('keeps the keyboard on its picture and forgets what is gone', async () => {
		const { shelf, lib } = await opened();
		lib.only(2);
		shelf.now = gridOf('new', 'a', 'b', 'c', 'd');
		await lib.load();
		expect(lib.grid.names[lib.focus]).toBe('c');
		shelf.now = gridOf('a', 'b');
		await lib.load();
		expect(lib.focus).toBe(1);
		expect(lib.chosen).toEqual([]);
	});

	it('gives back how to undo what it did', async () => {
		const { shelf, lib } = await opened();
		await (
			await lib.bin(['x'])
		)();
		await (
			await lib.tag(['x'], 'sea')
		)();
		await (
			await lib.collect('k', ['x'])
		)();
		expect(shelf.did).toEqual(['bin x', 'unbin x', 'tag x +sea -', 'tag x + -sea', 'in k x', 'out k x']);
	});

	it('shows how far an import is', async () => {
		const { shelf, lib } = await opened();
		await lib.import(['/photos']);
		shelf.progress!({ task: 'import:1', done: 3, total: 9 });
		shelf.progress!({ task: 'backup', done: 1, total: 1 });
		expect(lib.running[0]).toMatchObject({ done: 3, total: 9 });
	});
});

describe('a search', () => {
	it('keeps words and changes one token', () => {
		const q = 'red boats tag:"still life" used:no';
		expect(parts(q)).toEqual(['red', 'boats', 'tag:"still life"', 'used:no']);
		expect(token(q, 'tag')).toBe('still life');
		expect(withToken(q, 'used', 'yes')).toBe('red boats tag:"still life" used:yes');
		expect(withToken(q, 'tag', '')).toBe('red boats used:no');
	});
});

describe('rows', () => {
	const ratios = Array.from({ length: 1000 }, (_, i) => [1500, 800, 1000, 1778][i % 4]!);

	it('fill the width, in order, without gaps', () => {
		const l = justify(ratios, [400, 600], 900, 140, 8, true);
		let next = 0;
		let y = 0;
		for (const row of l.rows) {
			expect(row.top).toBeGreaterThanOrEqual(y);
			y = row.top + row.height;
			if (row.count === 0) continue;
			expect(row.first).toBe(next);
			next += row.count;
			const last = row.first + row.count - 1;
			expect(l.left[last]! + l.across[last]!).toBeCloseTo(900, 0);
			expect(row.height).toBeGreaterThan(90);
			expect(row.height).toBeLessThan(225);
		}
		expect(next).toBe(1000);
	});

	it('leave two pictures at their size, not as wide as the window', () => {
		const l = justify([1000, 1000], [2], 900, 140, 8, false);
		expect(l.rows).toHaveLength(1);
		expect(l.rows[0]!.height).toBe(140);
	});

	it('lay ten thousand out in a few milliseconds', () => {
		const many = Array.from({ length: 10_000 }, (_, i) => ratios[i % 1000]!);
		const days = Array.from({ length: 500 }, () => 20);
		const start = performance.now();
		justify(many, days, 1100, 140, 8, true);
		expect(performance.now() - start).toBeLessThan(50);
	});

	it('know what is above, below and inside a rectangle', () => {
		const l = justify(
			Array.from({ length: 12 }, () => 1000),
			[12],
			424,
			100,
			8,
			false,
		);
		expect(l.rows.map((r) => r.count)).toEqual([4, 4, 4]);
		expect(vertical(l, 1, 1)).toBe(5);
		expect(vertical(l, 1, -1)).toBe(1);
		expect(inside(l, { left: 0, top: 0, right: 150, bottom: 150 })).toEqual([0, 1, 4, 5]);
	});
});

describe('sections', () => {
	const noon = new Date('2026-06-12T12:00:00').getTime();

	it('are days where there is enough, and months where there is little', () => {
		const out = sections(
			[
				{ day: '2026-06-12', count: 2 },
				{ day: '2026-06-11', count: 1 },
				{ day: '2026-05-20', count: 1 },
				{ day: '2026-05-02', count: 2 },
				{ day: '2026-04-09', count: 40 },
				{ day: '2026-04-08', count: 40 },
			],
			noon,
		);
		expect(out.map((s) => s.count)).toEqual([2, 1, 3, 40, 40]);
		expect(out[2]!.month).toBe('2026-05');
	});
});

describe('the part around a point', () => {
	it('has its shape and stays inside', () => {
		const p = around(1.5, 0.8, { x: 0.98, y: 0.5 });
		expect(p.x + p.width).toBeCloseTo(1);
		expect((p.width * 1.5) / p.height).toBeCloseTo(0.8);
		expect(p.height).toBe(1);
	});
});

describe('the list', () => {
	it('reads each line once, and again when something changed', async () => {
		const { shelf, lib } = await opened();
		await lib.want(-5, 1);
		await lib.want(0, 2);
		expect(shelf.did).toEqual(['rows id-a,id-b', 'rows id-c']);
		expect(lib.rows.get('id-b')?.width).toBe(30);
		await lib.load(); // the same again
		await lib.want(0, 2);
		expect(shelf.did).toHaveLength(2);
		shelf.now = gridOf('a', 'b', 'd');
		await lib.load();
		await lib.want(0, 2);
		expect(shelf.did.at(-1)).toBe('rows id-a,id-b,id-d');
	});

	it('sorts by a column, and the other way round by the same again', async () => {
		const { lib } = await opened();
		lib.sortBy('bytes');
		expect(lib.sort).toBe('bytes');
		lib.sortBy('bytes');
		expect(lib.sort).toBe('-bytes');
		expect(lib.order).toEqual({ by: 'bytes', turned: true });
		lib.sortBy('name');
		expect(lib.sort).toBe('name');
		expect([sortOf('-uses'), sortOf('by moonlight'), sortOf(null)]).toEqual(['-uses', 'added', 'added']);
	});

	it('shows what it showed last while it reads again', async () => {
		const { shelf } = await opened();
		shelf.held = true;
		const again = new Library(shelf, 'w');
		void again.load();
		expect(again.loaded).toBe(true);
		expect(again.grid.ids).toEqual(shelf.now.ids);
		const elsewhere = new Library(shelf, 'another');
		void elsewhere.load();
		expect(elsewhere.loaded).toBe(false);
	});
});
