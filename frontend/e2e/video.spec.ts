import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from './fixtures';

/** Whether films can be made here. */
function films(): boolean {
	try {
		execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

/** Makes a film of so many seconds. */
function film(path: string, size: string, seconds: number) {
	const picture = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=25:duration=${seconds}`];
	execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...picture, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', path]);
}

test('a video is shown, and another is made of it @themes', async ({ app, page }) => {
	test.skip(!films(), 'ffmpeg is not installed');
	const path = join(app.program.home, 'harbour.mp4');
	film(path, '640x360', 3);
	await app.open('#/library');
	await page.locator('input[type=file]').setInputFiles(path);
	const cell = page.getByRole('gridcell', { name: /harbour\.mp4/ });
	await expect(cell).toHaveCount(1, { timeout: 45_000 });
	await expect(cell.locator('img')).toHaveJSProperty('complete', true);
	await cell.click();

	const details = page.getByRole('complementary', { name: 'Details' });
	await expect(details.getByText('h264 · 25 fps')).toBeVisible();
	await details.getByRole('button', { name: 'Make another video of it' }).click();
	const dialog = page.getByRole('dialog', { name: 'Make another video of it' });
	const make = dialog.getByRole('button', { name: 'Make it' });
	await expect(make).toBeDisabled();
	await dialog.getByRole('textbox', { name: 'To' }).fill('soon');
	await expect(dialog.getByText('Write minutes and seconds within the video, like 0:07.')).toBeVisible();
	await dialog.getByRole('textbox', { name: 'To' }).fill('0:02');
	await expect(dialog.getByText('Nothing is encoded anew.')).toBeVisible();
	// Moments of it stand beside each other.
	await expect(async () => {
		const wide = await dialog.locator('img').evaluate((i: HTMLImageElement) => i.naturalWidth);
		expect(wide).toBeGreaterThan(1000);
	}).toPass();
	await app.shot('video-dialog-cut');
	await dialog.getByRole('radio', { name: '9:16' }).click();
	await dialog.getByRole('radio', { name: 'Blurred edges' }).click();
	await app.axe('[role=dialog]');
	await app.shot('video-dialog');
	await make.click();

	await expect(page.getByText('harbour 9x16 0s-2s.mp4 is in the library')).toBeVisible({ timeout: 45_000 });
	await page.getByRole('button', { name: 'Show', exact: true }).click();
	await expect(details.getByRole('heading', { name: 'harbour 9x16 0s-2s.mp4' })).toBeVisible();
	await expect(details.getByText(/640 × 1138/)).toBeVisible();
	await app.axe();
	await app.shot('video');
	const said = page.getByRole('status').filter({ hasText: 'is in the library' });
	await said.getByRole('button', { name: 'Close this message' }).click();
	await expect(said).toHaveCount(0);

	await page.setViewportSize({ width: 900, height: 600 });
	const drawer = page.getByRole('dialog', { name: 'Details' });
	await drawer.getByRole('button', { name: 'Make another video of it' }).click();
	await dialog.getByRole('radio', { name: '1:1' }).click();
	await expect(make).toBeInViewport();
	await app.fits();
	await app.axe('[role=dialog]');
	await app.shot('video-dialog-small');
	await app.keys('Escape');
	await expect(dialog).toBeHidden();
	await page.setViewportSize({ width: 1440, height: 900 });

	await expect(page.getByRole('gridcell')).toHaveCount(2);
	await page.getByRole('gridcell').first().click();
	await page.keyboard.press('Control+a');
	await page.getByRole('button', { name: 'Join them into one, in this order' }).click();
	await expect(page.getByText('harbour 9x16 0s-2s +1.mp4 is in the library')).toBeVisible({ timeout: 45_000 });
	await expect(page.getByRole('gridcell')).toHaveCount(3);
});

test('a video that a channel does not take is made to fit where the post is written @themes', async ({ app, page }) => {
	test.skip(!films(), 'ffmpeg is not installed');
	const path = join(app.program.home, 'market.mov');
	film(path, '640x360', 2);
	const [asset] = await app.program.photos(path);
	const { id } = await app.program.post('The market opens', ['feed'], undefined, [asset!]);
	await app.open(`#/posts/${id}`);

	const fix = page.getByRole('group', { name: 'Local feed does not take market.mov as it is.' });
	await expect(fix).toBeVisible();
	await expect(fix.getByText('A version that fits: MP4.')).toBeVisible();
	await expect(page.getByRole('button', { name: /^Make it fit: / })).toBeVisible();
	await app.axe();
	await app.shot('composer-film');
	await page.setViewportSize({ width: 900, height: 600 });
	await fix.scrollIntoViewIfNeeded();
	await app.fits();
	await app.shot('composer-film-small');
	await page.setViewportSize({ width: 1440, height: 900 });

	await fix.getByRole('button', { name: 'Make it for Local feed' }).focus();
	await app.keys('Enter');
	await expect(page.getByText('Local feed gets market.mp4')).toBeVisible({ timeout: 45_000 });
	await expect(fix).toBeHidden();
	const uses = async () =>
		(
			await app.rpc<{ post: { content: { media: { asset: string }[] }; variants: { media?: { asset: string }[] }[] } }>(
				'PostService.Open',
				id,
			)
		).post;
	await expect(async () => {
		const post = await uses();
		expect(post.content.media[0]!.asset).toBe(asset);
		expect(post.variants[0]!.media?.[0]!.asset).not.toBe(asset);
		expect(post.variants[0]!.media).toHaveLength(1);
	}).toPass();
	await app.shot('composer-film-made');

	await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
	await expect(fix).toBeVisible();
	await expect(async () => expect((await uses()).variants[0]!.media ?? null).toBeNull()).toPass();

	// What was made once is there at once, and another is made as a person says.
	await fix.getByRole('button', { name: 'Choose how…' }).click();
	const dialog = page.getByRole('dialog', { name: 'Make another video of it' });
	await dialog.getByRole('radio', { name: '1:1' }).click();
	await app.axe('[role=dialog]');
	await dialog.getByRole('button', { name: 'Make it' }).click();
	await expect(page.getByText('Local feed gets market 1x1.mp4')).toBeVisible({ timeout: 45_000 });
	await expect(fix).toBeHidden();
	await app.axe();
});
