import { expect, test, type App } from './fixtures';

/** The time of day in Oslo so many minutes from now: what depends on it must not depend on when it runs. */
const inOslo = (minutes: number) =>
	new Intl.DateTimeFormat('en-GB', {
		timeZone: 'Europe/Oslo',
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
	}).format(Date.now() + minutes * 60_000);

/** A draft for two channels with posting times half an hour apart, open in the composer with the picker. */
async function picking(app: App): Promise<string> {
	await app.program.practice('me');
	await app.program.cli('slot', 'set', 'practice', `daily,${inOslo(120)}`, '--zone', 'Europe/Oslo');
	await app.program.cli('slot', 'set', 'feed', `daily,${inOslo(150)}`, '--zone', 'Europe/Oslo');
	const { id } = await app.program.post('The harbour series is finished.', ['practice', 'feed']);
	await app.open(`#/posts/${id}`);
	await app.page.getByRole('button', { name: 'Pick a time' }).click();
	await expect(app.page.getByRole('dialog', { name: 'When it goes out' })).toBeVisible();
	return id;
}

const due = async (app: App) =>
	(await app.program.cli<{ due: string }[]>('queue', 'list')).map((d) => d.due.slice(0, 16)).sort();

test('a time is typed, in any of the six languages, with the keyboard alone @themes', async ({ app }) => {
	await picking(app);
	const dialog = app.page.getByRole('dialog', { name: 'When it goes out' });
	const field = dialog.getByRole('textbox', { name: 'Type a time' });
	await expect(field).toBeFocused();
	await field.fill('whenever');
	await expect(dialog.getByText('That is no time yet.')).toBeVisible();
	await app.axe('[role="dialog"]');
	for (const text of [
		'2031-06-12 7:30',
		'12. juni 2031 kl. 7.30',
		'12 juin 2031 à 7h30',
		'12 юни 2031 7:30',
		'2031年6月12日 7点半',
	]) {
		await field.fill('');
		await field.fill(text);
		await expect(dialog.getByText(/^Goes out .*June.* 2031/)).toContainText('07:30');
	}
	await app.axe('[role="dialog"]');
	await app.shot('when-typed');
	await app.keys('Enter');
	await expect(dialog).toBeHidden();
	await expect(app.page.getByRole('button', { name: /2031/ })).toBeVisible();
});

test('an hour that the clocks skip or repeat says what happens', async ({ app }) => {
	await picking(app);
	const dialog = app.page.getByRole('dialog', { name: 'When it goes out' });
	const field = dialog.getByRole('textbox', { name: 'Type a time' });
	await field.fill('2031-03-30 02:30');
	await expect(dialog.getByText('The clocks in Oslo skip this time.')).toContainText('1 hour later');
	await expect(dialog.getByText(/^Goes out/)).toContainText('03:30');
	await field.fill('2031-10-26 02:30');
	await expect(dialog.getByText('The clocks in Oslo show this time twice that night.')).toBeVisible();
	await dialog.getByRole('radio', { name: 'The second, 1 hour later' }).click();
	await expect(dialog.getByRole('radio', { name: 'The second, 1 hour later' })).toBeChecked();
	await app.shot('when-doubled');
});

test('a post takes the next free slots of its channels, and the next post those after them', async ({ app }) => {
	await picking(app);
	const dialog = app.page.getByRole('dialog', { name: 'When it goes out' });
	const slots = dialog.getByRole('list').getByRole('button');
	await expect(slots).toHaveCount(3);
	const first = (await slots.first().textContent())?.trim() ?? '';
	await slots.first().click();
	await expect(slots.first()).toHaveAttribute('aria-pressed', 'true');
	await app.shot('when-slots');
	await dialog.getByRole('button', { name: 'Choose this time' }).click();
	await expect(dialog).toBeHidden();
	await app.page.getByRole('button', { name: 'Schedule', exact: true }).click();
	await expect.poll(async () => (await due(app)).length).toBe(2);
	const [one, two] = (await due(app)) as [string, string];
	expect(Date.parse(`${two}Z`) - Date.parse(`${one}Z`)).toBe(30 * 60_000);
	const { id } = await app.program.post('And one more.', ['practice', 'feed']);
	await app.goto(`#/posts/${id}`);
	await app.page.getByRole('button', { name: 'Pick a time' }).click();
	await expect(slots).toHaveCount(3);
	expect((await slots.first().textContent())?.trim()).not.toBe(first);
});

