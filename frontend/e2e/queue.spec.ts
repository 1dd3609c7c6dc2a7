import { expect, test } from './fixtures';

const inHours = (n: number) => new Date(Date.now() + n * 3600_000).toISOString().replace(/\.\d+Z$/, 'Z');

test('a planned post is held, let go, moved out and taken back @themes', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	await app.program.post('The harbour at dawn', [channel], inHours(30));
	await app.program.post('Coffee hour', [channel], inHours(54));
	await app.open('#/queue/upcoming');
	const rows = app.page.getByRole('main').getByRole('list').locator('[data-row]');
	await expect(rows).toHaveCount(2);
	await expect(rows.first()).toHaveAccessibleName(/The harbour at dawn\..*Practice.*Scheduled/);
	await app.axe();
	await app.fits();
	await app.shot('queue');

	await rows.first().click();
	const details = app.page.getByRole('complementary', { name: 'Details' });
	await details.getByRole('button', { name: 'Hold', exact: true }).click();
	await expect(rows.first()).toHaveAccessibleName(/Held/);
	await app.page.getByRole('button', { name: 'Undo' }).click();
	await expect(rows.first()).toHaveAccessibleName(/Scheduled/);

	await details.getByRole('button', { name: 'More' }).click();
	await app.page.getByRole('menuitem', { name: 'Take out of the queue' }).click();
	await expect(rows).toHaveCount(1);
	await app.page.getByRole('button', { name: 'Undo' }).last().click();
	await expect(rows).toHaveCount(2);
});

test('publish now can be undone for five seconds, and is not sent then', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	const { deliveries } = await app.program.post('Not yet', [channel], inHours(30));
	await app.open('#/queue/upcoming');
	const details = app.page.getByRole('complementary', { name: 'Details' });
	await details.getByRole('button', { name: 'Publish now' }).click();
	const question = app.page.getByRole('alertdialog');
	await expect(question).toContainText(/studio/i);
	await question.getByRole('button', { name: 'Publish now' }).click();
	await app.page.getByRole('button', { name: 'Undo' }).click();
	await expect(app.page.locator('[data-row]').first()).toHaveAccessibleName(/Scheduled/);
	await app.page.waitForTimeout(7000); // longer than the grace: nothing may leave
	const list = await app.program.cli<{ id: string; state: string }[]>('queue', 'list');
	expect(list.find((d) => d.id === deliveries[0]!.id)?.state).toBe('planned');

	await details.getByRole('button', { name: 'Publish now' }).click();
	await app.page.getByRole('alertdialog').getByRole('button', { name: 'Publish now' }).click();
	await app.page.getByRole('tab', { name: 'Published' }).click();
	await expect(app.page.locator('[data-row]').first()).toHaveAccessibleName(/Not yet\..*Published/, {
		timeout: 20_000,
	});
});

test('everything is held and let go, over a restart', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	await app.program.post('Wait for me', [channel], inHours(2));
	await app.open('#/queue/upcoming');
	await app.keys('Control+Shift+h');
	await expect(app.page.getByText('You hold everything')).toBeVisible();
	await app.killAndRestart();
	await expect(app.page.getByText('You hold everything')).toBeVisible();
	await app.page.getByRole('main').getByRole('button', { name: 'Let posts go' }).first().click();
	await expect(app.page.getByText('Publishing from this laptop')).toBeVisible();
});

test('several posts are held with the keyboard alone', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	for (const [i, text] of ['One', 'Two', 'Three'].entries()) await app.program.post(text, [channel], inHours(30 + i));
	await app.open('#/queue/upcoming');
	await app.tabTo(app.page.locator('[data-row]').first());
	await app.keys('x', 'j', 'x');
	await expect(app.page.getByRole('toolbar', { name: '2 selected' })).toBeVisible();
	await app.keys('h');
	await expect(app.page.getByRole('tab', { name: /Held/ })).toContainText('2');
	await app.keys('Control+z');
	await expect(app.page.getByRole('tab', { name: /Held/ })).not.toContainText('2');
});

test('empty, broken and narrow', async ({ app }) => {
	await app.open('#/queue/upcoming');
	await expect(app.page.getByRole('heading', { name: 'Nothing is planned' })).toBeVisible();
	await app.page.setViewportSize({ width: 900, height: 600 });
	for (const tab of ['needs-you', 'held', 'published']) {
		await app.goto(`#/queue/${tab}`);
		await app.fits();
		await app.axe();
	}
	await app.failing('QueueService.Board');
	await app.page.reload();
	await expect(app.page.getByRole('alert')).toContainText('Postbag made a mistake');
});

