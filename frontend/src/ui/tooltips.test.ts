import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Tooltips } from './tooltips.svelte';

let tips: Tooltips;
let stop: () => void;

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
	document.body.innerHTML = `
		<button id="one" data-tip="First" data-tip-keys="$mod+1"><svg id="inside"></svg></button>
		<button id="two" data-tip="Second" data-tip-side="right"></button>
		<p id="plain"></p>`;
	tips = new Tooltips();
	stop = tips.listen();
});

afterEach(() => {
	stop();
	vi.useRealTimers();
	document.body.innerHTML = '';
});

const at = (id: string) => document.getElementById(id)!;
// jsdom knows no PointerEvent
const pointer = (name: string, id: string, pointerType = 'mouse') =>
	at(id).dispatchEvent(
		Object.assign(new MouseEvent(name, { bubbles: true, relatedTarget: document.body }), { pointerType }),
	);
const over = (id: string, pointerType?: string) => pointer('pointerover', id, pointerType);

it('shows the words of what the pointer rests on, after a moment', () => {
	over('inside');
	vi.advanceTimersByTime(399);
	expect(tips.shown).toBeUndefined();
	vi.advanceTimersByTime(1);
	expect(tips.shown).toMatchObject({ control: at('one'), text: 'First', keys: '$mod+1', side: 'bottom' });
	over('plain');
	expect(tips.shown).toBeUndefined();
});

it('shows the next one at once, and waits again after a while', () => {
	over('one');
	vi.advanceTimersByTime(400);
	over('two');
	expect(tips.shown).toMatchObject({ text: 'Second', side: 'right' });
	over('plain');
	vi.advanceTimersByTime(299);
	over('one');
	expect(tips.shown?.text).toBe('First');
	over('plain');
	vi.advanceTimersByTime(300);
	over('two');
	expect(tips.shown).toBeUndefined();
});

it('goes with a press, Esc, or its control, and never comes by a finger', () => {
	over('one');
	pointer('pointerdown', 'one');
	vi.advanceTimersByTime(1000);
	expect(tips.shown).toBeUndefined();
	over('two');
	vi.advanceTimersByTime(400);
	at('plain').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
	expect(tips.shown).toBeUndefined();
	over('one');
	expect(tips.shown?.text).toBe('First');
	at('one').dataset['tip'] = 'Changed';
	tips.refresh();
	expect(tips.shown?.text).toBe('Changed');
	at('one').remove();
	tips.refresh();
	expect(tips.shown).toBeUndefined();
	vi.advanceTimersByTime(1000);
	over('two', 'touch');
	vi.advanceTimersByTime(400);
	expect(tips.shown).toBeUndefined();
});
