import { beforeEach, describe, expect, it } from 'vitest';
import { commands } from '$lib/commands.svelte';
import { folded, PaletteState, score, type Entry, type Sources } from './palette.svelte';

const entry = (id: string): Entry => ({ id, label: id, run: () => {} });

class SlowSources implements Sources {
	waiting: { query: string; answer: (list: Entry[]) => void }[] = [];
	posts = (query: string) => new Promise<Entry[]>((answer) => this.waiting.push({ query, answer }));
	pictures = () => Promise.resolve<Entry[]>([]);
}

const settled = () => new Promise((r) => setTimeout(r));

beforeEach(() => localStorage.clear());

describe('the palette', () => {
	it('finds without accents and by the beginnings of words', () => {
		expect(folded('Réglages')).toBe('reglages');
		expect(score('Hold everything', 'hold')).toBeGreaterThan(score('Household', 'hold'));
		expect(score('Hold everything', 'every ho')).toBeGreaterThan(0);
		expect(score('Hold everything', 'publish')).toBe(0);
	});

	it('lists what concerns the selection first, and finds a command by its English name too', () => {
		const end = commands.add([
			{ id: 'a', group: 'app', label: () => 'Alles anhalten', english: 'Hold everything', run: () => {} },
			{ id: 'b', group: 'list', label: () => 'Diesen halten', english: 'Hold this', selection: true, run: () => {} },
			{ id: 'c', group: 'list', label: () => 'Not now', when: () => false, run: () => {} },
		]);
		const p = new PaletteState(() => [], new SlowSources());
		p.query = 'hold';
		expect(p.groups.flatMap((g) => g.entries.map((e) => e.id))).toEqual(['b', 'a']);
		end();
	});

	it('remembers what was done, for the next time', () => {
		const end = commands.add([
			{ id: 'x', group: 'app', label: () => 'X', run: () => {} },
			{ id: 'y', group: 'app', label: () => 'Y', run: () => {} },
		]);
		const p = new PaletteState(() => [], new SlowSources());
		p.run(p.groups.flatMap((g) => g.entries).find((e) => e.id === 'y')!);
		const again = new PaletteState(() => [], new SlowSources());
		expect(again.groups[0]).toMatchObject({ id: 'recent', entries: [{ id: 'y' }] });
		end();
	});

	it('drops an answer to an older question', async () => {
		const sources = new SlowSources();
		const p = new PaletteState(() => [], sources);
		p.query = 'har';
		p.query = 'harbour';
		sources.waiting[1]!.answer([entry('new')]);
		await settled();
		sources.waiting[0]!.answer([entry('old')]);
		await settled();
		expect(p.groups.flatMap((g) => g.entries.map((e) => e.id))).toEqual(['new']);
	});
});
