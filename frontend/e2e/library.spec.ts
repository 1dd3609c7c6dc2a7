import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, photographs, test, type App } from './fixtures';

/** Large photographs take their time, most of all where four tests share two processors. */
const reading = { timeout: 45_000 };

const cells = (app: App) => app.page.getByRole('gridcell');

/** Opens the library with the sample photographs in it. */
async function filled(app: App): Promise<string[]> {
	const ids = await app.program.photos();
	await app.open('#/library');
	await expect(cells(app)).toHaveCount(photographs.length);
	return ids;
}

test('an empty library says how to begin', async ({ app, page }) => {
	await app.open('#/library');
	await expect(page.getByRole('heading', { name: 'Drop pictures here, or let Postbag watch a folder' })).toBeVisible();
	await app.axe();
	await page.getByRole('main').getByRole('button', { name: 'Watch a folder' }).click();
	await expect(page.getByRole('dialog', { name: 'Watch a folder' })).toBeVisible();
	await app.axe('[role=dialog]');
});

test('pictures are chosen, a bad one is named, and the rest is there @themes', async ({ app, page }) => {
	const bad = join(app.program.home, 'broken.jpg');
	await writeFile(bad, 'no picture at all');
	await app.open('#/library');
	await page.locator('input[type=file]').setInputFiles([...photographs, bad]);
	await expect(page.getByText(`${photographs.length} added and 1 could not be read`)).toBeVisible(reading);
	await expect(cells(app)).toHaveCount(photographs.length);
	await page.getByRole('button', { name: 'Look why' }).click();
	const dialog = page.getByRole('dialog', { name: 'Could not be read' });
	await expect(dialog.getByText('broken.jpg')).toBeVisible();
	await expect(dialog.getByText('This kind of file is not known')).toBeVisible();
	await dialog.getByRole('button', { name: 'Done' }).click();
	await page.getByRole('button', { name: 'Close this message' }).click();
	await app.axe();
	await app.shot('library');

	// The same files again are no second pictures.
	await page.locator('input[type=file]').setInputFiles(photographs);
	await expect(page.getByText(`${photographs.length} were already here`)).toBeVisible(reading);
	await expect(cells(app)).toHaveCount(photographs.length);
});

test('a picture is described, given a focal point, tags and a collection', async ({ app, page }) => {
	await filled(app);
	await cells(app).first().click();
	const details = page.getByRole('complementary', { name: 'Details' });
	await details.getByRole('textbox', { name: 'Alt text' }).fill('A window in low sun.');
	await expect(details.getByText('Written')).toBeVisible();

	await details.getByRole('button', { name: /Focal point/ }).press('Shift+ArrowLeft');
	await expect(page.getByText('Focal point kept')).toBeVisible();

	await details.getByRole('button', { name: 'Add a tag' }).click();
	await details.getByRole('combobox', { name: 'Add a tag' }).fill('summer');
	await page.keyboard.press('Enter');
	const places = page.getByRole('navigation', { name: 'Places in the library' });
	await expect(places.getByRole('link', { name: /summer/ })).toBeVisible();

	await places.getByRole('button', { name: 'New collection' }).click();
	await page.getByRole('textbox', { name: 'Name' }).fill('Prints');
	await page.getByRole('button', { name: 'Create' }).click();
	await details.getByRole('button', { name: 'Collect' }).click();
	await page.getByRole('menuitem', { name: 'Prints' }).click();
	await expect(page.getByText('1 picture put into “Prints”')).toBeVisible();

	await places.getByRole('link', { name: /Prints/ }).click();
	await expect(cells(app)).toHaveCount(1);
	await page.reload();
	await expect(cells(app)).toHaveCount(1);
	await cells(app).first().click();
	await expect(details.getByRole('textbox', { name: 'Alt text' })).toHaveValue('A window in low sun.');
});

test('a size gets a part of its own, and follows the focal point again', async ({ app, page }) => {
	await filled(app);
	// One that is too small for this size says both.
	await page.getByRole('gridcell', { name: /stamp/ }).click();
	await page.getByRole('button', { name: 'Choose parts' }).click();
	const dialog = page.getByRole('dialog', { name: 'Focal point and sizes' });
	await dialog.getByRole('button', { name: /square/ }).click();
	const part = dialog.getByRole('application');
	await part.press('+');
	await part.press('+');
	await expect(dialog.getByText('Your own part').first()).toBeAttached();
	await app.axe('[role=dialog]');
	await dialog.getByRole('button', { name: 'Follow the focal point' }).click();
	await expect(dialog.getByText('Your own part')).toHaveCount(0);
});

