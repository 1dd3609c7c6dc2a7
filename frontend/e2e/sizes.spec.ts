import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, photographs, test, type App } from './fixtures';

const cells = (app: App) => app.page.getByRole('gridcell');

/** Opens the library with the sample photographs, and from one of them the sizes of the workspace. */
async function sizes(app: App) {
	await app.program.photos();
	await app.open('#/library');
	await expect(cells(app)).toHaveCount(photographs.length);
	return await opened(app);
}

async function opened(app: App) {
	const { page } = app;
	await page.getByRole('gridcell', { name: /window/ }).click();
	await page.getByRole('button', { name: 'Choose parts' }).click();
	await page.getByRole('button', { name: 'Choose other sizes' }).click();
	const dialog = page.getByRole('dialog', { name: 'Sizes' });
	await expect(dialog.getByRole('checkbox').first()).toBeVisible();
	return dialog;
}

test('a size is written with a watermark, kept in a set and shared @themes', async ({ app, page }) => {
	const dialog = await sizes(app);
	await app.shots('sizes');
	await dialog.getByRole('button', { name: 'New size' }).click();
	const editor = page.getByRole('dialog', { name: 'New size' });

	// What is wrong stands beside its field.
	await editor.getByRole('textbox', { name: 'Width, px' }).fill('12a');
	await editor.getByRole('textbox', { name: 'Background', exact: true }).fill('red');
	await editor.getByRole('button', { name: 'Save size' }).click();
	await expect(editor.getByText('Give it a name')).toBeVisible();
	await expect(editor.getByText('A whole number from 1 to 16,383')).toBeVisible();
	await expect(editor.getByText('Write it like #ffcc00')).toBeVisible();
	await app.shots('size-wrong');

	await editor.getByRole('textbox', { name: 'Name' }).fill('Shop front');
	await editor.getByRole('textbox', { name: 'Width, px' }).fill('800');
	await editor.getByRole('textbox', { name: 'Shape' }).fill('4:5');
	await expect(editor.getByRole('textbox', { name: 'Height, px' })).toHaveValue('1000');
	await editor.getByRole('textbox', { name: 'Background', exact: true }).fill('#204060');
	await editor.getByRole('textbox', { name: 'JPEG quality' }).fill('70');
	await editor.getByRole('textbox', { name: 'Above' }).fill('120');
	await editor.getByRole('textbox', { name: 'Below' }).fill('160');
	await editor.getByRole('button', { name: 'Choose a picture' }).click();
	const sheet = page.getByRole('dialog').last();
	await sheet.getByRole('gridcell', { name: /stamp/ }).click();
	await sheet.getByRole('button', { name: /^(Add|Use|Attach)/ }).click();
	await editor.getByRole('radio', { name: 'Bottom right' }).press('ArrowLeft');
	await expect(editor.getByRole('radio', { name: 'Bottom', exact: true })).toBeChecked();
	await app.shots('size-editor');
	await app.axe('[role=dialog]');
	await editor.getByRole('button', { name: 'Save size' }).click();
	await expect(dialog.getByRole('checkbox', { name: /Shop front/ })).toBeChecked();

	// It is changed, and its watermark is still there.
	await dialog.getByRole('button', { name: 'Change the size Shop front' }).click();
	const again = page.getByRole('dialog', { name: 'Change the size Shop front' });
	await expect(again.getByRole('radio', { name: 'Bottom', exact: true })).toBeChecked();
	await expect(again.getByRole('textbox', { name: 'Shape' })).toHaveValue('4:5');
	await again.getByRole('button', { name: 'Save size' }).click();

	// A set keeps what is ticked; another one has other sizes.
	await dialog.getByRole('button', { name: 'Sets and sharing' }).click();
	await page.getByRole('menuitem', { name: 'New set' }).click();
	await page.getByRole('dialog', { name: 'New set' }).getByRole('textbox', { name: 'Name' }).fill('Shop');
	await page.keyboard.press('Enter');
	await expect(dialog.getByRole('combobox', { name: 'Set' })).toHaveText(/Shop/);
	await dialog.getByRole('checkbox', { name: /Shop front/ }).uncheck();
	await dialog.getByRole('button', { name: 'Sets and sharing' }).click();
	await page.getByRole('menuitem', { name: 'New set' }).click();
	await page.getByRole('dialog', { name: 'New set' }).getByRole('textbox', { name: 'Name' }).fill('Blog');
	await page.keyboard.press('Enter');
	await dialog.getByRole('checkbox', { name: /Shop front/ }).check();
	await dialog.getByRole('combobox', { name: 'Set' }).click();
	await page.getByRole('option', { name: 'Shop' }).click();
	await expect(dialog.getByRole('checkbox', { name: /Shop front/ })).not.toBeChecked();
	await dialog.getByRole('combobox', { name: 'Set' }).click();
	await page.getByRole('option', { name: 'Blog' }).click();
	await expect(dialog.getByRole('checkbox', { name: /Shop front/ })).toBeChecked();

	// Shared as a file, changed there, and looked at before it is taken in.
	await dialog.getByRole('button', { name: 'Sets and sharing' }).click();
	const saving = page.waitForEvent('download');
	await page.getByRole('menuitem', { name: 'Share all of your own sizes' }).click();
	const text = await readFile(await (await saving).path(), 'utf8');
	const [shared] = JSON.parse(text) as { id: string; title: string; watermark: { picture: string } }[];
	expect(shared).toMatchObject({ title: 'Shop front', width: 800, height: 1000, quality: 70 });
	expect(shared!.watermark.picture).toMatch(/^data:image\/png;base64,/);
	const file = join(app.program.home, 'brand.json');
	const list = [
		{ ...shared, width: 900 },
		{ id: 'banner', title: 'Banner', width: 1500, height: 500, fit: 'cover' },
		{ id: 'odd', width: 10, height: 10, fit: 'stretch' },
	];
	await writeFile(file, JSON.stringify(list, null, 1));
	await dialog.locator('input[type=file]').setInputFiles(file);
	const review = page.getByRole('dialog', { name: 'Take in sizes' });
	await expect(review.getByText('Differs from “Shop front” here', { exact: false })).toBeVisible();
	await expect(review.getByText(/Line \d+ is wrong · .*stretch/)).toBeVisible();
	await review.getByRole('combobox', { name: 'What to do with Shop front' }).click();
	await page.getByRole('option', { name: 'Replace it' }).click();
	await review.getByRole('checkbox', { name: 'Make a set of them' }).check();
	await app.shots('review');
	await app.axe('[role=dialog]');
	await review.getByRole('button', { name: 'Take in 2 sizes' }).click();
	await expect(page.getByText('2 sizes taken in')).toBeVisible();
	await expect(dialog.getByRole('checkbox', { name: /^Banner/ })).toBeChecked();
	await expect(dialog.getByText(/900 × 1000/)).toBeVisible();
	await expect(dialog.getByRole('combobox', { name: 'Set' })).toHaveText(/brand/);
	await app.shots('sizes-own');
});

