import { expect, photographs, test, type App } from './fixtures';

const cells = (app: App) => app.page.getByRole('gridcell');
const sheetOf = (app: App) => app.page.getByRole('dialog', { name: 'Adjust' });
const stage = (app: App) => sheetOf(app).locator('.frame img');

/** Opens the library with the sample photographs in it. */
async function filled(app: App): Promise<string[]> {
	const ids = await app.program.photos();
	await app.open('#/library');
	await expect(cells(app)).toHaveCount(photographs.length);
	return ids;
}

/** How much colour a picture has where it was drawn: the mean distance of its channels, 0 to 255. */
const colour = (app: App, src: string) =>
	app.page.evaluate(async (address) => {
		const img = new Image();
		img.src = address;
		await img.decode();
		const canvas = document.createElement('canvas');
		canvas.width = canvas.height = 64;
		const c = canvas.getContext('2d')!;
		c.drawImage(img, 0, 0, 64, 64);
		const { data } = c.getImageData(0, 0, 64, 64);
		let sum = 0;
		for (let i = 0; i < data.length; i += 4) {
			const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
			sum += Math.max(r, g, b) - Math.min(r, g, b);
		}
		return sum / (64 * 64);
	}, src);

test('a picture is adjusted by the keyboard alone, and taken back @themes', async ({ app, page }) => {
	await filled(app);
	const cell = page.getByRole('gridcell', { name: /window/ });
	await cell.click();
	const before = (await cell.locator('img').getAttribute('src'))!;
	expect(await colour(app, before)).toBeGreaterThan(8);

	await page.keyboard.press('d');
	const sheet = sheetOf(app);
	await expect(sheet.getByRole('slider', { name: 'Exposure' })).toBeFocused();
	await expect(stage(app)).toHaveAttribute('src', /adjust=/);
	const plain = (await stage(app).getAttribute('src'))!;
	for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
	await expect(sheet.getByRole('spinbutton', { name: 'Exposure' })).toHaveValue('0.3');
	await expect(stage(app)).not.toHaveAttribute('src', plain);

	// What is written is taken as it is written; what lies outside becomes the nearest end.
	await sheet.getByRole('spinbutton', { name: 'Warmth' }).fill('35');
	await expect(sheet.getByRole('slider', { name: 'Warmth' })).toHaveValue('35');
	await sheet.getByRole('spinbutton', { name: 'Contrast' }).fill('400');
	await page.keyboard.press('Tab');
	await expect(sheet.getByRole('spinbutton', { name: 'Contrast' })).toHaveValue('100');
	await sheet.getByRole('button', { name: 'Reset Contrast' }).click();
	await expect(sheet.getByRole('spinbutton', { name: 'Contrast' })).toHaveValue('0');
	await sheet.getByRole('slider', { name: 'Straighten' }).focus();
	await page.keyboard.press('ArrowRight');
	await expect(sheet.locator('.lines')).toBeVisible();
	await sheet.getByRole('button', { name: 'Mirror left and right' }).click();
	await expect(sheet.getByRole('spinbutton', { name: 'Straighten' })).toHaveValue('-0.1');
	await app.shots('adjust');
	await app.axe('[role=dialog]');

	// Held, a key shows it without its tones, where it was turned to.
	const toned = (await stage(app).getAttribute('src'))!;
	await page.keyboard.down('\\');
	await expect(stage(app)).not.toHaveAttribute('src', toned);
	expect(decodeURIComponent((await stage(app).getAttribute('src'))!)).toContain('"exposure":0,');
	await page.keyboard.up('\\');
	await expect(stage(app)).toHaveAttribute('src', toned);

	// R gives everything back.
	await page.keyboard.press('r');
	await expect(stage(app)).toHaveAttribute('src', plain);
	await expect(sheet.getByRole('button', { name: 'Apply' })).toBeDisabled();
	await sheet.getByRole('switch', { name: 'Black and white' }).press(' ');
	await expect(stage(app)).not.toHaveAttribute('src', plain);
	await sheet.getByRole('button', { name: 'Apply' }).press('Enter');
	await expect(page.getByText('1 picture adjusted')).toBeVisible();
	await expect(sheet).toBeHidden();
	const details = page.getByRole('complementary', { name: 'Details' });
	await expect(details.getByText('Adjusted', { exact: true })).toBeVisible();
	await expect(page.getByRole('gridcell', { name: /window.*Adjusted/ })).toBeVisible();
	const gray = (await cell.locator('img').getAttribute('src'))!;
	expect(gray).not.toBe(before);
	expect(await colour(app, gray)).toBeLessThan(2);
	expect(await colour(app, (await details.locator('.frame img').getAttribute('src'))!)).toBeLessThan(2);
	await app.shots('adjusted');

	await page.keyboard.press('Control+z');
	await expect(details.getByText('Adjusted', { exact: true })).toBeHidden();
	await expect(cell.locator('img')).toHaveAttribute('src', before);
	expect(await colour(app, (await details.locator('.frame img').getAttribute('src'))!)).toBeGreaterThan(8);
});

