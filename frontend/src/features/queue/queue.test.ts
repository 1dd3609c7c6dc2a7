import { describe, expect, it, vi } from 'vitest';
import type { api } from '$lib/backend';
import { Engine } from './engine.svelte';
import { Pauses } from './pauses.svelte';
import { Queue, type QueueCalls } from './queue.svelte';
import { foremost, sectionsOf } from './sections';
import { deliveryLook, lookOf, sentenceOf } from './states';
import { actionLabel, actionsOf, cardOf } from './words';

const hour = 3600_000;
const now = new Date(2026, 5, 11, 14, 0).getTime();

function delivery(over: Partial<api.Delivery> = {}): api.Delivery {
	return {
		id: 'd',
		post: 'p',
		channel: 'c',
		network: 'n',
		networkName: 'Network',
		channelName: '',
		handle: 'me',
		local: false,
		state: 'planned',
		holdReason: '',
		standing: 'scheduled',
		dueMs: now + hour,
		dueWall: '',
		dueZone: '',
		wakeMs: 0,
		remoteId: '',
		remoteUrl: '',
		publishedMs: 0,
		attempts: 0,
		errorClass: '',
		errorText: '',
		generation: 1,
		text: 'hello',
		actions: ['publish_now', 'move', 'hold', 'cancel'],
		parts: 1,
		live: 0,
		deleted: 0,
		pictures: 0,
		lookUrl: '',
		late: { then: 'ask', afterMs: 900_000 },
		deadlineMs: 0,
		repeated: false,
		createdMs: now - hour,
		updatedMs: now - hour,
		closedMs: 0,
		...over,
	} as api.Delivery;
}

function row(id: string, over: Partial<api.QueueRow> = {}, ...deliveries: Partial<api.Delivery>[]): api.QueueRow {
	const all = (deliveries.length ? deliveries : [{}]).map((d, i) => delivery({ id: `${id}${i}`, ...d }));
	return {
		id,
		post: id,
		title: id,
		text: id,
		language: '',
		picture: '',
		dueMs: all[0]!.dueMs,
		state: all[0]!.standing,
		published: 0,
		of: all.length,
		deliveries: all,
		...over,
	} as api.QueueRow;
}

const needy = { state: 'held', holdReason: 'ambiguous', standing: 'needs_you', actions: ['look', 'live', 'absent'] };
const late = { state: 'held', holdReason: 'late_ask', standing: 'held', dueMs: now - 2 * hour };

describe('sections', () => {
	it('puts what needs a person first, then what is late, then what goes out now, then the days', () => {
		const rows = [
			row('tomorrow', {}, { dueMs: now + 20 * hour }),
			row('soon', {}, { dueMs: now + hour }),
			row('going', {}, { state: 'sending', standing: 'publishing' }),
			row('late', {}, late),
			row('needy', {}, needy),
		];
		expect(sectionsOf(rows, now).map((s) => [s.key, s.rows.map((r) => r.id)])).toEqual([
			['needs', ['needy']],
			['late', ['late']],
			['now', ['going']],
			['day 0', ['soon']],
			['day 1', ['tomorrow']],
		]);
	});

	it('speaks of the delivery that the row stands for', () => {
		const r = row('r', { state: 'needs_you' }, { state: 'published', standing: 'published' }, needy);
		expect(foremost(r).holdReason).toBe('ambiguous');
	});
});

describe('words', () => {
	it('never calls an unknown outcome failed, and offers no plain retry beside it', () => {
		const d = delivery(needy);
		const words = [sentenceOf(d, { now }), deliveryLook(d).word, cardOf(d, row('r', {}, needy), { now })!.title].join(
			' ',
		);
		expect(words).not.toMatch(/fail|retry|error/i);
		expect(d.actions.map((a) => actionLabel(a, d)).join(' ')).not.toMatch(/retry|try again/i);
	});

	it('says what is safe in every card', () => {
		for (const holdReason of [
			'late_ask',
			'ambiguous',
			'partial_thread',
			'reauth',
			'media_missing',
			'clock',
			'restored_copy',
			'budget',
		]) {
			const d = delivery({ state: 'held', holdReason, standing: 'held' });
			const card = cardOf(d, row('r', {}, d), { now });
			expect(card?.title, holdReason).toBeTruthy();
			expect(card?.safe, holdReason).toBeTruthy();
		}
	});

	it('has a word for a state that only a newer program knows', () => {
		expect(lookOf('teleporting').word).toBe(lookOf('needs_you').word);
	});

	it('promises a time only while there is a connection', () => {
		const d = delivery();
		expect(sentenceOf(d, { now })).not.toBe(sentenceOf(d, { now, offline: true }));
		expect(sentenceOf(delivery({ local: true }), { now, offline: true })).toBe(
			sentenceOf(delivery({ local: true }), { now }),
		);
	});
});