test('before and after are compared with the keyboard alone @themes', async ({ app, page }) => {
	await app.program.photos();
	await app.open('#/library');
	await app.rpc('PresetService.SaveOwn', {
		title: 'Poster',
		width: 2400,
		height: 3200,
		fit: 'cover',
		formats: ['jpeg'],
		enlarge: true,
	});
	await page.getByRole('gridcell', { name: /window/ }).focus();
	await page.keyboard.press('Enter');
	await expect(
		page.getByRole('dialog', { name: 'Focal point and sizes' }).getByRole('button', { name: /Poster/ }),
	).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toHaveCount(0);
	const details = page.getByRole('complementary', { name: 'Details' });
	const compare = details.getByRole('button', { name: /^Compare .*portrait/ }).first();
	await expect(compare).toBeVisible();
	await app.shots('inspector');
	await compare.focus();
	await compare.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Before and after' });
	const divider = dialog.getByRole('slider', { name: 'Divider between before and after' });
	await expect(divider).toHaveAttribute('aria-valuenow', '50');
	await expect(dialog.getByText(/ saved, \d+\s?%/)).toBeVisible();
	await expect(dialog.getByText(/JPEG · quality 85 · 1080 × 1350/)).toBeVisible();
	await app.tabTo(divider);
	await app.keys('ArrowLeft', 'ArrowLeft', 'Shift+ArrowRight');
	await expect(divider).toHaveAttribute('aria-valuenow', '58');
	await app.keys('ArrowDown', 'ArrowDown');
	await expect.poll(() => dialog.getByRole('region').evaluate((el) => el.scrollTop)).toBe(80);
	await expect(dialog.locator('[aria-busy=true]')).toHaveCount(0);
	await app.axe('[role=dialog]');
	await page.keyboard.press('Escape');
	await expect(compare).toBeFocused();
	await compare.press('Enter');
	await expect(divider).toBeVisible();
	await expect(dialog.locator('[aria-busy=true]')).toHaveCount(0);
	await app.shots('compare');
	await page.keyboard.press('Escape');

	await details.getByRole('button', { name: 'Compare Poster with the original' }).press('Enter');
	await expect(dialog.getByText(/This size enlarges the picture to 111\s?% of its pixels/)).toBeVisible();
	await app.shots('compare-enlarged');
});

test('a size of a picture is compared from its crop, and a set is exported', async ({ app, page }) => {
	await app.program.photos();
	await app.open('#/library');
	const [workspace] = await app.rpc<{ id: string }[]>('SystemService.Workspaces');
	for (const [name, preset] of [
		['Shop', 'web/og-image'],
		['Blog', 'web/article-1-1'],
	])
		await app.rpc('PresetService.AddSet', { workspace: workspace!.id, name, presets: [preset] });
	await page.getByRole('gridcell', { name: /window/ }).click();
	await page.getByRole('button', { name: 'Choose parts' }).click();
	const sheet = page.getByRole('dialog', { name: 'Focal point and sizes' });
	await sheet.getByRole('button', { name: /1:1/ }).first().click();
	await sheet.getByRole('button', { name: 'Compare' }).click();
	await expect(page.getByRole('slider', { name: /Divider/ })).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(sheet.getByRole('button', { name: 'Compare' })).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toHaveCount(0);

	await page.keyboard.press('Control+a');
	await page.getByRole('toolbar').getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: 'Export sizes' }).click();
	const dialog = page.getByRole('dialog', { name: /Export/ });
	await expect(dialog.getByRole('checkbox', { name: /1:1/ })).toBeChecked();
	await dialog.getByRole('combobox', { name: 'Set' }).click();
	await page.getByRole('option', { name: 'Shop' }).click();
	await expect(dialog.getByRole('checkbox', { name: /link card/ })).toBeChecked();
	await expect(dialog.getByRole('group', { name: 'Sizes for each network' }).getByRole('checkbox')).toHaveCount(1);
	await dialog.getByRole('textbox', { name: 'Folder' }).fill(join(app.program.home, 'out'));
	await dialog.getByRole('button', { name: 'Export' }).click();
	await expect(dialog.getByText(`${photographs.length} made`)).toBeVisible({ timeout: 45_000 });
	await app.shot('export-set');
});