test('what was moved to the bin comes back with Undo', async ({ app, page }) => {
	await filled(app);
	await cells(app).first().click();
	await cells(app)
		.nth(2)
		.click({ modifiers: ['Shift'] });
	await expect(page.getByRole('toolbar', { name: '3 selected' })).toBeVisible();
	await page.keyboard.press('Delete');
	await expect(cells(app)).toHaveCount(photographs.length - 3);
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(cells(app)).toHaveCount(photographs.length);
});

test('a search and its chips say the same', async ({ app, page }) => {
	await filled(app);
	await page
		.getByRole('searchbox', { name: 'Find a picture' })
		.or(page.getByRole('textbox', { name: 'Find a picture' }))
		.fill('window');
	await expect(cells(app)).toHaveCount(1);
	await page.getByRole('button', { name: 'Used' }).click();
	await page
		.getByRole('menuitemcheckbox', { name: 'Used in a post' })
		.or(page.getByRole('menuitem', { name: 'Used in a post' }))
		.click();
	await expect(page.getByText('No picture fits this search')).toBeVisible();
	await expect(page).toHaveURL(/q=window\+used%3Ayes/);
	await page.getByRole('button', { name: 'Clear the search' }).first().click();
	await expect(cells(app)).toHaveCount(photographs.length);
});

test('a new file in a watched folder appears by itself', async ({ app, page }) => {
	const folder = join(app.program.home, 'camera');
	await mkdir(folder);
	await copyFile(photographs[0]!, join(folder, 'first.jpg'));
	await app.open('#/library');
	await page.getByRole('main').getByRole('button', { name: 'Watch a folder' }).click();
	await page.getByRole('textbox', { name: 'Folder' }).fill(folder);
	await page.getByRole('button', { name: 'Watch', exact: true }).click();
	await expect(cells(app)).toHaveCount(1, reading);
	await copyFile(photographs[1]!, join(folder, 'second.jpg'));
	await expect(cells(app)).toHaveCount(2, reading);
	await expect(page.getByRole('navigation', { name: 'Places in the library' }).getByText('camera')).toBeVisible();
});

test('pictures that look alike become one', async ({ app, page }) => {
	await filled(app);
	// The same picture with other bytes: a comment at the end of the file.
	const twin = join(app.program.home, 'twin.jpg');
	await copyFile(photographs[0]!, twin);
	await writeFile(twin, 'x', { flag: 'a' });
	await page.locator('input[type=file]').setInputFiles(twin);
	await expect(cells(app)).toHaveCount(photographs.length + 1, reading);
	await page.getByRole('link', { name: /Look-alikes/ }).click();
	await expect(page.getByRole('radio')).toHaveCount(2);
	await app.axe();
	await page.getByRole('button', { name: 'Keep one, bin 1' }).click();
	await expect(page.getByText('No look-alikes')).toBeVisible();
});

