import { expect, test } from './fixtures';

test('a channel is connected by answering, and its page says how it stands @themes', async ({ app }) => {
	await app.open('#/channels/add');
	await expect(app.page.getByRole('heading', { level: 1, name: 'Add a channel' })).toBeVisible();
	await app.axe();
	await app.shot('channels-add');
	await app.page.getByRole('link', { name: /^Practice/ }).click();
	await app.page.getByRole('textbox', { name: 'Name' }).fill('Studio');
	await app.page.getByRole('button', { name: 'Continue' }).click();
	await expect(app.page.getByRole('heading', { name: 'Studio is connected' })).toBeVisible();
	await app.page.getByRole('button', { name: 'Open the channel' }).click();
	await expect(app.page.getByRole('heading', { level: 1, name: 'Studio' })).toBeVisible();
	await expect(app.page.getByText('up to 500 characters')).toBeVisible();
	await app.axe();
	await app.shot('channel');
});

test('a network is found among many, and the keys lead there', async ({ app }) => {
	await app.open('#/channels/add');
	const find = app.page.getByRole('searchbox', { name: 'Find a network' });
	await find.fill('wordp');
	await expect(app.page.getByRole('link', { name: /^WordPress/ })).toBeVisible();
	await expect(app.page.getByRole('link', { name: /^Bluesky/ })).toBeHidden();
	await find.fill('no such network');
	await expect(app.page.getByText('No network has these words')).toBeVisible();
	await app.axe();
	await app.keys('Escape');
	await expect(app.page.getByRole('link', { name: /^Bluesky/ })).toBeVisible();
});

test('a wrong answer asks again and says why', async ({ app }) => {
	await app.open('#/channels/add/practice');
	await app.page.getByRole('textbox', { name: 'Name' }).fill('x'.repeat(60));
	await app.page.getByRole('button', { name: 'Continue' }).click();
	await expect(app.page.getByRole('alert')).toContainText('1 to 50 characters');
	await app.axe();
});

test('a channel is paused, goes on, is renamed and removed', async ({ app }) => {
	const id = await app.program.practice('Studio');
	await app.program.post('Waits', [id], new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z'));
	await app.open(`#/channels/${id}`);
	await app.page.getByRole('button', { name: 'Pause', exact: true }).click();
	await expect(app.page.getByText(/^Paused since/)).toBeVisible();
	await app.page.getByRole('button', { name: 'Undo' }).click();
	await expect(app.page.getByText(/^Paused since/)).toBeHidden();

	await app.page.getByRole('button', { name: 'More for this channel' }).click();
	await app.page.getByRole('menuitem', { name: 'Rename…' }).click();
	await app.page.getByRole('textbox', { name: 'Name of this channel' }).fill('Front page');
	await app.page.getByRole('button', { name: 'Rename', exact: true }).click();
	await expect(app.page.getByRole('heading', { level: 1, name: 'Front page' })).toBeVisible();

	await app.page.getByRole('button', { name: 'More for this channel' }).click();
	await app.page.getByRole('menuitem', { name: 'Remove…' }).click();
	const question = app.page.getByRole('alertdialog');
	await expect(question).toContainText('1 planned post goes back to the drafts.');
	await question.getByRole('button', { name: 'Remove the channel' }).click();
	await expect(app.page.getByRole('link', { name: 'Front page' })).toBeHidden();
	await app.goto('#/posts');
	await expect(app.page.getByRole('link', { name: 'Waits' })).toBeVisible();
});

test('by keys alone: a channel is added', async ({ app }) => {
	await app.open('#/channels/add');
	await app.tabTo(app.page.getByRole('link', { name: /^Practice/ }));
	await app.keys('Enter');
	await expect(app.page.getByRole('textbox', { name: 'Name' })).toBeFocused();
	await app.page.keyboard.type('Keys');
	await app.keys('Enter');
	await expect(app.page.getByRole('heading', { name: 'Keys is connected' })).toBeVisible();
});

test('the page fits the smallest window and a large zoom', async ({ app }) => {
	const id = await app.program.practice('Studio');
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.open(`#/channels/${id}`);
	await app.fits();
	await app.goto('#/channels/add/bluesky');
	await app.fits();
});

test('a channel that is gone says so', async ({ app }) => {
	await app.open('#/today');
	await app.page.evaluate(() => (location.hash = '#/channels/01a201f8-7017-7477-9850-da5d2a04b688'));
	await expect(app.page.getByRole('heading', { name: 'This channel is not here any more' })).toBeVisible();
});

test('the days until a network asks again are counted, and signing in is one step away @themes', async ({ app }) => {
	const id = await app.program.practice('Studio');
	const day = 86_400_000;
	let left = 40;
	await app.page.route(/\/rpc\/api\.ChannelService\.Page$/, async (route) => {
		const response = await route.fetch(); // the practice network asks for no sign-in; here it is taken for one that does
		const body = (await response.text())
			.replace('"signIn":false', '"signIn":true')
			.replace('"expiresMs":0', `"expiresMs":${Date.now() + left * day + 60_000}`);
		await route.fulfill({ response, body });
	});
	await app.open(`#/channels/${id}`);
	await expect(app.page.getByText(/^Practice asks again next month, around /)).toBeVisible();
	await expect(app.page.getByText('Ready', { exact: true })).toBeVisible();

	left = 5;
	await app.page.reload();
	await expect(app.page.getByText('5 days left', { exact: true })).toBeVisible();
	await expect(app.page.getByText(/^Practice asks again in 5 days, around /)).toBeVisible();
	await app.axe();
	await app.shot('channel-sign-in-soon');
	await app.tabTo(app.page.getByRole('status').getByRole('button', { name: 'Sign in again' }));
	await app.keys('Enter');
	await expect(app.page).toHaveURL(/channels\/add\/practice/);
});
