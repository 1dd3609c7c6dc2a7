import { expect, test } from './fixtures';

const tomorrow = () => new Date(Date.now() + 24 * 3600_000).toISOString().replace(/\.\d+Z$/, 'Z');

test('posts are found by state and by words, and open @themes', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	await app.program.post('The harbour at dawn', [channel]);
	await app.program.post('Crème brûlée for everyone', [channel], tomorrow());
	await app.open('#/posts');
	const rows = app.page.getByRole('table', { name: 'Posts' }).getByRole('row');
	await expect(rows).toHaveCount(3);
	await app.axe();
	await app.shot('posts');

	await app.page.getByRole('radio', { name: 'Scheduled' }).click();
	await expect(rows).toHaveCount(2);
	await expect(app.page.getByRole('link', { name: 'Crème brûlée for everyone' })).toBeVisible();
	await app.page.getByRole('radio', { name: 'All' }).click();
	await app.page.getByRole('searchbox', { name: 'Find a post' }).fill('harbour');
	await expect(rows).toHaveCount(2);
	await app.page.getByRole('searchbox', { name: 'Find a post' }).fill('no such words');
	await expect(app.page.getByRole('heading', { name: 'No post has these words' })).toBeVisible();
	await app.page.getByRole('button', { name: 'Clear the search', exact: true }).last().click();
	await expect(rows).toHaveCount(3);
	await app.page.getByRole('button', { name: 'Post', exact: true }).click();
	await expect(app.page.getByRole('columnheader', { name: 'Post', exact: true })).toHaveAttribute(
		'aria-sort',
		'ascending',
	);
	await expect(rows.nth(1)).toContainText('Crème');
});

test('several posts go to the bin and come back, by keys alone', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	for (const text of ['One', 'Two', 'Three']) await app.program.post(text, [channel]);
	await app.open('#/posts');
	await app.tabTo(app.page.locator('table a'));
	await app.keys('x', 'j', 'x');
	await expect(app.page.getByRole('toolbar', { name: '2 selected' })).toBeVisible();
	await app.keys('Delete');
	await expect(app.page.getByText('2 posts are in the bin')).toBeVisible();
	await expect(app.page.getByRole('table').getByRole('row')).toHaveCount(2);
	await app.page.getByRole('button', { name: 'Undo' }).focus();
	await app.keys('Enter');
	await expect(app.page.getByRole('table').getByRole('row')).toHaveCount(4);
});

test('a draft is duplicated, and a post in the bin is restored', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	await app.program.post('Only one of these', [channel]);
	await app.open('#/posts');
	await app.page.getByRole('button', { name: 'More for “Only one of these”' }).click();
	await app.page.getByRole('menuitem', { name: 'Duplicate' }).click();
	await expect(app.page.getByRole('link', { name: 'Only one of these' })).toHaveCount(2);
	await app.page.getByRole('button', { name: 'More for “Only one of these”' }).first().click();
	await app.page.getByRole('menuitem', { name: 'Move to the bin' }).click();
	await expect(app.page.getByRole('link', { name: 'Only one of these' })).toHaveCount(1);
	await app.goto('#/posts/bin');
	await expect(app.page.getByText('In the bin since')).toBeVisible(); // not the list before
	await app.page.getByRole('button', { name: 'More for “Only one of these”' }).click();
	await app.page.getByRole('menuitem', { name: 'Take out of the bin' }).click();
	await expect(app.page.getByRole('heading', { name: 'The bin is empty' })).toBeVisible();
});

test('an empty list says what to do, and a list that cannot be read says why @themes', async ({ app }) => {
	await app.open('#/posts');
	await expect(app.page.getByRole('heading', { name: 'No posts yet' })).toBeVisible();
	await app.axe();
	await app.failing('PostService.List');
	await app.page.reload();
	await expect(app.page.getByRole('heading', { name: 'Postbag made a mistake' })).toBeVisible();
	await app.axe();
});

test('the table fits the smallest window', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	await app.program.post(
		'A long line of words that would not fit into the smallest window at all, and is cut with dots',
		[channel],
	);
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.open('#/posts');
	await app.fits();
	await app.look({ zoom: 200 });
	await app.fits();
});

test('the bin deletes for good in two steps, and keeps what was ever planned', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	await app.program.post('Only a thought', [channel]);
	await app.program.post('It was planned once', [channel], tomorrow());
	await app.open('#/queue/upcoming');
	await app.page.locator('[data-row]').first().focus();
	await app.keys('Delete');
	await expect(app.page.getByText('Taken out of the queue; the post is kept')).toBeVisible();
	await app.goto('#/posts');
	await app.tabTo(app.page.locator('table a'));
	await app.keys('Control+a', 'Delete');
	await app.goto('#/posts/bin');
	await expect(app.page.getByRole('table').getByText('In the bin since')).toHaveCount(2); // not the list before
	await app.tabTo(app.page.locator('table a'));
	await app.keys('Control+a', 'Delete');
	const question = app.page.getByRole('alertdialog', { name: 'Delete 1 post for good?' });
	await expect(question).toContainText('1 post was planned or published. It stays in the bin');
	await app.axe('[role=alertdialog]');
	await question.getByRole('button', { name: 'Delete', exact: true }).click();
	await expect(app.page.getByText('1 post is deleted')).toBeVisible();
	await expect(app.page.getByRole('table').getByRole('row')).toHaveCount(2);
	await expect(app.page.getByRole('link', { name: 'It was planned once' })).toBeVisible();
});
