import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures';

test('a change of a setting holds at once, and after a restart @themes', async ({ app }) => {
	await app.open('#/settings/appearance');
	await app.page.getByRole('radio', { name: 'Compact' }).click();
	await expect(app.page.locator('html')).toHaveAttribute('data-density', 'compact');
	await app.goto('#/settings/general');
	await app.page.getByRole('combobox', { name: 'Language' }).click();
	await app.page.getByRole('option', { name: 'Dansk' }).click();
	await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('Indstillinger');
	await app.killAndRestart();
	await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('Indstillinger');
	await expect(app.page.locator('html')).toHaveAttribute('data-density', 'compact');
});

test('every section is accessible and fits @themes', async ({ app }) => {
	await app.open('#/settings/general');
	for (const section of [
		'general',
		'appearance',
		'writing',
		'publishing',
		'notifications',
		'keyboard',
		'data',
		'about',
	]) {
		await app.goto(`#/settings/${section}`);
		await app.axe();
		await app.shot(`settings-${section}`);
	}
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.goto('#/settings/data');
	await app.fits();
	await app.axe();
});

test('a setting is found by its words, in any section', async ({ app }) => {
	await app.open('#/settings/general');
	await app.keys('Control+f');
	await expect(app.page.getByRole('searchbox', { name: 'Find a setting' })).toBeFocused();
	await app.page.keyboard.type('backup');
	await expect(app.page.getByRole('button', { name: 'Back up now…' })).toBeVisible();
	await expect(app.page.getByText('First day of the week')).toBeHidden();
	await app.page.keyboard.press('Control+a');
	await app.page.keyboard.type('nothing is called like this');
	await expect(app.page.getByRole('heading', { name: 'No setting is called that' })).toBeVisible();
	await app.page.getByRole('button', { name: 'Show all settings' }).click();
	await expect(app.page.getByText('First day of the week')).toBeVisible();
});

test('a shortcut is changed by pressing other keys, and goes back', async ({ app }) => {
	await app.open('#/settings/keyboard');
	const change = app.page.getByRole('button', { name: 'Change the keys of “Find anything”' });
	await change.focus();
	await app.keys('Enter', 'Control+n');
	await expect(app.page.getByText(/is “New post” already/).first()).toBeVisible();
	await app.keys('Control+j');
	await expect(change).toContainText('J');
	await app.keys('Control+j');
	await expect(app.page.getByRole('dialog')).toBeVisible();
	await app.keys('Escape');
	await app.page.getByRole('button', { name: 'Reset “Find anything”' }).click();
	await expect(change).toContainText('K');
});

test('a backup is made, proved, and restored at the next start', async ({ app }) => {
	await app.open('#/settings/data');
	await app.page.getByRole('button', { name: 'Back up now…' }).click();
	const dialog = app.page.getByRole('dialog');
	const path = dialog.getByRole('textbox', { name: 'File' });
	const file = await path.inputValue();
	expect(file).toMatch(/postbag-.*\.tar$/);
	await dialog.getByRole('button', { name: 'Back up now…' }).click();
	await expect(app.page.getByText(/^Last backup/)).toBeVisible();

	await app.goto('#/settings/general');
	await app.page.getByRole('textbox', { name: 'Name of this workspace' }).fill('Renamed');
	await app.page.getByRole('button', { name: 'Rename' }).click();
	await expect(app.page.getByRole('button', { name: 'Workspace: Renamed' })).toBeVisible();

	await app.goto('#/settings/data');
	await app.page.getByRole('button', { name: 'Restore…' }).click();
	await dialog.getByRole('textbox', { name: 'File' }).fill(file);
	await dialog.getByRole('button', { name: 'Restore…' }).click();
	await app.page.getByRole('button', { name: 'Restore at the next start' }).click();
	await expect(app.page.getByText(/The next start of Postbag restores/)).toBeVisible();
	await app.killAndRestart();
	await expect(app.page.getByText(/^The backup of .* is restored$/)).toBeVisible();
	await expect(app.page.getByRole('button', { name: 'Workspace: My workspace' })).toBeVisible();
});

test('a setting that cannot be kept goes back and says why', async ({ app }) => {
	await app.open('#/settings/general');
	await app.failing('SettingsService.Change', 'disk_full');
	const hide = app.page.getByRole('switch', { name: 'Hide details' });
	await app.loses(() => hide.click());
	await expect(app.page.getByText(/The disk is full/)).toBeVisible();
	await expect(hide).not.toBeChecked();
});

test('the data folder is checked in words', async ({ app }) => {
	await app.open('#/settings/data');
	await app.page.getByRole('button', { name: 'Check now' }).click();
	await expect(app.page.getByText('Texts and history', { exact: true })).toBeVisible({ timeout: 30_000 });
	await expect(app.page.getByText('All right').first()).toBeVisible();
	await app.axe();
});

