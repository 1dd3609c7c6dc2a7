import type { Component } from 'svelte';
import { expect, test, vi } from 'vitest';
import { Later, loadLater } from './later.svelte';

const Part = (() => ({})) as unknown as Component;

test('a part is loaded once, when it is wanted', async () => {
	const load = vi.fn(() => Promise.resolve({ default: Part }));
	const later = new Later(load);
	expect(later.part(false)).toBeUndefined();
	expect(load).not.toHaveBeenCalled();
	expect(later.part(true)).toBeUndefined();
	later.part(true);
	await later.need();
	expect(later.part(true)).toBe(Part);
	expect(load).toHaveBeenCalledTimes(1);
});

test('a part that did not come is asked for again, and keeps no other from coming', async () => {
	const broken = vi.fn(() => Promise.resolve({ default: Part })).mockRejectedValueOnce(new Error('the server is gone'));
	const first = new Later(broken);
	const second = new Later(() => Promise.resolve({ default: Part }));
	await loadLater();
	expect(first.part(false)).toBeUndefined();
	expect(second.part(false)).toBe(Part);
	await loadLater();
	expect(first.part(false)).toBe(Part);
	expect(broken).toHaveBeenCalledTimes(2);
});
