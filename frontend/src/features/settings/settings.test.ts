import { describe, expect, it } from 'vitest';
import type { Command } from '$lib/commands.svelte';
import { BackendError } from '$lib/backend';
import { sayUnusable, toolReasons } from './ffmpeg';
import { rows, sections, type Row } from './rows';
import { sectionOf, SettingsPage } from './settings.svelte';
import { allowed, keysOf, owner } from './shortcuts';

const list: Row[] = [
	{ id: 'a', section: 'general', label: () => 'Språk', text: () => 'The language' },
	{ id: 'b', section: 'data', label: () => 'Backup', text: () => 'Everything in one file' },
	{ id: 'c', section: 'data', label: () => 'Hidden', text: () => '', when: () => false },
];

describe('the settings', () => {
	it('are found in any section, without accents and with words in any order', () => {
		const page = new SettingsPage({ change: () => Promise.resolve() }, list);
		expect(page.sectionsFor('general')).toEqual(['general']);
		page.find = 'file backup';
		expect(page.sectionsFor('general')).toEqual(['data']);
		page.find = 'sprak';
		expect(page.shown.map((r) => r.id)).toEqual(['a']);
		page.find = 'hidden';
		expect(page.shown).toEqual([]);
	});

	it('say at the row why it could not be kept, until it can', async () => {
		let full = true;
		const page = new SettingsPage(
			{
				change: () =>
					full ? Promise.reject(new BackendError({ code: 'disk_full', message: 'Full.' })) : Promise.resolve(),
			},
			list,
		);
		await page.change('a', {});
		expect(page.problems['a']).toContain('Full.');
		full = false;
		await page.change('a', {});
		expect(page.problems).toEqual({});
	});

	it('have no two rows of one id, and each section has a row', () => {
		expect(new Set(rows.map((r) => r.id)).size).toBe(rows.length);
		for (const s of sections) expect(rows.some((r) => r.section === s)).toBe(true);
		expect(sectionOf('data')).toBe('data');
		expect(sectionOf('nonsense')).toBe('general');
	});
});

describe('the video tool', () => {
	it('says why a program is not used, each reason in words of its own', () => {
		const said = toolReasons.map((why) => sayUnusable('/x', why));
		expect(new Set(said).size).toBe(6);
		expect(sayUnusable('/x/y', 'gone')).toContain('/x/y');
		expect(sayUnusable('/x', 'something new')).toBe(sayUnusable('/x', 'not_ffmpeg'));
	});
});

const press = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key, ...more });

describe('a shortcut', () => {
	it('is written as the registry writes it, whatever the layout', () => {
		expect(keysOf(press('k', { ctrlKey: true }), false)).toBe('$mod+k');
		expect(keysOf(press('H', { ctrlKey: true, shiftKey: true, code: 'KeyH' }), false)).toBe('$mod+Shift+h');
		expect(keysOf(press('к', { ctrlKey: true, code: 'KeyK' }), false)).toBe('$mod+k');
		expect(keysOf(press('?', { shiftKey: true }), false)).toBe('?');
		expect(keysOf(press('k', { metaKey: true }), true)).toBe('$mod+k');
		expect(keysOf(press('Shift', { shiftKey: true }), false)).toBe('');
	});

	it('cannot be AltGr, copying or leaving a field, and belongs to one command', () => {
		expect(allowed('$mod+Alt+q')).toBe(false);
		expect(allowed('$mod+c')).toBe(false);
		expect(allowed('Tab')).toBe(false);
		expect(allowed('$mod+j')).toBe(true);
		const all = [{ id: 'a', keys: '$mod+k' }, { id: 'b' }] as Command[];
		expect(owner('$mod+k', 'b', all)?.id).toBe('a');
		expect(owner('$mod+k', 'a', all)).toBeUndefined();
	});
});
