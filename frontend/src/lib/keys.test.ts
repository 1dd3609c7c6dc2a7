import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from './commands.svelte';
import { caps, letterOf, letters, listen } from './keys';

let done: string[];
let ends: (() => void)[];

beforeEach(() => {
	done = [];
	document.body.innerHTML = '<textarea id="text"></textarea><div role="grid" tabindex="0" id="grid"></div>';
	ends = [
		listen(),
		commands.add(
			[
				['palette', '$mod+k'],
				['hold-all', '$mod+Shift+h'],
				['hold', 'h'],
				['today', 'g t'],
				['help', '?'],
				['second', '$mod+2'],
			].map(([id, keys]) => ({ id: id!, keys: keys!, group: 'app', label: () => id!, run: () => void done.push(id!) })),
		),
	];
});

afterEach(() => {
	ends.forEach((end) => end());
	letters.on = true;
});

function press(key: string, more: KeyboardEventInit = {}, at: EventTarget = document.body) {
	at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
}

const text = () => document.getElementById('text')!;
const grid = () => document.getElementById('grid')!;

describe('keys', () => {
	it('acts on a combination, also in a field', () => {
		press('k', { ctrlKey: true }, text());
		press('H', { ctrlKey: true, shiftKey: true });
		expect(done).toEqual(['palette', 'hold-all']);
	});

	it('finds the letter by its place where the layout is not Latin', () => {
		press('к', { ctrlKey: true, code: 'KeyK' });
		expect(done).toEqual(['palette']);
	});

	it('finds digits by their place', () => {
		press('é', { ctrlKey: true, code: 'Digit2' });
		expect(done).toEqual(['second']);
	});

	it('never takes what AltGr types', () => {
		press('@', { ctrlKey: true, altKey: true, code: 'KeyQ' }, text());
		press('k', { ctrlKey: true, altKey: true });
		expect(done).toEqual([]);
	});

	it('leaves letters to fields and to places without a list', () => {
		press('h', {}, text());
		press('h');
		press('h', {}, grid());
		expect(done).toEqual(['hold']);
	});

	it('leaves letters alone when they are switched off', () => {
		letters.on = false;
		press('h', {}, grid());
		expect(done).toEqual([]);
	});

	it('acts before a widget that would take Ctrl+Enter for Enter', () => {
		const end = commands.add([
			{ id: 'go', keys: '$mod+Enter', group: 'app', label: () => 'go', run: () => void done.push('go') },
		]);
		grid().addEventListener('keydown', (e) => {
			if (e.key === 'Enter') done.push('widget');
		});
		press('Enter', { ctrlKey: true }, grid());
		press('Enter', {}, grid());
		expect(done).toEqual(['go', 'widget']);
		end();
	});

	it('leaves what is composed to the input method', () => {
		press('k', { ctrlKey: true, isComposing: true }, text());
		expect(done).toEqual([]);
	});

	it('goes to a place by two letters, one after the other', () => {
		press('g');
		press('t');
		press('t');
		expect(done).toEqual(['today']);
	});

	it('knows a sign by what is typed, not by the keys for it', () => {
		press('?', { shiftKey: true });
		expect(done).toEqual(['help']);
	});

	it('writes combinations as the system does', () => {
		expect(caps('$mod+Shift+h')).toEqual(['Ctrl', 'Shift', 'H']);
		expect(caps('g t')).toEqual(['G', 'T']);
		expect(caps('Alt+ArrowLeft')).toEqual(['Alt', '←']);
	});

	it('reads a letter whatever the case', () => {
		expect(letterOf(new KeyboardEvent('keydown', { key: 'H', shiftKey: true }))).toBe('h');
	});
});