test('a post repeats each week, and one channel follows the other', async ({ app }) => {
	await picking(app);
	const dialog = app.page.getByRole('dialog', { name: 'When it goes out' });
	await dialog.getByRole('button', { name: 'Next week' }).click();
	await dialog.getByRole('button', { name: /^Repeat/ }).click();
	await dialog.getByRole('combobox', { name: 'Repeat' }).click();
	await app.page.getByRole('option', { name: 'By the week' }).click();
	await expect(dialog.getByText('Each week on Monday').first()).toBeVisible();
	await app.axe('[role="dialog"]');
	await app.shot('when-repeat');
	await dialog.getByRole('button', { name: 'Choose this time' }).click();
	await app.page.getByRole('button', { name: 'Schedule', exact: true }).click();
	await expect.poll(async () => (await due(app)).length).toBeGreaterThanOrEqual(16);
	const all = await due(app);
	expect(new Set(all.map((d) => new Date(`${d}Z`).getUTCDay()))).toEqual(new Set([1]));
});

test('the picker fits a small window and other languages', async ({ app }) => {
	await picking(app);
	await app.keys('Escape');
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.page.getByRole('button', { name: 'Pick a time' }).click();
	const dialog = app.page.getByRole('dialog', { name: 'When it goes out' });
	await expect(dialog.getByRole('button', { name: 'Choose this time' })).toBeInViewport();
	await app.shot('when-900');
});

test('a channel’s week is filled, changed and undone, as a grid and as a list @themes', async ({ app }) => {
	await app.open('#/today');
	const [feed] = await app.program.cli<{ id: string }[]>('channel', 'list');
	await app.goto(`#/channels/${feed!.id}`);
	await app.page.getByRole('button', { name: 'Weekdays at 09:00' }).click();
	await expect(app.page.getByText('5 times a week')).toBeVisible();
	await app.axe();
	await app.page.getByRole('button', { name: 'Add a time on Saturday' }).click();
	await app.page.getByRole('button', { name: 'Add a time', exact: true }).click();
	await expect(app.page.getByText('6 times a week')).toBeVisible();
	await app.page.getByRole('button', { name: 'Remove Monday 09:00' }).focus();
	await app.keys('Enter');
	await expect(app.page.getByText('5 times a week')).toBeVisible();
	await app.page.getByRole('button', { name: 'Undo' }).click();
	await expect(app.page.getByText('6 times a week')).toBeVisible();
	await app.shot('when-week');
	await app.page.getByRole('radio', { name: 'List' }).click();
	await app.axe();
	await app.page.getByRole('button', { name: 'Remove Saturday 09:00' }).click();
	await expect(app.page.getByText('5 times a week')).toBeVisible();
	const kept = await app.program.cli<{ slots: string[] }[]>('slot', 'list');
	expect(kept[0]?.slots).toEqual(['mon 09:00', 'tue 09:00', 'wed 09:00', 'thu 09:00', 'fri 09:00']);
});

test('a week that cannot be saved says so and shows what is kept', async ({ app }) => {
	await app.program.cli('slot', 'set', 'feed', 'mon,09:00', 'fri,09:00', '--zone', 'Europe/Oslo');
	await app.open('#/today');
	const [feed] = await app.program.cli<{ id: string }[]>('channel', 'list');
	await app.goto(`#/channels/${feed!.id}`);
	await expect(app.page.getByText('2 times a week')).toBeVisible();
	await app.failing('SlotService\\.SaveSet', 'disk_full');
	await app.page.getByRole('button', { name: 'Remove Friday 09:00' }).focus();
	await app.keys('Enter');
	await expect(app.page.getByText('This was not saved.')).toBeVisible();
	await expect(app.page.getByText('2 times a week')).toBeVisible();
});