function calls(over: Partial<QueueCalls> = {}): QueueCalls {
	const changed: api.ChangeResult = { done: [], refused: [], undo: 'token', graceMs: 0 } as unknown as api.ChangeResult;
	return {
		Board: () =>
			Promise.resolve({
				rows: [row('a'), row('b', {}, needy), row('c', {}, late)],
				causes: [],
				more: false,
			} as unknown as api.Board),
		History: () => Promise.resolve({ rows: [], next: '' } as unknown as api.HistoryPage),
		Show: () => Promise.reject(new Error('not asked')),
		Live: () => Promise.reject(new Error('not asked')),
		Change: vi.fn(() => Promise.resolve(changed)),
		Swap: vi.fn(() => Promise.resolve(changed)),
		Undo: vi.fn(() => Promise.resolve()),
		HoldAll: () => Promise.resolve(),
		PublishHere: () => Promise.resolve(),
		Resolve: () => Promise.reject(new Error('not asked')),
		Handed: () => Promise.resolve({ folder: '/f', address: 'file:///f', page: '', texts: ['hello'] }),
		PlanAgain: () => Promise.reject(new Error('not asked')),
		Away: () => Promise.resolve([]),
		ConfirmAway: () => Promise.resolve(changed),
		...over,
	};
}

async function queueOf(c: QueueCalls): Promise<Queue> {
	const q = new Queue(
		() => 'w',
		c,
		() => Promise.resolve([]),
	);
	await vi.waitFor(() => expect(q.first).toBe(false));
	return q;
}

describe('the queue', () => {
	it('counts and filters by tab', async () => {
		const q = await queueOf(calls());
		expect(q.needy.map((r) => r.id)).toEqual(['b']);
		expect(q.held.map((r) => r.id)).toEqual(['c']);
		q.tab = 'needs-you';
		expect(q.shown.map((r) => r.id)).toEqual(['b']);
		expect(q.row?.id).toBe('b');
		q.stop();
	});

	it('asks only what the backend allows', async () => {
		const q = await queueOf(calls());
		expect(q.allowing(q.rows, 'hold').map((d) => d.id)).toEqual(['a0', 'c0']);
		expect(q.allowing([q.needy[0]!], 'hold')).toEqual([]);
		q.stop();
	});

	it('gives what it changed a way back', async () => {
		const c = calls();
		const q = await queueOf(c);
		const o = await q.change(['a0'], 'hold');
		expect(o?.undo).toBe('token');
		await q.undo(o!.undo);
		expect(c.Undo).toHaveBeenCalledWith('token');
		q.stop();
	});

	it('keeps what failed for the screen, and what was shown', async () => {
		const q = await queueOf(calls({ Change: () => Promise.reject(new Error('no')) }));
		expect(await q.change(['a0'], 'hold')).toBeUndefined();
		expect(q.error?.message).toBe('no');
		expect(q.rows).toHaveLength(3);
		q.stop();
	});

	it('lets only the newest search count', async () => {
		const answers: ((p: api.HistoryPage) => void)[] = [];
		const q = await queueOf(calls({ History: () => new Promise((done) => answers.push(done)) }));
		q.tab = 'published';
		const first = q.loadPast();
		const second = q.loadPast();
		answers[1]!({ rows: [row('new')], next: '' } as unknown as api.HistoryPage);
		answers[0]!({ rows: [row('old')], next: '' } as unknown as api.HistoryPage);
		await Promise.all([first, second]);
		expect(q.shown.map((r) => r.id)).toEqual(['new']);
		q.stop();
	});

	it('moves the chosen row and stops at the ends', async () => {
		const q = await queueOf(calls());
		const all = q.shown.map((r) => r.id);
		expect(q.step(1)?.id).toBe(all[1]);
		q.step(10);
		expect(q.row?.id).toBe(all.at(-1));
		q.step(-10);
		expect(q.row?.id).toBe(all[0]);
		q.stop();
	});

	it('gives two planned neighbours each other’s times, and nobody else', async () => {
		vi.useFakeTimers({ now });
		const rows = [
			row('late', {}, late),
			row('a', {}, { dueMs: now + hour }),
			row('b', {}, { dueMs: now + 2 * hour }, { state: 'published', standing: 'published' }),
			row('weekly', {}, { dueMs: now + 3 * hour, repeated: true }),
		];
		const c = calls({ Board: () => Promise.resolve({ rows, causes: [], more: false } as unknown as api.Board) });
		const q = await queueOf(c);
		q.selected = 'a';
		expect(q.neighbour(-1)).toBeUndefined(); // what is late has no time to give
		const other = q.neighbour(1)!;
		expect(other.id).toBe('b');
		expect((await q.swap(q.row!, other))?.undo).toBe('token');
		expect(c.Swap).toHaveBeenCalledWith({ first: ['a0'], second: ['b0'] });
		q.selected = 'b';
		expect(q.neighbour(1)).toBeUndefined(); // a turn of a repeated post follows its rule
		q.stop();
		vi.useRealTimers();
	});
});