test('links carry the campaign tag of their workspace, and the writer sees them as they go out @themes', async ({
	app,
}) => {
	await app.open('#/settings/writing');
	const campaign = app.page.getByRole('textbox', { name: 'Campaign tag of links' });
	await campaign.fill('autumn fair');
	await campaign.press('Enter');
	const medium = app.page.getByRole('textbox', { name: 'Medium (utm_medium)' });
	await expect(medium).toHaveValue('social');
	await medium.fill('');
	await medium.blur();
	await app.axe();
	await app.shot('settings-campaign');
	await app.killAndRestart();
	await expect(campaign).toHaveValue('autumn fair');
	await expect(medium).toHaveValue('');

	const { id } = await app.program.post('Doors open: https://example.com/doors', ['feed']);
	await app.goto(`#/posts/${id}`);
	const tags = 'utm_source=feed&utm_campaign=autumn%20fair';
	await expect(app.page.locator('aside').getByText(`https://example.com/doors?${tags}`)).toBeVisible();
	await expect(app.page.getByText(/Links are shown as they go out/)).toBeVisible();
	await expect(app.page.getByRole('textbox', { name: 'Text of the post' })).toHaveValue(
		'Doors open: https://example.com/doors',
	);
	// The address of a card, which nobody can look at here.
	await app.page.getByRole('button', { name: 'Link preview' }).click();
	await app.page.getByRole('textbox', { name: 'Address' }).fill('https://nobody.invalid/');
	await app.page.getByRole('button', { name: 'Show as a card' }).click();
	await expect(app.page.getByText(`https://nobody.invalid/?${tags}`)).toBeVisible();
	await app.axe();
	await app.shot('composer-campaign');
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.goto('#/settings/writing');
	await app.fits();
	await app.shot('settings-campaign-small');
});

test('how long the same is asked about is chosen for a workspace, and whether pictures count @themes', async ({
	app,
}) => {
	await app.open('#/settings/publishing');
	const days = app.page.getByRole('combobox', { name: 'Ask before the same goes out again' });
	const pictures = app.page.getByRole('switch', { name: 'Also for the same pictures' });
	await expect(days).toHaveText('7 days');
	await expect(pictures).toBeChecked();
	await pictures.click();
	await expect(pictures).not.toBeChecked();
	await days.focus();
	await app.keys('Enter');
	await app.page.getByRole('option', { name: '30 days' }).click();
	await expect(days).toHaveText('30 days');
	await app.axe();
	await app.shot(`settings-twins-${test.info().project.name}`);
	await app.killAndRestart();
	await expect(days).toHaveText('30 days');
	await expect(pictures).not.toBeChecked();
	await days.click();
	await app.page.getByRole('option', { name: 'Never' }).click();
	await expect(pictures).toBeDisabled();
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.look({ language: 'bg' });
	await app.fits();
	await app.shot(`settings-twins-bg-${test.info().project.name}`);
});

test('a person says where ffmpeg is, and what is not ffmpeg is refused @themes', async ({ app, page }) => {
	await app.open('#/settings/general');
	await app.keys('Control+f');
	await page.keyboard.type('ffmpeg');
	const row = page.locator('#setting-ffmpeg');
	const choose = page.getByRole('button', { name: 'Choose…' });
	await expect(choose).toBeVisible();
	await expect(row.getByText(/^ffmpeg \S+ is used$/).or(row.getByText(/There is no ffmpeg/))).toBeVisible();
	await choose.focus();
	await app.keys('Enter');
	const dialog = page.getByRole('dialog', { name: 'The ffmpeg program' });
	const field = dialog.getByRole('textbox', { name: 'File' });
	await field.fill('/bin/true');
	await field.press('Enter');
	await expect(dialog.getByText('/bin/true is not used: it does not say that it is ffmpeg.')).toBeVisible();
	await field.fill('ffmpeg');
	await field.press('Enter');
	await expect(dialog.getByText('ffmpeg is not used: this is not a whole path.')).toBeVisible();
	await app.axe('[role=dialog]');
	await app.shot('settings-ffmpeg-refused');
	const path = join(app.program.home, 'my ffmpeg');
	await writeFile(path, '#!/bin/sh\necho "ffmpeg version 7.1-mine Copyright"\n', { mode: 0o755 });
	await field.fill(path);
	await field.press('Enter');
	await expect(dialog).toBeHidden();
	await expect(row.getByText('ffmpeg 7.1-mine is there, but was built without H.264.')).toBeVisible();
	await expect(row.getByText(path)).toBeVisible();
	await app.killAndRestart();
	await app.goto('#/settings/writing');
	await expect(row.getByText('ffmpeg 7.1-mine is there, but was built without H.264.')).toBeVisible();
	await app.axe();
	await app.shot('settings-ffmpeg');

	await rm(path);
	await page.getByRole('button', { name: 'Look again' }).click();
	await expect(row.getByText(`${path} is not used: there is no such file.`)).toBeVisible();
	await page.getByRole('button', { name: 'Find it for me' }).click();
	await expect(row.getByText(`${path} is not used`)).toBeHidden();
	await expect(page.getByRole('button', { name: 'Find it for me' })).toBeHidden();
});
