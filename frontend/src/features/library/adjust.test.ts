import { expect, test, vi } from 'vitest';
import type { api } from '$lib/backend';
import {
	Adjusting,
	Follower,
	mirrored,
	nothing,
	sameLook,
	turned,
	type Adjustment,
	type Darkroom,
} from './adjust.svelte';

const like = (a: Partial<Adjustment>): Adjustment => ({ ...nothing, ...a });

function darkroom(looks: Partial<Record<string, Partial<Adjustment>>> = {}) {
	const asked: unknown[] = [];
	const list = Object.entries(looks).map(([name, a]) => ({ id: name, name, adjust: like(a!) }) as api.NamedLook);
	const room: Darkroom = {
		adjust: (r) => (asked.push(r), Promise.resolve({ before: [], left: 0 } as unknown as api.AdjustedAssets)),
		wear: () => Promise.reject(new Error('not asked for')),
		readjust: () => Promise.resolve(),
		looks: () => Promise.resolve([...list]),
		saveLook: (r) => {
			const l = { id: r.name, name: r.name, adjust: r.adjust } as api.NamedLook;
			list.push(l);
			return Promise.resolve(l);
		},
		renameLook: () => Promise.reject(new Error('not asked for')),
		removeLook: (id) => {
			list.splice(
				list.findIndex((l) => l.id === id),
				1,
			);
			return Promise.resolve();
		},
	};
	return { room, asked };
}

test('four turns the same way are none, also of a mirrored picture', () => {
	for (const a of [nothing, like({ flipH: true }), like({ flipH: true, flipV: true, turn: 3 })]) {
		expect([1, 2, 3, 4].reduce((b) => turned(b, true), a)).toEqual(a);
		expect(turned(turned(a, true), false)).toEqual(a);
	}
	// It is turned before it is mirrored, so what is seen to go clockwise goes the other way there.
	expect(turned(like({ flipV: true }), true).turn).toBe(3);
});

test('what leans to one side leans to the other in a mirror', () => {
	expect(mirrored(like({ straighten: 2 }), 'flipH')).toEqual(like({ straighten: -2, flipH: true }));
	expect(Object.is(mirrored(nothing, 'flipV').straighten, -0)).toBe(false);
});

test('one picture keeps all that was chosen, and several share their tones alone', async () => {
	const { room, asked } = darkroom();
	const one = new Adjusting(room, 'w', ['a'], like({ turn: 1 }));
	expect(one.changed).toBe(false);
	one.set('exposure', 9);
	expect(one.value.exposure).toBe(3);
	one.set('warmth', Number.NaN);
	expect(one.value.warmth).toBe(0);
	one.before = true;
	expect(one.drawn).toEqual(like({ turn: 1 }));
	await one.apply();
	one.reset();
	expect(one.value).toEqual(nothing);

	const many = new Adjusting(room, 'w', ['a', 'b'], like({ turn: 1, contrast: 5 }));
	expect(many.changed).toBe(true); // the other one may look another way
	many.reset();
	expect(many.value).toEqual(like({ turn: 1 }));
	await many.apply();
	expect(asked).toEqual([
		{ ids: ['a'], adjust: like({ turn: 1, exposure: 3 }), tones: false },
		{ ids: ['a', 'b'], adjust: like({ turn: 1 }), tones: true },
	]);
});

test('a look is worn with the turns of the picture, and known again by its tones', async () => {
	const { room } = darkroom({ Sepia: { warmth: 40 } });
	const a = new Adjusting(room, 'w', ['a'], like({ turn: 2, exposure: 1 }));
	await a.load();
	expect(a.look).toBe('');
	a.wear(a.looks[0]!);
	expect(a.value).toEqual(like({ turn: 2, warmth: 40 }));
	expect(a.look).toBe('Sepia');
	a.mono(true);
	await a.save('Graphite');
	expect(a.look).toBe('Graphite');
	const back = await a.remove(a.looks.find((l) => l.id === 'Sepia')!);
	expect(a.looks.map((l) => l.name)).toEqual(['Graphite']);
	await back?.();
	expect(a.looks.map((l) => l.name)).toEqual(['Graphite', 'Sepia']);
	expect(sameLook(like(a.looks[1]!.adjust), like({ warmth: 40 }))).toBe(true);
});

test('what cannot be kept is said, and nothing is lost', async () => {
	const { room } = darkroom();
	room.adjust = () => Promise.reject(new Error('no'));
	const a = new Adjusting(room, 'w', ['a'], nothing);
	a.mono(true);
	expect(await a.apply()).toBeUndefined();
	expect([a.busy, a.error !== undefined, a.value.mono]).toEqual([false, true, true]);
});

test('of the pictures that come while one is made, only the last is asked for', async () => {
	const waiting = new Map<string, { done: () => void; fail: (e: Error) => void }>();
	const load = vi.fn((address: string) => new Promise<void>((done, fail) => waiting.set(address, { done, fail })));
	const f = new Follower(load);
	const all = f.follow('a');
	void f.follow('b');
	void f.follow('c');
	expect([f.src, f.waiting]).toEqual(['', true]);
	waiting.get('a')!.done();
	await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2));
	expect(f.src).toBe('a');
	waiting.get('c')!.fail(new Error('no'));
	await all;
	expect([f.src, f.failed, f.waiting]).toEqual(['a', true, false]);
	// Back to what is shown: nothing is wrong with that one.
	const again = f.follow('a');
	waiting.get('a')!.done();
	await vi.waitFor(() => expect(f.failed).toBe(false));
	await again;
	expect(load.mock.calls.map(([address]) => address)).toEqual(['a', 'c', 'a']);
});
