import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { api } from '$lib/backend';
import { request } from './choice';
import type { Times } from './types';
import { addDays, offsetText, place, wallAt, weekday } from './walls';
import { WhenState } from './when.svelte';

const now = Date.UTC(2026, 5, 10, 12, 20); // Wednesday 14:20 in Oslo
const utc = (wall: string) => Date.parse(`${wall}:00Z`);

/** Answers as a backend in Oslo would, two hours from UTC. */
function fake(over: Partial<Times> = {}): Times {
	const when = (wall: string, zone: string, more: Partial<api.When> = {}) =>
		({ atMs: utc(wall) - 7_200_000, wall, zone, rule: 'exact', otherMs: 0, shiftMs: 0, ...more }) as api.When;
	return {
		ParseWhen: async (text, _locale, zone) =>
			(text === 'fri 7:30'
				? { when: when('2026-06-12T07:30', zone), guessed: false, counted: false, language: 'en', problem: '' }
				: {
						when: when('2026-06-12T07:30', zone),
						guessed: false,
						counted: false,
						language: '',
						problem: 'unknown',
					}) as api.ParsedTime,
		Resolve: async (wall, zone) => when(wall, zone),
		NextFree: async () =>
			[
				{ atMs: now + 3_600_000, times: [{ channel: 'a', when: when('2026-06-10T15:20', 'Europe/Oslo'), own: true }] },
			] as api.FreeSlot[],
		Zones: async () => ({ here: 'Europe/Oslo', edition: '2026a', zones: [] }) as unknown as api.ZoneList,
		Rules: async (scope) =>
			({
				zone: scope.channel ? 'America/New_York' : 'Europe/Oslo',
				late: { then: 'ask', afterMs: 900_000, giveUpMs: 0 },
			}) as api.TimeRules,
		RepeatTimes: async (r) => [when(r.first, r.zone)],
		...over,
	};
}

const who = (ids: string[]) => ({ workspace: 'w', channels: ids.map((id) => ({ id, label: id })), locale: 'en' });

async function begun(times: Times = fake(), ids = ['a', 'b']): Promise<WhenState> {
	const s = new WhenState(times, who(ids), () => now);
	await s.begin();
	return s;
}

describe('picking a time', () => {
	beforeEach(() => vi.useFakeTimers({ now }));
	afterEach(() => vi.useRealTimers());

	it('reads what is typed when the hand rests', async () => {
		const s = await begun();
		s.type('fri');
		s.type('fri 7:30');
		expect(s.wall).toBe('');
		await vi.advanceTimersByTimeAsync(200);
		expect(s.wall).toBe('2026-06-12T07:30');
		expect(s.choice()).toMatchObject({ kind: 'at', wall: '2026-06-12T07:30', dueMs: utc('2026-06-12T05:30') });
	});

	it('offers nothing while the text is no time', async () => {
		const s = await begun();
		s.type('whenever');
		await vi.advanceTimersByTimeAsync(200);
		expect(s.problem).toBe('unknown');
		expect(s.choice()).toBeUndefined();
	});

	it('drops a late answer to an older text', async () => {
		let answer: ((p: api.ParsedTime) => void) | undefined;
		const times = fake();
		const real = times.ParseWhen.bind(times);
		times.ParseWhen = (text, ...rest) =>
			text === 'slow' ? new Promise((done) => (answer = done)) : real(text, ...rest);
		const s = await begun(times);
		s.type('slow');
		await vi.advanceTimersByTimeAsync(200);
		s.type('fri 7:30');
		await vi.advanceTimersByTimeAsync(200);
		answer?.({ when: {}, problem: 'passed' } as unknown as api.ParsedTime);
		await vi.advanceTimersByTimeAsync(10);
		expect(s.problem).toBe('');
		expect(s.wall).toBe('2026-06-12T07:30');
	});

	it('keeps the clock when the zone changes', async () => {
		const s = await begun();
		s.pickDay('2026-06-12');
		s.pickTime('07:30');
		s.pickZone('America/New_York');
		await vi.advanceTimersByTimeAsync(10);
		expect(s.wall).toBe('2026-06-12T07:30');
		expect(s.choice()?.zone).toBe('America/New_York');
	});

	it('takes a free slot with each channel’s own time', async () => {
		const s = await begun();
		s.pickFree(0);
		flushSync();
		const c = s.choice();
		expect(c?.kind).toBe('slot');
		expect(request('post', [], c!).times).toHaveLength(1);
		s.pickDay('2026-06-12');
		await vi.advanceTimersByTimeAsync(10);
		expect(s.choice()?.kind).toBe('at');
	});

	it('does not offer what has passed', async () => {
		const s = await begun();
		s.pickDay('2026-06-10');
		s.pickTime('09:00');
		await vi.advanceTimersByTimeAsync(10);
		expect(s.passed).toBe(true);
		expect(s.choice()).toBeUndefined();
	});

	it('shows the zone of one channel beside the one here', async () => {
		const s = await begun(fake(), ['a']);
		expect(s.zone).toBe('America/New_York');
		expect(s.near.map((n) => n.whose)).toEqual(['here', 'channel']);
	});

	it('asks for what was chosen, and for nothing else', async () => {
		const s = await begun();
		s.pickNear('week');
		await vi.advanceTimersByTimeAsync(10);
		s.setOffset('b', 3_600_000);
		s.within = 7_200_000;
		s.late = { then: 'skip', afterMs: 0, giveUpMs: 0 } as api.LateChoice;
		const r = request('post', ['a', 'b'], s.choice()!);
		expect(r).toMatchObject({
			dueMs: utc('2026-06-15T07:00'),
			offsets: [{ channel: 'b', afterMs: 3_600_000 }],
			notAfterMs: utc('2026-06-15T09:00'),
			lateChosen: true,
			repeats: false,
		});
		s.repeatBy('week');
		await vi.advanceTimersByTimeAsync(10);
		const again = request('post', ['a'], s.choice()!);
		expect(again).toMatchObject({ dueMs: 0, repeats: true, offsets: [], notAfterMs: 0 });
		expect(again.repeat).toMatchObject({ unit: 'week', weekdays: [1], first: '2026-06-15T09:00' });
	});

	it('says what failed instead of waiting', async () => {
		const s = await begun(fake({ Zones: () => Promise.reject(new Error('gone')) }));
		expect(s.failed).toBeInstanceOf(Error);
	});
});

describe('wall times', () => {
	it('are what a zone’s clocks show', () => {
		expect(wallAt(now, 'Europe/Oslo')).toBe('2026-06-10T14:20');
		expect(wallAt(Date.UTC(2026, 0, 1), 'UTC')).toBe('2026-01-01T00:00');
		expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
		expect(weekday('2026-06-14')).toBe(7);
	});

	it('are named by place and distance', () => {
		expect(place('America/Argentina/Buenos_Aires')).toBe('Buenos Aires');
		expect([offsetText(120), offsetText(-210), offsetText(0)]).toEqual(['UTC+2', 'UTC\u22123:30', 'UTC+0']);
	});
});
