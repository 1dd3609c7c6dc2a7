import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, photographs, test, type App } from './fixtures';

const making = { timeout: 60_000 };

/** Opens the library, chooses all pictures, and opens the dialog for exporting them. */
async function asking(app: App) {
	await app.program.photos();
	await app.open('#/library');
	const cells = app.page.getByRole('gridcell');
	await expect(cells).toHaveCount(photographs.length);
	await cells.first().click();
	return await again(app);
}

async function again(app: App) {
	await app.page.getByRole('gridcell').first().focus();
	await app.page.keyboard.press('ControlOrMeta+a');
	await app.page.getByRole('button', { name: 'More', exact: true }).last().click();
	await app.page.getByRole('menuitem', { name: 'Export sizes' }).click();
	const dialog = app.page.getByRole('dialog', { name: /^Export / });
	await expect(dialog).toBeVisible();
	return dialog;
}

test('pictures are exported by a pattern, and the next export makes only what is missing @themes', async ({
	app,
	page,
}) => {
	const out = join(app.program.home, 'out');
	const dialog = await asking(app);
	const pattern = dialog.getByRole('textbox', { name: 'Names of the files' });
	await pattern.fill('{nome}');
	await expect(dialog.getByText('There is no {nome}.')).toBeVisible();
	await pattern.fill('../{name}');
	await expect(dialog.getByText('Not every system takes this as a name.')).toBeVisible();
	await expect(dialog.getByRole('button', { name: 'Export', exact: true })).toBeDisabled();

	// Tokens are put where the caret is.
	await pattern.fill('/');
	await pattern.press('Home');
	await dialog.getByRole('button', { name: 'Insert' }).click();
	await page.getByRole('menuitem', { name: /^Network/ }).click();
	await expect(pattern).toHaveValue('{network}/');
	await pattern.press('End');
	await pattern.pressSequentially('{name} {width}');
	await expect(dialog.getByText(/^For example [a-z-]+\/\S+ \d+\.jpg/)).toBeVisible();

	await dialog.getByRole('textbox', { name: 'Folder' }).fill(out);
	await dialog.getByRole('checkbox', { name: /contact sheet/ }).check();
	await app.axe('[role=dialog]');
	await app.shot('export');
	await page.setViewportSize({ width: 900, height: 600 });
	await app.shot('export-small');
	await page.setViewportSize({ width: 1440, height: 900 });
	const sizes = await dialog.getByRole('group').getByRole('checkbox').count();
	const all = sizes * photographs.length;
	await dialog.getByRole('button', { name: 'Export', exact: true }).click();
	await expect(dialog.getByText(`${all} made`)).toBeVisible(making);
	await expect(dialog.getByRole('button', { name: 'Done' })).toBeFocused();
	await app.axe('[role=dialog]');
	await app.shot('export-done');
	await page.keyboard.press('Enter');
	await expect(dialog).toBeHidden();

	// What there is: folders of networks, and the page, which runs and loads nothing.
	const folders = (await readdir(out, { withFileTypes: true }))
		.filter((e) => e.isDirectory() && !e.name.startsWith('.'))
		.map((e) => e.name);
	const sheet = await readFile(join(out, 'contact-sheet.html'), 'utf8');
	expect(sheet).toContain(`<p>Files: ${all}</p>`);
	expect(sheet).not.toContain('<script');

	// One is thrown away; the rest stays as it is. The choices are remembered.
	const lost = join(out, folders[0]!, (await readdir(join(out, folders[0]!)))[0]!);
	await rm(lost);
	await again(app);
	await expect(pattern).toHaveValue('{network}/{name} {width}');
	await dialog.getByRole('button', { name: 'Export', exact: true }).click();
	await expect(dialog.getByText(`1 made and ${all - 1} were already there`)).toBeVisible(making);
	await dialog.getByRole('button', { name: 'Done' }).click();
	expect((await readFile(lost)).length).toBeGreaterThan(1000);

	// People look at the page, and print it.
	const look = await page.context().newPage();
	await look.goto(`file://${join(out, 'contact-sheet.html')}`);
	await expect(look.locator('figure')).toHaveCount(photographs.length);
	await expect
		.poll(() => look.locator('img').evaluateAll((all) => all.every((i) => (i as HTMLImageElement).naturalWidth > 100)))
		.toBe(true);
	if (process.env['SHOTS']) await look.screenshot({ path: join(process.env['SHOTS'], 'sheet.png') });
	await look.close();
});

test('a zip is made, never over a file of somebody’s own, and an export can be stopped and go on', async ({
	app,
	page,
}) => {
	const dialog = await asking(app);
	const home = app.program.home;
	await dialog.getByRole('radio', { name: 'One zip file' }).click();
	await dialog.getByRole('textbox', { name: 'Folder' }).fill(home);
	const name = dialog.getByRole('textbox', { name: 'Name of the zip file' });
	await expect(name).toHaveValue('pictures');
	await writeFile(join(home, 'pictures.zip'), 'a diary');
	await dialog.getByRole('button', { name: 'Export', exact: true }).click();
	await expect(dialog.getByText('A file of this name is there that Postbag did not make.')).toBeVisible(making);
	expect(await readFile(join(home, 'pictures.zip'), 'utf8')).toBe('a diary');
	await app.shot('export-taken');

	// Stopped with the keyboard, as soon as it runs.
	await name.fill('all');
	await dialog.getByRole('button', { name: 'Export', exact: true }).focus();
	await page.keyboard.press('Enter');
	await expect(dialog.getByRole('button', { name: 'Stop' })).toBeFocused();
	await app.shot('export-running');
	await page.keyboard.press('Enter');
	await expect(dialog.getByText('Stopped. What was made stays')).toBeVisible(making);
	expect(await readdir(home)).not.toContain('all.zip');
	await app.shot('export-stopped');
	await dialog.getByRole('button', { name: 'Go on' }).click();
	await expect(dialog.getByText(/\d+ made/)).toBeVisible(making);
	await expect(dialog.getByText('Stopped.')).toBeHidden();
	const files = execFileSync('unzip', ['-Z1', join(home, 'all.zip')], { encoding: 'utf8' })
		.trim()
		.split('\n');
	expect(files.length % photographs.length).toBe(0);
	expect((await readdir(home)).filter((f) => f.includes('partial'))).toEqual([]);
});
