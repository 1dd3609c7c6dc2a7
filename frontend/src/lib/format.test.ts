import { afterEach, describe, expect, it, vi } from 'vitest';
import { clock } from './clock.svelte';
import { bytes, daysAhead, list, localeTag, moment, nearDay, number, relative, time } from './format';
import { locale } from './locale.svelte';

const at = (text: string) => new Date(text).getTime(); // local time
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

afterEach(async () => {
	clock.cycle = undefined;
	vi.unstubAllGlobals();
	await locale.use('en');
});

function system(...languages: string[]) {
	vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages);
}

describe('format', () => {
	it('writes hours as the region does, and as the person chose', () => {
		system('en-US');
		expect(plain(time(at('2026-06-12T07:05')))).toBe('7:05 AM');
		system('en-GB');
		expect(time(at('2026-06-12T07:05'))).toBe('07:05');
		clock.cycle = 'h12';
		expect(plain(time(at('2026-06-12T19:05'))).toLowerCase()).toBe('7:05 pm');
		clock.cycle = 'h23';
		system('en-US');
		expect(time(at('2026-06-12T19:05'))).toBe('19:05');
	});

	it('takes a region only from the language on screen', async () => {
		system('en-US', 'nb-NO');
		await locale.use('da');
		expect(localeTag()).toBe('da-DK');
	});

	it('names the days around now and dates the others', () => {
		system('en-GB');
		const now = at('2026-06-11T23:50');
		expect(moment(at('2026-06-11T23:55'), now)).toBe('today 23:55');
		expect(moment(at('2026-06-12T00:10'), now)).toBe('tomorrow 00:10');
		expect(nearDay(at('2026-06-10T00:00'), now)).toBe('yesterday');
		expect(moment(at('2026-06-19T17:00'), now)).toBe('Fri 19 June 17:00');
	});

	it('counts days by the calendar, also over a change of the clock', () => {
		expect(daysAhead(at('2026-03-30T00:30'), at('2026-03-28T23:30'))).toBe(2);
	});

	it('writes sizes, numbers and lists in the language', async () => {
		system('fr-FR');
		await locale.use('fr');
		expect(plain(number(1888))).toBe('1 888');
		expect(plain(bytes(48_200_000))).toBe('48 Mo');
		expect(list(['a', 'b', 'c'])).toBe('a, b et c');
	});

	it('says how long it is', () => {
		system('en-GB');
		expect(relative(5_400_000 * 2, 0)).toBe('in 3 hours');
		expect(relative(0, 59_000)).toBe('59 seconds ago');
		expect(relative(86_400_000, 0)).toBe('tomorrow');
	});
});
