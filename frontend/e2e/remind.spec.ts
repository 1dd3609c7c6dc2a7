import { expect, test } from './fixtures';

test('what no program can post lies ready, is posted by hand, and is closed with its link @themes', async ({ app }) => {
	const channel = await app.program.cli<{ id: string }>(
		'channel',
		'add',
		'remind',
		'--answer',
		'title=The gardeners',
		'--answer',
		'page=https://example.org/groups/gardeners',
	);
	const { deliveries } = await app.program.post('We sow on Saturday', [channel.id], 'now');
	await app.open('#/queue/needs');
	const row = app.page.locator('[data-row]').first();
	await expect(row).toHaveAccessibleName(/We sow on Saturday\..*Ready to post/, { timeout: 20_000 });
	await app.axe();
	await app.fits();
	await app.shot('remind-ready');

	// Nothing is in the clipboard unasked; then the text is, and the page opens.
	await app.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	const opened = app.page.waitForEvent('popup', { timeout: 5000 }).catch(() => undefined);
	await app.tabTo(row);
	await app.keys('Shift+C');
	await expect.poll(() => app.page.evaluate(() => navigator.clipboard.readText())).toBe('We sow on Saturday');
	await (await opened)?.close();

	await app.page.bringToFront();
	await app.tabTo(row);
	await app.keys('Shift+P');
	const dialog = app.page.getByRole('dialog');
	const link = dialog.getByRole('textbox');
	await expect(link).toBeFocused();
	await link.fill('not a link');
	await app.keys('Enter');
	await expect(dialog).toBeVisible();
	await link.fill('https://example.net/posts/7');
	await app.keys('Enter');
	await expect(dialog).toBeHidden();
	await app.page.getByRole('tab', { name: 'Published' }).click();
	await expect(app.page.locator('[data-row]').first()).toHaveAccessibleName(/We sow on Saturday\..*Published/);
	await app.shot('remind-posted');
	const story = await app.program.cli<{ state: string; remote_url: string }>('queue', 'show', deliveries[0]!.id);
	expect(story).toMatchObject({ state: 'published', remote_url: 'https://example.net/posts/7' });
});
