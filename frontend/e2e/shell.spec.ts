import { expect, test } from './fixtures';

test.describe('the shell', () => {
	test('opens on Today, and the address that let it in is gone @themes', async ({ app, page }) => {
		await app.open();
		expect(new URL(page.url()).search).toBe('');
		await expect(page.getByRole('navigation', { name: 'Sections' })).toBeVisible();
		await expect(page.getByRole('link', { name: 'Today' })).toHaveAttribute('aria-current', 'page');
		await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
		await app.axe();
	});

	test('goes to every place by link, by keys and back', async ({ app, page }) => {
		await app.open();
		const title = page.getByRole('heading', { level: 1 });
		const link = (name: string) =>
			page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name }).first();
		const here = async (name: string) => {
			await expect(link(name)).toHaveAttribute('aria-current', 'page');
			await expect(title).toBeVisible();
		};
		for (const place of ['Queue', 'Posts', 'Library', 'Today']) {
			await link(place).click();
			await here(place);
		}
		await app.keys('g', 'q');
		await here('Queue');
		await app.keys('Alt+ArrowLeft');
		await here('Today');
		await app.keys('Alt+ArrowRight');
		await here('Queue');
		await page.reload();
		await here('Queue');
	});

	test('the palette finds places and gives the focus back @themes', async ({ app, page }) => {
		await app.open();
		const find = page.getByRole('button', { name: 'Find anything' });
		await find.focus();
		await app.keys('Enter');
		const field = page.getByRole('combobox', { name: 'Find anything' });
		await expect(field).toBeFocused();
		await app.axe();
		await app.keys('Escape');
		await expect(field).toBeHidden();
		await expect(find).toBeFocused();
		await app.keys('Control+k');
		await page.keyboard.type('library');
		await expect(page.getByRole('option', { name: 'Library' }).first()).toBeVisible();
		await app.keys('Enter');
		await expect(page.getByRole('heading', { level: 1 })).toContainText('Library');
	});

	test('the palette opens with a Bulgarian keyboard', async ({ app, page }) => {
		await app.open();
		await page.evaluate(() =>
			document.body.dispatchEvent(
				new KeyboardEvent('keydown', { key: 'к', code: 'KeyK', ctrlKey: true, bubbles: true, cancelable: true }),
			),
		);
		await expect(page.getByRole('combobox', { name: 'Find anything' })).toBeFocused();
	});

	test('keys that are held for a letter with AltGr stay letters', async ({ app, page }) => {
		await app.open();
		await page.evaluate(() =>
			document.body.dispatchEvent(
				new KeyboardEvent('keydown', { key: '@', code: 'KeyQ', ctrlKey: true, altKey: true, bubbles: true }),
			),
		);
		await expect(page.getByRole('dialog')).toHaveCount(0);
		await expect(page.getByRole('link', { name: 'Today' })).toHaveAttribute('aria-current', 'page');
	});

	test('the sheet of shortcuts shows what there is @themes', async ({ app, page }) => {
		await app.open();
		await app.keys('?');
		const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
		await expect(sheet).toBeVisible();
		await expect(sheet).toContainText('Find anything');
		await app.axe();
		await app.keys('Escape');
		await expect(sheet).toBeHidden();
	});

	test('F6 walks through the parts, and the sidebar folds', async ({ app, page }) => {
		await app.open();
		const inside = () =>
			page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('data-region'));
		const seen = new Set<string | null | undefined>();
		for (let i = 0; i < 4; i++) {
			await app.keys('F6');
			seen.add(await inside());
		}
		expect(seen.has('sidebar') && seen.has('content')).toBe(true);
		const width = async () => (await page.getByRole('navigation', { name: 'Sections' }).boundingBox())!.width;
		const wide = await width();
		await app.keys('Control+\\');
		await expect.poll(width).toBeLessThan(wide / 2);
		await app.axe();
	});

	test('fits the smallest window', async ({ app, page }) => {
		await page.setViewportSize({ width: 900, height: 600 });
		await app.open();
		expect((await page.getByRole('navigation', { name: 'Sections' }).boundingBox())!.width).toBeLessThanOrEqual(60);
		await app.fits();
		await app.axe();
	});

	test('speaks six languages, switched without a word left behind', async ({ app, page }) => {
		await app.open();
		for (const [locale, word] of [
			['nb', 'Kø'],
			['da', 'Kø'],
			['fr', 'File'],
			['bg', 'Опашка'],
			['zh-Hans', '队列'],
		] as const) {
			await app.look({ language: locale });
			await expect(page.locator('html')).toHaveAttribute('lang', locale);
			await expect(page.getByRole('navigation').getByRole('link', { name: word }).first()).toBeVisible();
		}
	});

	test('says that Postbag does not answer, and that what was saved is safe', async ({ app, page }) => {
		await app.open();
		await app.loses(() => app.program.kill());
		await expect(page.getByText('Postbag does not answer', { exact: false })).toBeVisible();
		await app.axe();
	});
});

test('a tooltip is seen and heard, and stands in nobody’s way @themes', async ({ app }) => {
	await app.program.practice('me');
	await app.open('#/channels/add');
	await app.axe();
	await app.shot(`add-channel-${test.info().project.name}`);
	await app.goto('#/posts/new');
	const versions = app.page.getByRole('button', { name: 'Versions' });
	await versions.hover();
	await expect(app.page.locator('[role="tooltip"]')).toBeVisible();
	await expect(versions).toHaveAccessibleDescription(/Versions/);
	await app.axe();
	await app.shot(`tooltip-${test.info().project.name}`);
	await app.keys('Escape');
	await expect(versions).not.toHaveAccessibleDescription(/Versions/);
});