test('a look is saved once and given to many @themes', async ({ app, page }) => {
	const ids = await filled(app);
	await page.getByRole('gridcell', { name: /window/ }).click();
	await page.keyboard.press('d');
	const sheet = sheetOf(app);
	await sheet.getByRole('slider', { name: 'Saturation' }).fill('-60');
	await sheet.getByRole('slider', { name: 'Warmth' }).fill('40');
	await sheet.getByRole('button', { name: 'Turn right' }).click();
	await sheet.getByRole('button', { name: 'Save as look…' }).click();
	const naming = page.getByRole('dialog', { name: 'Save as look' });
	await naming.getByRole('textbox', { name: 'Name' }).fill('Old paper');
	await page.keyboard.press('Enter');
	await expect(sheet.getByRole('button', { name: 'Old paper', exact: true })).toHaveAttribute('aria-pressed', 'true');

	// A second one, so that there is something to choose; a name is taken once.
	await sheet.getByRole('switch', { name: 'Black and white' }).check();
	await sheet.getByRole('button', { name: 'Save as look…' }).click();
	await naming.getByRole('textbox', { name: 'Name' }).fill('Old paper');
	await page.keyboard.press('Enter');
	await expect(naming.getByText('There is one of this name already')).toBeVisible();
	await naming.getByRole('textbox', { name: 'Name' }).fill('Graphite');
	await page.keyboard.press('Enter');
	await expect(sheet.getByRole('button', { name: 'Graphite', exact: true })).toHaveAttribute('aria-pressed', 'true');
	await sheet.getByRole('button', { name: 'Old paper', exact: true }).click();
	await expect(sheet.getByRole('switch', { name: 'Black and white' })).not.toBeChecked();
	await app.shots('looks');
	await app.axe('[role=dialog]');
	await sheet.getByRole('button', { name: 'More for “Old paper”' }).click();
	await page.getByRole('menuitem', { name: 'Rename look…' }).click();
	const again = page.getByRole('dialog', { name: 'Rename look' });
	await again.getByRole('textbox', { name: 'Name' }).fill('Sepia');
	await page.keyboard.press('Enter');
	await expect(sheet.getByRole('button', { name: 'Sepia', exact: true })).toBeVisible();
	await sheet.getByRole('button', { name: 'Cancel' }).click();

	// All of them at once, from what stands beside the pictures.
	await cells(app).first().focus();
	await page.keyboard.press('Control+a');
	const details = page.getByRole('complementary', { name: 'Details' });
	await details.getByRole('button', { name: 'Apply a look' }).click();
	await page.getByRole('menuitem', { name: 'Graphite' }).click();
	await expect(page.getByText(`“Graphite” given to ${photographs.length} pictures`)).toBeVisible();
	await expect(page.getByRole('gridcell', { name: /Adjusted/ })).toHaveCount(photographs.length);
	for (const img of await cells(app).locator('img').all()) {
		expect(await colour(app, (await img.getAttribute('src'))!)).toBeLessThan(2);
	}
	await app.shots('many');
	await page.keyboard.press('Control+z');
	await expect(page.getByRole('gridcell', { name: /Adjusted/ })).toHaveCount(0);

	// On the sheet, several share their tones; what is turned stays with its picture.
	await app.rpc('LibraryService.Adjust', { ids: [ids[0]], adjust: { flipH: true }, tones: false });
	await cells(app).first().focus();
	await page.keyboard.press('d');
	await expect(sheet.getByText(`The tones go to ${photographs.length} pictures`, { exact: false })).toBeVisible();
	await expect(sheet.getByRole('slider', { name: 'Straighten' })).toBeHidden();
	await sheet.getByRole('slider', { name: 'Exposure' }).fill('-1');
	await app.shots('adjust-many');
	await sheet.getByRole('button', { name: 'Apply' }).click();
	await expect(page.getByText(`${photographs.length} pictures adjusted`)).toBeVisible();
	const first = await app.rpc<{ adjust: { flipH: boolean; exposure: number } }>('LibraryService.Show', ids[0]);
	expect(first.adjust).toMatchObject({ flipH: true, exposure: -1 });
});