test('two planned posts change times by keys, and change back', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	await app.program.post('Early bread', [channel], inHours(30));
	await app.program.post('Late cake', [channel], inHours(54));
	await app.open('#/queue/upcoming');
	const rows = app.page.getByRole('main').getByRole('list').locator('[data-row]');
	await expect(rows.first()).toHaveAccessibleName(/Early bread/);
	await rows.first().focus();
	await app.keys('Alt+ArrowDown');
	await expect(rows.first()).toHaveAccessibleName(/Late cake/);
	await expect(rows.nth(1)).toHaveAccessibleName(/Early bread/);
	await expect(rows.nth(1)).toBeFocused();
	await app.page.getByRole('button', { name: 'Undo' }).click();
	await expect(rows.first()).toHaveAccessibleName(/Early bread/);
});

test('off line, what needs the network becomes a reminder, over a restart @themes', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	await app.program.post('The harbour at dawn', [channel], inHours(30));
	// The practice network needs no connection; here it is taken for one that does.
	await app.page.route(/\/rpc\/api\.QueueService\.(Engine|Board)$/, async (route) => {
		const answer = await route.fetch();
		const text = (await answer.text()).replace('"offlineSinceMs":0', `"offlineSinceMs":${Date.now() - 600_000}`);
		await route.fulfill({ response: answer, body: text.replaceAll('"local":true', '"local":false') });
	});
	await app.open('#/queue/upcoming');
	const details = app.page.getByRole('complementary', { name: 'Details' });
	await expect(details.getByText('If online', { exact: true })).toBeVisible();
	await expect(details.getByRole('button', { name: 'Publish now' })).toHaveCount(0);
	await details.getByRole('button', { name: 'Remind me when online' }).click();
	await expect(app.page.getByText('Postbag tells you when this laptop is online again')).toBeVisible();
	await expect(details.getByRole('button', { name: 'Do not remind me' })).toBeVisible();
	await app.axe();
	await app.fits();
	await app.shot('queue-offline');

	await app.killAndRestart();
	await details.getByRole('button', { name: 'Do not remind me' }).click();
	await expect(details.getByRole('button', { name: 'Remind me when online' })).toBeVisible();
});

test('a server that failed and a limit that is reached say until when, what waits and where to go @themes', async ({
	app,
}) => {
	await app.program.practice('me');
	await app.open('#/queue/upcoming');
	const [channel] = (
		await app.rpc<{ id: string; network: string; name: string }[]>(
			'ChannelService.List',
			(await app.rpc<{ id: string }[]>('SystemService.Workspaces'))[0]!.id,
		)
	).filter((c) => c.network === 'practice');
	// Servers of this very machine never get a pause, so what the backend would say is said here.
	const channels = [{ id: channel!.id, name: channel!.name }];
	const untilMs = Date.now() + 8 * 60_000;
	await app.page.route(/\/rpc\/api\.QueueService\.Pauses$/, (route) =>
		route.fulfill({
			contentType: 'application/json',
			body: JSON.stringify({
				result: [
					{ reason: 'server', host: 'social.example', network: 'Practice', channels, untilMs, waiting: 2 },
					{ reason: 'limit', host: '', network: 'Practice', channels, untilMs: untilMs + 60_000, waiting: 0 },
				],
			}),
		}),
	);
	await app.page.reload();
	await app.settled();
	await expect(app.page.getByText('social.example is having trouble')).toBeVisible();
	await expect(app.page.getByText(/2 posts wait until then/)).toBeVisible();
	await expect(app.page.getByText(/Practice takes no more posts from/)).toBeVisible();
	await app.axe();
	await app.shot(`queue-pauses-${test.info().project.name}`);
	const open = app.page.getByRole('button', { name: `Open ${channel!.name}` }).first();
	await app.tabTo(open);
	await app.keys('Enter');
	await expect(app.page).toHaveURL(new RegExp(`#/channels/${channel!.id}`));
	await expect(app.page.getByText('social.example is having trouble')).toBeVisible();
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.fits();
	await app.axe();
	await app.shot(`channel-pauses-${test.info().project.name}`);
	await app.page.getByRole('button', { name: 'Show what waits' }).click();
	await expect(app.page).toHaveURL(/#\/queue\/upcoming/);
});

test('what is live is changed in its place, with the keyboard alone @themes', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	const { deliveries } = await app.program.post('The shop opens at nine', [channel], 'now');
	await app.open('#/queue/published');
	const row = app.page.locator('[data-row]').first();
	await expect(row).toHaveAccessibleName(/The shop opens at nine\..*Published/, { timeout: 20_000 });
	await app.tabTo(row);
	await app.keys('Shift+E');
	const dialog = app.page.getByRole('dialog', { name: 'Change what is live on Practice' });
	const text = dialog.getByRole('textbox', { name: 'Text' });
	await expect(text).toBeFocused();
	await expect(text).toHaveValue('The shop opens at nine');
	await expect(dialog.getByRole('button', { name: 'Change it' })).toBeDisabled();
	await text.fill('x'.repeat(501));
	await expect(dialog.getByText('1 too many')).toBeVisible();
	await app.shot('queue-edit-live');
	await text.fill('The shop opens at ten');
	await expect(dialog.getByRole('button', { name: 'Change it' })).toBeEnabled();
	await app.axe();
	await app.keys('Control+Enter');
	await expect(app.page.getByText('Changed on Practice')).toBeVisible();
	await expect(dialog).toBeHidden();
	const details = app.page.getByRole('complementary', { name: 'Details' });
	await expect(details.getByText('You changed what is live')).toBeVisible();
	await expect(details.getByText('The shop opens at ten')).toBeVisible();
	await app.shot('queue-edited');
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.fits();
	const story = await app.program.cli<{ edits: { text: string; outcome: string }[] }>(
		'queue',
		'show',
		deliveries[0]!.id,
	);
	expect(story.edits).toMatchObject([{ text: 'The shop opens at ten', outcome: 'accepted' }]);
});

