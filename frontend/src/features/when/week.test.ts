import { describe, expect, it } from 'vitest';
import type { api } from '$lib/backend';
import { Week, type Weeks } from './week.svelte';

/** A backend with one set, that can be told to refuse. */
class Fake implements Weeks {
	sets: api.SlotSet[] = [
		{
			id: '1',
			channel: 'c',
			name: 'Times',
			zone: 'Europe/Oslo',
			spreadMs: 0,
			paused: false,
			slots: [{ weekday: 1, minute: 540 }],
		} as unknown as api.SlotSet,
	];
	refuse = false;

	Sets = async () => structuredClone(this.sets);
	SaveSet = async (set: api.SlotSet) => {
		if (this.refuse) throw new Error('the disk is full');
		const saved = { ...structuredClone(set), id: set.id || String(this.sets.length + 1) } as api.SlotSet;
		this.sets = [...this.sets.filter((s) => s.id !== saved.id), saved].sort((a, b) => a.id.localeCompare(b.id));
		return saved;
	};
	RemoveSet = async (id: string) => {
		this.sets = this.sets.filter((s) => s.id !== id);
	};
	CopySets = async () => [];
	Preview = async () => [];
	Zones = async () => ({ here: 'Europe/Oslo', edition: '', zones: [] }) as unknown as api.ZoneList;
	Rules = async () => ({ zone: 'Europe/Oslo' }) as api.TimeRules;
}

async function week(): Promise<[Week, Fake]> {
	const fake = new Fake();
	const w = new Week(fake, 'c');
	await w.load();
	return [w, fake];
}

describe('a week of posting times', () => {
	it('takes a time for several days, each once', async () => {
		const [w, fake] = await week();
		await w.add([1, 2, 3], 540);
		expect(fake.sets[0]?.slots).toHaveLength(3);
		expect(w.of(2)).toEqual([540]);
	});

	it('puts back what was removed', async () => {
		const [w, fake] = await week();
		const before = w.set!;
		await w.remove(1, 540);
		expect(fake.sets[0]?.slots).toHaveLength(0);
		await w.restore(before);
		expect(w.of(1)).toEqual([540]);
	});

	it('shows what is kept, also when a change was refused', async () => {
		const [w, fake] = await week();
		fake.refuse = true;
		expect(await w.move({ weekday: 1, minute: 540 }, { weekday: 5, minute: 600 })).toBe(false);
		expect(w.of(1)).toEqual([540]);
		expect(w.unsaved).toBeInstanceOf(Error);
	});

	it('moves a time onto another without doubling it', async () => {
		const [w] = await week();
		await w.add([2], 600);
		await w.move({ weekday: 1, minute: 540 }, { weekday: 2, minute: 600 });
		expect(w.set?.slots).toEqual([{ weekday: 2, minute: 600 }]);
	});

	it('brings a removed set back', async () => {
		const [w] = await week();
		await w.begin('Lunch', []);
		expect(w.set?.name).toBe('Lunch');
		const undo = await w.removeSet();
		expect(w.sets).toHaveLength(1);
		await undo?.();
		expect(w.sets?.map((s) => s.name)).toContain('Lunch');
	});
});
