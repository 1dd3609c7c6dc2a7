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

test('a video is shown, and another is made of it @themes', async ({ app, page }) => {
	test.skip(!films(), 'ffmpeg is not installed');
	const path = join(app.program.home, 'harbour.mp4');
	const picture = ['-f', 'lavfi', '-i', 'testsrc=size=640x360:rate=25:duration=3'];
	execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...picture, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', path]);
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

	await expect(page.getByRole('gridcell')).toHaveCount(2);
	await page.getByRole('gridcell').first().click();
	await page.keyboard.press('Control+a');
	await page.getByRole('button', { name: 'Join them into one, in this order' }).click();
	await expect(page.getByText('harbour 9x16 0s-2s +1.mp4 is in the library')).toBeVisible({ timeout: 45_000 });
	await expect(page.getByRole('gridcell')).toHaveCount(3);
});
