import { expect, photographs, test, type App } from './fixtures';

const long = `${'They are up in the studio window from Friday, and there will be coffee. '.repeat(7)}Thank you @printroom #harbour #opendoors`;

/** A draft for the practice channel and the feed, open in the composer. */
async function writing(app: App, text: string): Promise<string> {
	await app.program.practice('me');
	const { id } = await app.program.post(text, ['practice', 'feed']);
	await app.open(`#/posts/${id}`);
	return id;
}

const field = (app: App) => app.page.getByRole('textbox', { name: 'Text of the post' });
const saved = (app: App) => expect(app.page.getByText('Saved on this laptop')).toBeVisible();

/** What the backend has of a post. */
async function stored(app: App, id: string) {
	return await app.rpc<{ post: { content: { text: string; parts: string[] }; variants: { text?: string }[] } }>(
		'PostService.Open',
		id,
	);
}

test('one text goes to every channel, and one of them gets a shorter one @themes', async ({ app }) => {
	const id = await writing(app, long);
	await expect(app.page.getByText(/characters past Practice’s 500/)).toBeVisible();
	await expect(app.page.getByText('Too long for Practice')).toBeVisible();
	await app.axe();
	await app.shot('composer-too-long');

	await app.page.getByRole('button', { name: 'Shorten for Practice' }).click();
	await expect(app.page.getByText('Own text for Practice')).toBeVisible();
	await field(app).fill('Short for practice.');
	await expect(app.page.getByText(/characters past/)).toBeHidden();
	await expect(app.page.getByRole('option', { name: /Practice at .*, Own text/ })).toBeVisible();
	await expect(async () => {
		const { post } = await stored(app, id);
		expect(post.variants.some((v) => v.text === 'Short for practice.')).toBe(true);
		expect(post.content.text).toBe(long);
	}).toPass();

	await app.page.getByRole('button', { name: 'Follow the shared text again' }).click();
	await expect(field(app)).toHaveValue(long);
	await app.page.getByRole('button', { name: 'Undo' }).click();
	await expect(field(app)).toHaveValue('Short for practice.');
});

test('a long text becomes a thread, and stepping back survives a pulled plug', async ({ app }) => {
	const id = await writing(app, long);
	await app.page.getByRole('button', { name: /^Split into/ }).click();
	await expect(app.page.getByRole('textbox', { name: 'Text of part 2 of 2' })).toBeVisible();
	await app.axe();
	await app.shot('composer-thread');
	await expect(async () => expect((await stored(app, id)).post.content.parts).toHaveLength(1)).toPass();
	await app.killAndRestart();
	await expect(app.page.getByRole('textbox', { name: 'Text of part 2 of 2' })).toBeVisible();
	await app.page.getByRole('button', { name: 'Undo' }).click();
	await expect(field(app)).toHaveValue(long);
	await app.page.getByRole('button', { name: 'Redo' }).click();
	await expect(app.page.getByRole('textbox', { name: 'Text of part 2 of 2' })).toBeVisible();
});

