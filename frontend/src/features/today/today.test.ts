import { describe, expect, it, vi } from 'vitest';
import type { api } from '$lib/backend';
import { Today, type TodayCalls } from './today.svelte';

function row(id: string, state: string, atMs: number, over: Partial<api.Delivery> = {}): api.QueueRow {
	const d = {
		id: `${id}0`,
		state,
		standing: state,
		holdReason: '',
		dueMs: atMs,
		publishedMs: state === 'published' ? atMs : 0,
		...over,
	};
	return { id, post: id, title: id, state, dueMs: atMs, deliveries: [d] } as unknown as api.QueueRow;
}

const noon = (ahead: number) => {
	const d = new Date();
	return new Date(d.getFullYear(), d.getMonth(), d.getDate() + ahead, 12).getTime();
};

async function todayOf(rows: api.QueueRow[], past: api.QueueRow[], drafts: string[]): Promise<Today> {
	const calls: TodayCalls = {
		Board: () => Promise.resolve({ rows, causes: [], more: false } as unknown as api.Board),
		History: () => Promise.resolve({ rows: past, next: '' } as unknown as api.HistoryPage),
		Drafts: () => Promise.resolve({ posts: drafts.map((id) => ({ id })), next: '' } as unknown as api.PostPage),
	};
	const t = new Today(() => 'w', calls);
	await vi.waitFor(() => expect(t.first).toBe(false));
	return t;
}

describe('today', () => {
	it('lists what is out and what goes out, in order, and each post once', async () => {
		const t = await todayOf(
			[row('later', 'scheduled', noon(0) + 60_000), row('both', 'scheduled', noon(0) + 1)],
			[row('out', 'published', noon(0)), row('both', 'published', noon(0))],
			[],
		);
		expect(t.today.map((r) => r.id)).toEqual(['out', 'both', 'later']);
		t.stop();
	});

	it('keeps what needs a person out of the plan of the day', async () => {
		const t = await todayOf(
			[
				row('bad', 'needs_you', noon(0)),
				row('late', 'held', noon(0), { holdReason: 'late_ask' }),
				row('ok', 'scheduled', noon(0)),
			],
			[],
			[],
		);
		expect(t.needs.map((r) => r.id)).toEqual(['bad', 'late']);
		expect(t.today.map((r) => r.id)).toEqual(['ok']);
		t.stop();
	});

	it('shows seven days from today with their gaps', async () => {
		const t = await todayOf([row('a', 'scheduled', noon(2)), row('far', 'scheduled', noon(9))], [], []);
		expect(t.week.map((d) => d.rows.length)).toEqual([0, 0, 1, 0, 0, 0, 0]);
		expect(t.next?.id).toBe('a');
		t.stop();
	});

	it('is empty only where nothing was ever written', async () => {
		const nothing = await todayOf([], [], []);
		const draft = await todayOf([], [], ['d']);
		expect([nothing.empty, draft.empty]).toEqual([true, false]);
		nothing.stop();
		draft.stop();
	});
});