test('the keyboard alone finds, selects and uses pictures', async ({ app, page }) => {
	await filled(app);
	await cells(app).first().focus();
	await page.keyboard.press('ArrowRight');
	await expect(cells(app).nth(1)).toBeFocused();
	await expect(cells(app).nth(1)).toHaveAttribute('aria-selected', 'true');
	await page.keyboard.press('Shift+ArrowRight');
	await expect(page.getByRole('toolbar', { name: '2 selected' })).toBeVisible();
	await page.keyboard.press('x');
	await page.keyboard.press('End');
	await expect(cells(app).last()).toBeFocused();
	await page.keyboard.press(' ');
	await expect(page.getByRole('dialog')).toBeVisible();
	await page.keyboard.press('Escape');
	await page.keyboard.press('u');
	await expect(page).toHaveURL(/#\/posts\//);
});

test('a list shows what is known of each picture, sorted by it, by the keyboard alone', async ({ app, page }) => {
	await filled(app);
	await page.getByRole('radio', { name: 'Show as list' }).click();
	const lines = page.locator('[role=row][data-index]');
	await expect(lines).toHaveCount(photographs.length);
	const heads = page.getByRole('columnheader');
	await heads.getByRole('button', { name: 'Name' }).focus();
	await page.keyboard.press('Enter');
	await expect(heads.filter({ hasText: 'Name' })).toHaveAttribute('aria-sort', 'ascending');
	await expect(lines.first()).toHaveAttribute('aria-label', /^dusk/);
	const first = (await lines.first().getAttribute('aria-label'))!;
	await page.keyboard.press('Enter');
	await expect(heads.filter({ hasText: 'Name' })).toHaveAttribute('aria-sort', 'descending');
	await expect(lines.last()).toHaveAttribute('aria-label', first);
	await page.mouse.move(700, 700); // off the switch, whose name hangs over the page
	await app.axe();

	// The keys start from the line that has the keyboard, however it came there.
	await lines.nth(2).focus();
	await page.keyboard.press('ArrowUp');
	await expect(lines.nth(1)).toBeFocused();
	await lines.first().focus();
	await page.keyboard.press('ArrowDown');
	await expect(lines.nth(1)).toBeFocused();
	await expect(lines.nth(1)).toHaveAttribute('aria-selected', 'true');
	await page.keyboard.press('Shift+ArrowDown');
	await expect(page.getByRole('toolbar', { name: '2 selected' })).toBeVisible();
	await page.keyboard.press('Escape');
	await page.keyboard.press('End');
	await expect(lines.last()).toBeFocused();
	await page.keyboard.press(' ');
	await expect(page.getByRole('dialog')).toBeVisible();
	await page.keyboard.press('Escape');

	// It is a list again after a new start, in the same order.
	await page.reload();
	await expect(lines.last()).toHaveAttribute('aria-label', first);
	await app.shot('library-list');
});

test('the backend’s errors stand where they belong', async ({ app, page }) => {
	await filled(app);
	await app.failing('LibraryService.RemoveAll', 'disk_full');
	await app.loses(async () => {
		await cells(app).first().click();
		await page.keyboard.press('Delete');
		await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
	});
	await expect(cells(app)).toHaveCount(photographs.length);
	await app.axe();
});

/** A photograph into which a camera put a small picture: an EXIF block with a second directory (Exif 2.32, 4.5.8). */
function withPreview(photo: Buffer, small: Buffer): Buffer {
	const directories = Buffer.from(
		'4d4d002a00000008' + // a TIFF file; its first directory is at 8
			'0001' +
			'011200030000000100010000' +
			'0000001a' + // upright; the second is at 26
			'0002' +
			'020100040000000100000038' +
			'020200040000000100000000' +
			'00000000', // a picture is at 56
		'hex',
	);
	directories.writeUInt32BE(small.length, 48);
	const block = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), directories, small]);
	const head = Buffer.alloc(4);
	head.writeUInt16BE(0xffe1, 0);
	head.writeUInt16BE(block.length + 2, 2);
	return Buffer.concat([photo.subarray(0, 2), head, block, photo.subarray(2)]);
}

test('what comes next is seen before it is read @themes', async ({ app, page }) => {
	await app.open('#/library');
	const small = await page.evaluate(() => {
		const canvas = document.createElement('canvas');
		canvas.width = 160;
		canvas.height = 120;
		const c = canvas.getContext('2d')!;
		c.fillStyle = '#3a7';
		c.fillRect(0, 0, 160, 120);
		return canvas.toDataURL('image/jpeg').split(',')[1]!;
	});
	const folder = join(app.program.home, 'card');
	await mkdir(folder);
	const photo = await readFile(photographs[0]!);
	const card: string[] = [];
	for (let i = 0; i < 60; i++) {
		card.push(join(folder, `card-${String(i).padStart(3, '0')}.jpg`));
		await writeFile(card[i]!, Buffer.concat([withPreview(photo, Buffer.from(small, 'base64')), Buffer.from(`${i}`)]));
	}
	const asked = page.waitForResponse((r) => r.url().includes('/media/coming/') && r.ok(), reading);
	await page.locator('input[type=file]').setInputFiles(card);
	await asked;
	const strip = page.locator('img[src^="/media/coming/"]').first();
	await expect(strip).toBeVisible();
	expect(await strip.evaluate((i: HTMLImageElement) => i.naturalWidth)).toBe(160);
	await app.shot('library-coming');
	await expect(page.getByText('60 added')).toBeVisible(reading);
	await expect(page.locator('img[src^="/media/coming/"]')).toHaveCount(0);
});
