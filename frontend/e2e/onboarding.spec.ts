import { expect, test } from './fixtures';

test('from nothing to a published post, with no account and no network', async ({ app }) => {
	await app.open('#/welcome/look');
	await app.shot('welcome');
	await app.page.getByRole('button', { name: 'Continue' }).click();
	await app.page.getByRole('textbox', { name: 'Name of the workspace' }).fill('Bakery');
	await app.page.getByRole('button', { name: 'Continue' }).click();
	await app.page.getByRole('textbox', { name: 'What is new?' }).fill('We open at seven.');
	await app.page.getByRole('button', { name: 'Publish here' }).click();
	await expect(app.page.getByRole('heading', { name: 'Published. This is your page.' })).toBeVisible({
		timeout: 30_000,
	});
	await app.page.getByRole('button', { name: 'Continue' }).click();
	await app.page.getByRole('button', { name: 'Skip this' }).click();
	await app.page.getByRole('button', { name: 'Go to Postbag' }).last().click();
	await expect(app.page).toHaveURL(/#\/today$/);
	await expect(app.page.getByRole('button', { name: 'Workspace: Bakery' })).toBeVisible();
	await app.goto('#/posts/published');
	await expect(app.page.getByRole('link', { name: 'We open at seven.' })).toBeVisible();
});

test('the demo is filled, takes no real channel, and goes with one click', async ({ app }) => {
	await app.open('#/welcome/begin');
	await app.page.getByRole('button', { name: 'Open the demo' }).click();
	await expect(app.page.getByRole('heading', { level: 1, name: 'Write a first post' })).toBeVisible({
		timeout: 60_000,
	});
	await app.goto('#/posts');
	await expect(app.page.getByRole('table').getByRole('row')).toHaveCount(10);
	await app.goto('#/channels/add');
	await expect(app.page.getByText(/The demo reaches nobody/)).toBeVisible();
	await expect(app.page.getByRole('main').getByRole('listitem')).toHaveCount(2);
	await app.goto('#/settings/general');
	await app.page.getByRole('button', { name: 'Remove', exact: true }).click();
	await expect(app.page.getByText('Workspace “Demo” is removed')).toBeVisible();
	await expect(app.page.getByRole('button', { name: 'Workspace: My workspace' })).toBeVisible();
	await app.page.getByRole('button', { name: 'Undo' }).click();
	await expect(app.page.getByRole('button', { name: 'Workspace: Demo' })).toBeVisible();
});

test('each step is accessible and fits the smallest window @themes', async ({ app }) => {
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.open('#/welcome/look');
	for (const step of ['look', 'begin', 'first', 'watch', 'channel']) {
		await app.goto(`#/welcome/${step}`);
		await app.axe();
		await app.fits();
	}
});

test('by keys alone, and taken up again where it was left', async ({ app }) => {
	await app.open('#/welcome/look');
	await app.tabTo(app.page.getByRole('button', { name: 'Continue' }));
	await app.keys('Enter');
	await expect(app.page.getByRole('heading', { level: 1, name: 'Where would you like to begin?' })).toBeFocused();
	await app.tabTo(app.page.getByRole('button', { name: 'Skip this' }));
	await app.keys('Enter');
	await expect(app.page.getByRole('heading', { level: 1, name: 'Write a first post' })).toBeVisible();
	await app.goto('#/today');
	await app.goto('#/welcome');
	await expect(app.page.getByRole('heading', { level: 1, name: 'Write a first post' })).toBeVisible();
});

test('the language of the screen changes with one press', async ({ app }) => {
	await app.open('#/welcome/look');
	await app.page.getByRole('radio', { name: 'Български' }).click();
	await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('Добре дошли в Postbag');
	await expect(app.page.locator('html')).toHaveAttribute('lang', 'bg');
});