test('what is live is deleted at its network, with the keyboard alone @themes', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	const { deliveries } = await app.program.post('The shop opens at nine', [channel], 'now');
	await app.open('#/queue/published');
	const row = app.page.locator('[data-row]').first();
	await expect(row).toHaveAccessibleName(/The shop opens at nine\..*Published/, { timeout: 20_000 });
	await app.tabTo(row);
	await app.keys('Shift+Delete');
	const question = app.page.getByRole('alertdialog', { name: 'Delete this on Practice?' });
	await expect(question).toBeVisible();
	await app.axe();
	await app.shot('queue-delete-live');
	await app.keys('Escape');
	await expect(question).toBeHidden();
	await app.keys('Shift+Delete');
	await app.tabTo(question.getByRole('button', { name: 'Delete on Practice' }));
	await app.keys('Enter');
	await expect(app.page.getByText('Deleted on Practice. The post stays in Postbag.')).toBeVisible();
	const details = app.page.getByRole('complementary', { name: 'Details' });
	await expect(details.getByText('You deleted it on Practice', { exact: true })).toBeVisible();
	await expect(details.getByRole('button', { name: /^Open/ })).toHaveCount(0);
	await app.shot('queue-deleted');
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.fits();
	await app.axe();
	await app.shot('queue-deleted-900');
	await app.keys('Shift+Delete');
	await expect(question).toBeHidden();
	const story = await app.program.cli<{ state: string; deletions: { outcome: string }[] }>(
		'queue',
		'show',
		deliveries[0]!.id,
	);
	expect(story).toMatchObject({ state: 'published', deletions: [{ outcome: 'accepted' }] });
});

test('a part of a thread is chosen from a list that opens over its dialog', async ({ app }) => {
	const channel = await app.program.practice('Studio');
	await app.program.post('The shop opens at nine', [channel], 'now', [], ['And closes at five']);
	await app.open('#/queue/published');
	const row = app.page.locator('[data-row]').first();
	await expect(row).toHaveAccessibleName(/Published/, { timeout: 20_000 });
	await app.tabTo(row);
	await app.keys('Shift+E');
	const dialog = app.page.getByRole('dialog', { name: 'Change what is live on Practice' });
	await dialog
		.getByRole('button', { name: 'Part' })
		.or(dialog.getByRole('combobox', { name: 'Part' }))
		.click();
	await app.page.getByRole('option', { name: 'Part 2 of 2' }).click(); // what lies under something else cannot be clicked
	await expect(dialog.getByRole('textbox', { name: 'Text' })).toHaveValue('And closes at five');
	await app.shot('queue-edit-part');
});