test('what was typed a second ago is there after the plug was pulled', async ({ app }) => {
	await app.program.practice('me');
	await app.open('#/posts/new');
	await expect(field(app)).toBeFocused();
	await app.page.keyboard.type('Written just now, with ß and 世.');
	await saved(app);
	await expect(app.page).toHaveURL(/#\/posts\/[0-9a-f-]{36}/);
	await app.killAndRestart();
	await expect(field(app)).toHaveValue('Written just now, with ß and 世.');
});

test('pictures are added, described, put in order and aimed @themes', async ({ app }) => {
	await app.program.photos();
	const id = await writing(app, 'Three pictures.');
	await app.keys('Control+Shift+L');
	const sheet = app.page.getByRole('dialog', { name: 'Pictures from the library' });
	await sheet.getByRole('button', { name: /dusk/ }).click();
	await sheet.getByRole('button', { name: /sea/ }).click();
	await app.axe('[role="dialog"]');
	await sheet.getByRole('button', { name: 'Use 2 pictures' }).click();
	await expect(app.page.getByRole('button', { name: /^Picture 2 of 2: sea/ })).toBeVisible();
	const alt = app.page.getByRole('textbox', { name: /^Alt text for picture/ });
	await alt.fill('The sea at noon.');
	await app.page.getByRole('button', { name: /^Picture 2 of 2/ }).focus();
	await app.page.getByRole('button', { name: /^Picture 1 of 2/ }).press('Alt+ArrowRight');
	await expect(app.page.getByRole('button', { name: /^Picture 2 of 2: dusk/ })).toBeVisible();
	await app.page.getByRole('button', { name: 'Size and focal point' }).click();
	const point = app.page.getByRole('slider', { name: 'Move focal point' });
	await point.press('Shift+ArrowLeft');
	await expect(point).not.toHaveAttribute('aria-valuetext', /^50/);
	await app.pictures();
	await app.axe('[role="dialog"]');
	await app.shot('composer-focal');

	// A size for this one post, with a part of its own: the backend has it, and the preview shows it.
	const sheet2 = app.page.getByRole('dialog', { name: 'How this picture goes out' });
	await sheet2
		.getByRole('button', { name: /portrait/ })
		.first()
		.click();
	const part = sheet2.getByRole('application', { name: /^Part shown/ });
	await part.press('+');
	await part.press('ArrowUp');
	await expect(sheet2.getByRole('button', { name: 'Follow the focal point' })).toBeEnabled();
	await app.pictures();
	await app.axe('[role="dialog"]');
	await app.shot('composer-size');
	await app.page.getByRole('button', { name: 'Done' }).click();
	await expect(async () => {
		const { post } = await app.rpc<{
			post: { content: { media: { preset: string; crops: Record<string, { width: number }> }[] } };
		}>('PostService.Open', id);
		const use = post.content.media[1]!;
		expect(use.preset).not.toBe('');
		expect(use.crops[use.preset]!.width).toBeLessThan(1);
	}).toPass();
	await expect(app.page.locator('aside img[src*="feed-portrait"]').first()).toHaveAttribute('src', /[?&]w=0\./);
	await app.pictures();
	await app.shot('composer-pictures');
	await app.axe();
});

test('files from elsewhere are dropped into the post', async ({ app }) => {
	await writing(app, 'Dropped.');
	const chooser = app.page.waitForEvent('filechooser');
	await app.page.getByRole('button', { name: 'Add a picture or video' }).first().click();
	await app.page.getByRole('menuitem', { name: /From this laptop/ }).click();
	await (await chooser).setFiles(photographs.slice(0, 2));
	await expect(app.page.getByRole('button', { name: /^Picture 2 of 2/ })).toBeVisible({ timeout: 30_000 });
});

test('a post is written and scheduled with the keyboard alone', async ({ app }) => {
	await app.program.practice('me');
	await app.open('#/posts/new');
	await expect(field(app)).toBeFocused();
	await app.page.keyboard.type('By hand.');
	await saved(app);
	await app.keys('Control+2');
	await expect(app.page.getByRole('option', { selected: true })).not.toHaveAccessibleName(/^Everyone/);
	await app.keys('Control+1', 'Control+Enter');
	const dialog = app.page.getByRole('dialog', { name: 'When it goes out' });
	await expect(dialog).toBeVisible();
	await app.page.keyboard.type('2031-06-12 7:30');
	await expect(dialog.getByText(/^Goes out .*June.* 2031/)).toBeVisible();
	await app.keys('Enter');
	await expect(dialog).toBeHidden();
	await app.keys('Control+Enter');
	await expect(app.page.getByText('Scheduled', { exact: true }).first()).toBeVisible();
	expect(await app.program.cli<unknown[]>('queue', 'list')).toHaveLength(2);
});

test('a blocking problem keeps a post back, and says where it is', async ({ app }) => {
	await writing(app, long);
	await app.keys('Control+Enter');
	await expect(app.page.getByText('Before it goes out: Too long for Practice')).toBeVisible();
	expect(await app.program.cli<unknown[]>('queue', 'list')).toHaveLength(0);
});

test('versions are named, compared and brought back', async ({ app }) => {
	const id = await writing(app, 'The first words.');
	// The name is there before what it names: neither it nor Enter is lost.
	let answer = () => {};
	const typed = new Promise<void>((done) => (answer = done));
	await app.page.route(/\/rpc\/api\.PostService\.History$/, async (route) => {
		await typed;
		await route.continue();
	});
	await app.keys('Control+S');
	await app.page.getByRole('textbox', { name: 'Name' }).fill('First');
	await app.keys('Enter');
	answer();
	await expect(app.page.getByRole('dialog')).toBeHidden();
	await field(app).fill('Other words entirely.');
	await expect(async () => expect((await stored(app, id)).post.content.text).toBe('Other words entirely.')).toPass();
	await app.keys('Control+Shift+O');
	const dialog = app.page.getByRole('dialog', { name: 'Versions' });
	await dialog.getByRole('option', { name: /First/ }).click();
	await expect(dialog.getByText('entirely')).toBeVisible();
	await app.axe('[role="dialog"]');
	await dialog.getByRole('button', { name: 'Go back to this one' }).click();
	await expect(field(app)).toHaveValue('The first words.');
});

test('words are safe while nothing can be saved', async ({ app }) => {
	await writing(app, 'Before.');
	await app.failing('PostService.Write', 'disk_full');
	await field(app).fill('Typed while the disk is full.');
	await expect(app.page.getByText('Not saved: the disk is full')).toBeVisible();
	await expect(app.page.getByRole('button', { name: 'Copy all text' })).toBeVisible();
	await app.axe();
	await app.page.unrouteAll();
	await saved(app);
	await expect(field(app)).toHaveValue('Typed while the disk is full.');
});

test('at 900 by 600 nothing scrolls sideways, and previews are a press away @themes', async ({ app }) => {
	await app.page.setViewportSize({ width: 900, height: 600 });
	await writing(app, long);
	await expect(app.page.getByRole('button', { name: /to look at/ })).toBeVisible();
	await app.fits();
	await app.axe();
	await app.shot('composer-900');
	await app.page.getByRole('button', { name: 'Preview', exact: true }).click();
	await expect(app.page.getByRole('dialog', { name: 'How it will look' })).toBeVisible();
	await app.axe('[role="dialog"]');
});

test('a decorative picture needs no description, and nobody is reminded of it', async ({ app }) => {
	await app.program.photos();
	await writing(app, 'A border of leaves.');
	await app.keys('Control+Shift+L');
	const sheet = app.page.getByRole('dialog', { name: 'Pictures from the library' });
	await sheet.getByRole('button', { name: /dusk/ }).click();
	await sheet.getByRole('button', { name: 'Use 1 picture' }).click();
	await expect(app.page.getByText(/without alt text|no alt text/i).first()).toBeVisible();
	await app.page.getByRole('checkbox', { name: 'Decorative, needs no alt text' }).check();
	await expect(app.page.getByRole('button', { name: /^Picture 1 of 1: .*decorative/ })).toBeVisible();
	await expect(app.page.getByText('Every picture has alt text')).toBeVisible();
	await app.axe();
});

test('a poll is written by keyboard alone, and comes back after undo @themes', async ({ app }) => {
	const id = await writing(app, 'Bread or cake?');
	await app.page.getByRole('button', { name: 'Add a poll' }).press('Enter');
	const answer = (n: number) => app.page.getByRole('textbox', { name: `Answer ${n}` });
	await answer(1).focus();
	await app.page.keyboard.type('Bread');
	await app.keys('Enter');
	await app.page.keyboard.type('Cake');
	await app.keys('Enter');
	await expect(answer(3)).toBeFocused();
	await app.page.keyboard.type('Neither');
	await app.keys('Alt+ArrowUp');
	await expect(answer(2)).toHaveValue('Neither');
	await expect(app.page.getByText(/^No polls on/)).toBeVisible(); // the feed has none
	await app.axe();
	await app.shot('composer-poll');
	await app.page.getByRole('button', { name: 'Leave it out there' }).press('Enter');
	await expect(app.page.getByText(/^No polls on/)).toBeHidden();
	await expect(async () => {
		const { post } = await app.rpc<{ post: { content: { poll?: { options: string[] } } } }>('PostService.Open', id);
		expect(post.content.poll?.options).toEqual(['Bread', 'Neither', 'Cake']);
	}).toPass();
	await app.page.getByRole('button', { name: 'Remove the poll' }).click();
	await expect(answer(1)).toBeHidden();
	await app.page.getByRole('button', { name: 'Undo' }).first().click();
	await expect(answer(2)).toHaveValue('Neither');
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.fits();
	await app.shot('composer-poll-900');
});

test('the cut of a thread moves by a sentence', async ({ app }) => {
	await writing(app, long);
	await app.page.getByRole('button', { name: /^Split into/ }).click();
	const first = app.page.getByRole('textbox', { name: 'Text of part 1 of 2' });
	const before = (await first.inputValue()).length;
	await app.page.getByRole('button', { name: 'Send the last sentence down' }).click();
	await expect(async () => expect((await first.inputValue()).length).toBeLessThan(before)).toPass();
	await app.page.getByRole('button', { name: 'Bring the next sentence up' }).click();
	await expect(async () => expect((await first.inputValue()).length).toBe(before)).toPass();
});

test('a person is mentioned once and goes out as each network knows them @themes', async ({ app }) => {
	const id = await writing(app, 'Photographs by');
	await field(app).press('End');
	await field(app).pressSequentially(' @anna');
	await expect(app.page.getByRole('option', { name: 'Who is @anna?' })).toBeVisible();
	await field(app).press('ArrowDown');
	await field(app).press('Enter');
	const dialog = app.page.getByRole('dialog', { name: 'Who this is on each network' });
	await expect(dialog.getByLabel('Written behind @')).toHaveValue('anna');
	await dialog.getByRole('button', { name: 'Keep this person' }).click();
	await expect(dialog.getByText('Say the name')).toBeVisible();
	await dialog.getByLabel('Name', { exact: true }).fill('Anna Berg');
	await app.axe();
	await app.shot('composer-person');
	await dialog.getByRole('button', { name: 'Keep this person' }).click();

	const previews = app.page.getByRole('complementary', { name: 'How it will look' });
	await expect(previews).toContainText('Photographs by Anna Berg');
	await expect(app.page.getByText('@anna: plain text on Practice')).toBeVisible();
	await app.axe();
	await app.shot('composer-mention');
	await app.page.setViewportSize({ width: 900, height: 600 });
	await app.fits();
	await app.shot('composer-mention-900');
	await app.page.setViewportSize({ width: 1440, height: 900 });

	await app.page.getByRole('button', { name: 'Add a handle' }).click();
	await dialog.getByLabel('On Practice').fill('anna.berg');
	await dialog.getByLabel('On Practice').press('Enter');
	await expect(previews).toContainText('Photographs by @anna.berg');
	await expect(app.page.getByText(/plain text on/)).toHaveCount(0);
	await expect(async () => {
		expect((await stored(app, id)).post.content.text).toContain('Photographs by @anna');
	}).toPass();
});

test('off line, a link is looked at later, and a person can be reminded of it', async ({ app }) => {
	let offline = true;
	await app.page.route(/\/rpc\/api\.QueueService\.Engine$/, async (route) => {
		const answer = await route.fetch();
		const text = await answer.text();
		await route.fulfill({
			response: answer,
			body: offline ? text.replace('"offlineSinceMs":0', `"offlineSinceMs":${Date.now() - 600_000}`) : text,
		});
	});
	await writing(app, 'Doors open at nine');
	await app.page.getByRole('button', { name: /^Link preview/ }).click();
	await app.page.getByRole('textbox', { name: 'Address' }).fill('https://127.0.0.1:9/doors');
	await app.page.getByRole('button', { name: 'Show as a card' }).click();
	await expect(app.page.getByText('Fetched when you are online')).toBeVisible();
	await app.page.getByRole('button', { name: 'Remind me when online' }).click();
	await expect(app.page.getByRole('button', { name: 'Do not remind me' })).toBeVisible();
	await app.axe();
	await app.fits();
	await app.shot('composer-offline');
	offline = false;
	await app.page.getByRole('button', { name: 'Do not remind me' }).click(); // and it is looked at again
	await expect(app.page.getByRole('button', { name: /remind me/i })).toHaveCount(0);
});
