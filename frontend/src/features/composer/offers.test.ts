import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { api } from '$lib/backend';
import { Offers, type Sources } from './offers.svelte';
import { plainIn } from './suggest';

let answers: { prefix: string; answer: (m: api.Mention[]) => void; fail: () => void }[] = [];
const sources: Sources = {
	used: (sign) => (sign === '@' ? ['@printroom', '@prints'] : ['#prints']),
	people: () => [{ mark: 'anna', name: 'Anna Priebe', handles: [] }],
	own: () => [{ id: 'c', handle: 'pristine@here.example', name: 'Pristine', local: false } as api.Channel],
	askable: () => ['c'],
	search: (prefix) =>
		new Promise((answer, fail) => answers.push({ prefix, answer, fail: () => fail(new Error('offline')) })),
};

beforeEach(() => {
	vi.useFakeTimers();
	answers = [];
});
afterEach(() => vi.useRealTimers());

const words = (offers: Offers) => offers.list.filter((o) => !o.ask).map((o) => o.word);

describe('what is offered while a name is typed', () => {
	it('shows what is known at once, and the servers answers when they come', async () => {
		const offers = new Offers(sources);
		offers.look('@pri');
		expect(words(offers)).toEqual(['@anna', '@printroom', '@prints', '@pristine@here.example']);
		expect(offers.list.at(-1)).toEqual({ word: '@pri', name: '', channel: '', ask: true });
		expect(answers).toHaveLength(0);
		await vi.advanceTimersByTimeAsync(300);
		expect(offers.looking).toBe(true);
		answers[0]!.answer([
			{ channel: 'c', handle: 'printroom', name: 'The print room' },
			{ channel: 'c', handle: 'priya@there.example', name: 'Priya' },
		]);
		await vi.advanceTimersByTimeAsync(0);
		expect(offers.looking).toBe(false);
		expect(words(offers)).toEqual(['@anna', '@printroom', '@prints', '@pristine@here.example', '@priya@there.example']);
		expect(offers.list[1]!.name).toBe('The print room');
		expect(offers.list.at(-1)?.ask).toBe(true);
	});

	it('drops an answer to a word that was typed on, and asks nobody about tags or one letter', async () => {
		const offers = new Offers(sources);
		offers.look('@pri');
		await vi.advanceTimersByTimeAsync(300);
		offers.look('@p');
		answers[0]!.answer([{ channel: 'c', handle: 'late', name: '' }]);
		await vi.advanceTimersByTimeAsync(300);
		expect(offers.list.map((o) => o.word)).not.toContain('@late');
		offers.look('#pri');
		await vi.advanceTimersByTimeAsync(300);
		expect(answers).toHaveLength(1);
		expect(offers.list.map((o) => o.word)).toEqual(['#prints']);
	});

	it('keeps what is known when no server answers', async () => {
		const offers = new Offers(sources);
		offers.look('@pri');
		await vi.advanceTimersByTimeAsync(300);
		answers[0]!.fail();
		await vi.advanceTimersByTimeAsync(0);
		expect(words(offers)).toHaveLength(4);
		expect(offers.looking).toBe(false);
	});
});

describe('people who are plain text somewhere', () => {
	const anna = { mark: 'anna', name: 'Anna', handles: [{ network: 'a', handle: 'anna@there.example' }] };
	const known = (word: string) => (word.toLowerCase() === '@anna' ? anna : undefined);
	const a = { id: 'a', name: 'Alpha' };
	const b = { id: 'b', name: 'Beta' };

	it('are named once, with the networks that have no handle of theirs', () => {
		expect(plainIn(['@anna', '@bo', '@anna'], known, [a, b, b])).toEqual([{ word: '@anna', networks: ['Beta'] }]);
		expect(plainIn(['@anna', '@bo'], known, [a])).toEqual([]);
		expect(plainIn([], known, [a, b])).toEqual([]);
	});
});
