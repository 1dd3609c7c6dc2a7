import { expect, test } from './fixtures';

const inHours = (n: number) => new Date(Date.now() + n * 3600_000).toISOString().replace(/\.\d+Z$/, 'Z');

test('a new workspace offers three ways to begin @themes', async ({ app }) => {
	await app.open('#/today');
	for (const name of ['Write a post', 'Look around the demo', 'Add a channel'])
		await expect(app.page.getByRole('main').getByRole('button', { name })).toBeVisible();
	await app.axe();
	await app.shot('today-empty');
});

test('the day, the week and the drafts, by keys alone @themes', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	const [photo] = await app.program.photos();
	await app.program.post('Already out', [channel], 'now', [photo!]);
	await app.program.post('In two days', [channel], inHours(48));
	await app.program.post('A draft about paper', [channel]);
	await app.open('#/today');
	await expect(app.page.getByRole('region', { name: 'Going out today' })).toContainText('Already out');
	await expect(
		app.page.getByRole('region', { name: 'This week' }).getByRole('button', { name: /In two days/ }),
	).toBeVisible();
	await expect(app.page.getByRole('heading', { name: 'Needs you' })).toHaveCount(0); // never a card of nothing
	await app.axe();
	await app.fits();
	await app.shot('today');

	await app.tabTo(app.page.getByRole('button', { name: /Already out/ }).first());
	await app.keys('j', 'Enter');
	await expect(app.page).toHaveURL(/#\/posts\//);
});
