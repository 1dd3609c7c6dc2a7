import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { asking, confirm } from './confirm.svelte';
import Parts from './Parts.fixture.svelte';
import type { MenuItem } from './types';

// Nothing has a place or a size in jsdom, so what floats counts as hidden there.
const floating = { hidden: true };
const line = (menu: HTMLElement, name: string) =>
	within(menu)
		.getAllByRole('menuitem', floating)
		.find((e) => e.textContent?.includes(name));
const focused = () => document.activeElement;

// What bits-ui asks of a browser and jsdom has not.
Element.prototype.hasPointerCapture ??= () => false;
Element.prototype.setPointerCapture ??= () => {};
Element.prototype.releasePointerCapture ??= () => {};

afterEach(() => {
	cleanup();
	asking.now?.answer(false);
	asking.now = undefined;
});

describe('a menu', () => {
	function items() {
		const run = vi.fn();
		const list: MenuItem[] = [
			{ label: 'Edit', run: () => run('edit') },
			{ label: 'Share', disabled: true, run: () => run('share') },
			'separator',
			{ label: 'Remove', danger: true, run: () => run('remove') },
		];
		return { list, run };
	}

	test('opens, moves over what can be done, runs it and gives the focus back', async () => {
		const user = userEvent.setup();
		const { list, run } = items();
		render(Parts, { part: 'menu', items: list });
		const opener = screen.getByRole('button', { name: 'More' });
		opener.focus();
		await user.keyboard('{Enter}');
		const menu = await screen.findByRole('menu', floating);
		expect(opener.getAttribute('aria-expanded')).toBe('true');
		await waitFor(() => expect(focused()).toBe(line(menu, 'Edit')));
		await user.keyboard('{ArrowDown}');
		expect(focused()).toBe(line(menu, 'Remove'));
		await user.keyboard('{Enter}');
		expect(run).toHaveBeenCalledExactlyOnceWith('remove');
		await waitFor(() => expect(focused()).toBe(opener));
		await waitFor(() => expect(screen.queryByRole('menu', floating)).toBeNull());
	});

	test('closes with Esc and does nothing', async () => {
		const user = userEvent.setup();
		const { list, run } = items();
		render(Parts, { part: 'menu', items: list });
		await user.click(screen.getByRole('button', { name: 'More' }));
		await screen.findByRole('menu', floating);
		await user.keyboard('{Escape}');
		await waitFor(() => expect(screen.queryByRole('menu', floating)).toBeNull());
		expect(run).not.toHaveBeenCalled();
	});
});

describe('a dialog', () => {
	test('takes the focus to its first field, keeps it, and gives it back after Esc', async () => {
		const user = userEvent.setup();
		render(Parts, { part: 'dialog' });
		const opener = screen.getByRole('button', { name: 'Open' });
		await user.click(opener);
		const dialog = await screen.findByRole('dialog', { name: 'Rename' });
		await waitFor(() => expect(focused()).toBe(within(dialog).getByLabelText('Name')));
		await user.keyboard('{Escape}');
		await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
		await waitFor(() => expect(focused()).toBe(opener));
	});
});

describe('a question', () => {
	test('is answered by its verb or by the way out', async () => {
		const user = userEvent.setup();
		const yes = confirm({ title: 'Delete it?', action: 'Delete for good', danger: true });
		const dialog = await screen.findByRole('alertdialog', { name: 'Delete it?' });
		await user.click(within(dialog).getByRole('button', { name: 'Delete for good' }));
		await expect(yes).resolves.toBe(true);
		await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());

		const no = confirm({ title: 'Really?', action: 'Yes' });
		await screen.findByRole('alertdialog', { name: 'Really?' });
		await user.keyboard('{Escape}');
		await expect(no).resolves.toBe(false);
	});
});

describe('a combobox', () => {
	const options = [
		{ value: 'oslo', label: 'Europe/Oslo' },
		{ value: 'sofia', label: 'Europe/Sofia' },
		{ value: 'reunion', label: 'Indian/Réunion' },
	];

	test('finds without accents and case, and chooses with Enter', async () => {
		const user = userEvent.setup();
		const chosen = vi.fn();
		render(Parts, { part: 'combobox', options, onchange: chosen });
		const field = screen.getByRole<HTMLInputElement>('combobox', { name: 'Zone' });
		expect(field.value).toBe('Europe/Oslo');
		await user.click(field);
		await user.clear(field);
		await user.type(field, 'REUNION');
		const list = await screen.findByRole('listbox', floating);
		expect(
			within(list)
				.getAllByRole('option', floating)
				.map((o) => o.textContent?.trim()),
		).toEqual(['Indian/Réunion']);
		await user.keyboard('{ArrowDown}{Enter}');
		expect(chosen).toHaveBeenCalledExactlyOnceWith('reunion');
		await waitFor(() => expect(field.value).toBe('Indian/Réunion'));
	});

	test('shows what is chosen again when nothing was', async () => {
		const user = userEvent.setup();
		const chosen = vi.fn();
		render(Parts, { part: 'combobox', options, onchange: chosen });
		const field = screen.getByRole<HTMLInputElement>('combobox', { name: 'Zone' });
		await user.click(field);
		await user.clear(field);
		await user.type(field, 'nowhere');
		await screen.findByText('Nothing found');
		await user.keyboard('{Escape}');
		await waitFor(() => expect(field.value).toBe('Europe/Oslo'));
		expect(chosen).not.toHaveBeenCalled();
	});
});

describe('a marked text', () => {
	const mirror = (container: HTMLElement) => container.querySelector('.mirror')!;
	const painted = (container: HTMLElement) =>
		[...mirror(container).querySelectorAll('span')].map((s) => [s.className, s.textContent]);

	test('is painted behind the text, hidden from screen readers', async () => {
		const { container } = render(Parts, { part: 'marked', text: 'see #sun', marks: [{ from: 4, to: 8, kind: 'tag' }] });
		await tick();
		expect(painted(container)).toEqual([['mark-tag', '#sun']]);
		expect(mirror(container).getAttribute('aria-hidden')).toBe('true');
		expect(mirror(container).textContent).toBe('see #sun\u200b');
		expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Text' }).value).toBe('see #sun');
	});

	test('moves its marks while new ones are on their way', async () => {
		const user = userEvent.setup();
		const { container } = render(Parts, { part: 'marked', text: 'see #sun', marks: [{ from: 4, to: 8, kind: 'tag' }] });
		const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Text' });
		await user.click(field);
		field.setSelectionRange(0, 0);
		await user.keyboard('I ');
		await tick();
		expect(field.value).toBe('I see #sun');
		expect(painted(container)).toEqual([['mark-tag', '#sun']]);
	});

	test('takes no new marks while an input method is at work', async () => {
		const { container, rerender } = render(Parts, { part: 'marked', text: 'see #sun', marks: [] });
		const field = screen.getByRole('textbox', { name: 'Text' });
		await fireEvent.compositionStart(field);
		await rerender({ marks: [{ from: 0, to: 3, kind: 'over' }] });
		expect(painted(container)).toEqual([]);
		await fireEvent.compositionEnd(field);
		await tick();
		expect(painted(container)).toEqual([['mark-over', 'see']]);
	});
});