describe('pauses', () => {
	it('are shown until they end, each on the pages of its channels', async () => {
		vi.useFakeTimers({ now });
		const pause = (over: Partial<api.Pause>): api.Pause => ({
			reason: 'server',
			host: 'a.example',
			network: 'Network',
			channels: [{ id: 'a', name: 'A' }],
			untilMs: now + hour,
			waiting: 1,
			...over,
		});
		const soon = pause({ reason: 'limit', untilMs: now + 30_000, channels: [{ id: 'b', name: 'B' }] });
		const pauses = new Pauses(() => 'w', { Pauses: () => Promise.resolve([soon, pause({})]) });
		await vi.waitFor(() => expect(pauses.all).toHaveLength(2));
		expect(pauses.of('b')).toEqual([soon]);
		vi.advanceTimersByTime(40_000);
		expect(pauses.all.map((p) => p.reason)).toEqual(['server']);
		expect(pauses.of('b')).toEqual([]);
		pauses.stop();
		vi.useRealTimers();
	});
});

describe('off line', () => {
	it('makes one reminder of all that needs the network, and leaves the rest', () => {
		const held = delivery({ actions: ['look', 'live', 'absent', 'check', 'put_away'] });
		expect(actionsOf(held, false, true)).toEqual(held.actions);
		expect(actionsOf(held, true, false)).toEqual(['remind', 'live', 'absent', 'put_away']);
		expect(actionsOf(held, true, true)).toEqual(['unremind', 'live', 'absent', 'put_away']);
		expect(actionsOf(delivery({ ...held, local: true }), true, false)).toEqual(held.actions);
		expect(actionsOf(delivery({ actions: ['edit', 'move'] }), true, false)).toEqual(['edit', 'move']);
	});

	it('keeps reminders with the backend', async () => {
		let reminders = ['a'];
		const engine = new Engine(() => 'w', {
			Engine: () => Promise.resolve({ reminders } as unknown as api.Engine),
			Remind: ({ post, on }) => {
				reminders = on ? [...reminders, post] : reminders.filter((p) => p !== post);
				return Promise.resolve();
			},
		});
		await vi.waitFor(() => expect(engine.reminds('a')).toBe(true));
		await engine.remind('p', true);
		expect([engine.reminds('p'), engine.reminds('a')]).toEqual([true, true]);
		await engine.remind('p', false);
		expect(engine.reminds('p')).toBe(false);
		engine.stop();
	});
});
