import { expect, test } from './fixtures';
import { fill, screens } from './screens';

// One workspace for a theme: filling it takes longer than looking at it.
test('screens', async ({ app, page }, info) => {
	test.setTimeout(300_000);
	const seed = await fill(app);
	await app.open();
	for (const [width, height] of [
		[1440, 900],
		[900, 600],
	] as const) {
		await page.setViewportSize({ width, height });
		for (const screen of screens) {
			await app.goto(screen.hash(seed));
			await page.waitForTimeout(500); // what a screen reads only after it stands has been asked for then
			await expect(page.locator('.skeleton')).toHaveCount(0);
			await app.pictures();
			await app.shot(`${screen.name}-${width}-${info.project.name}`);
		}
	}
});
