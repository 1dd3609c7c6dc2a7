import { expect, test } from './fixtures';
import { buildPseudo } from './pseudo';
import { fill, screens } from './screens';

// What every screen owes everybody, looked at on one filled workspace. Soft expectations: one screen
// that fails does not hide the next.
/** A route that is there before any other. */
const quiet = '#/settings/general';

test.describe('every screen', () => {
	test.describe.configure({ timeout: 240_000 });

	test('is clean for assistive technology @themes', async ({ app }) => {
		const seed = await fill(app);
		await app.open(quiet);
		for (const screen of screens) {
			await test.step(screen.name, async () => {
				await app.goto(screen.hash(seed));
				expect.soft(await app.violations(), screen.name).toEqual([]);
				expect.soft(await app.page.getByRole('heading', { level: 1 }).count(), `titles of ${screen.name}`).toBe(1);
			});
		}
	});

	test('is clean while it is empty', async ({ app }) => {
		await app.open(quiet);
		for (const screen of screens.filter((s) => !s.one)) {
			await test.step(screen.name, async () => {
				await app.goto(screen.hash({ draft: '', planned: '', practice: '', feed: '' }));
				expect.soft(await app.violations(), screen.name).toEqual([]);
				await app.shot(`${screen.name}-empty`);
			});
		}
	});

	test('fits the smallest window, and text of twice the size', async ({ app, page }) => {
		const seed = await fill(app);
		await app.open(quiet);
		await page.setViewportSize({ width: 900, height: 600 });
		for (const screen of screens) {
			await test.step(screen.name, async () => {
				await app.goto(screen.hash(seed));
				expect.soft(await app.sideways(), `${screen.name} at 900 × 600`).toEqual([]);
			});
		}
		await page.setViewportSize({ width: 1280, height: 800 });
		await app.look({ zoom: 200 });
		for (const screen of screens) {
			await test.step(`${screen.name} at 200 %`, async () => {
				await app.goto(screen.hash(seed));
				expect.soft(await app.sideways(), `${screen.name} at 200 %`).toEqual([]);
				await app.shot(`${screen.name}-zoom200`);
			});
		}
	});

	test('reads in Chinese, in the system’s font', async ({ app, page }) => {
		const seed = await fill(app);
		await app.open(quiet);
		await app.look({ language: 'zh-Hans' });
		for (const screen of screens) {
			await test.step(screen.name, async () => {
				await app.goto(screen.hash(seed));
				// The title of one thing is its own name; the words around it are looked at everywhere.
				const words = screen.one ? page.getByRole('main') : page.getByRole('heading', { level: 1 }).first();
				await expect.soft(words, screen.name).toContainText(/\p{Script=Han}/u);
				expect.soft(await app.cut(), screen.name).toEqual([]);
				await app.shot(`${screen.name}-zh-Hans`);
			});
		}
	});

	test('has room for words 40 % longer, and none of its own', async ({ app, page }) => {
		const words = await buildPseudo();
		try {
			const seed = await fill(app);
			app.program.page = words.folder;
			await app.open(quiet);
			await page.setViewportSize({ width: 1280, height: 800 });
			for (const screen of screens) {
				await test.step(screen.name, async () => {
					await app.goto(screen.hash(seed));
					if (!screen.one) {
						await expect.soft(page.getByRole('heading', { level: 1 }), screen.name).toContainText('‹›');
					}
					expect.soft(await app.sideways(), screen.name).toEqual([]);
					expect.soft(await app.cut(), screen.name).toEqual([]);
					await app.shot(`${screen.name}-pseudo`);
				});
			}
		} finally {
			words.remove();
		}
	});

	test('says what happened, what is safe and what to do when the backend fails', async ({ app, page }) => {
		const seed = await fill(app);
		await app.open(quiet);
		// Everything but what the frame itself needs to stand.
		await app.failing(/\/rpc\/api\.(?!ShellService|SystemService\.Workspaces|SettingsService)/);
		await page.reload();
		for (const screen of screens.filter((s) => s.name !== 'onboarding' && !s.name.startsWith('settings-general'))) {
			await test.step(screen.name, async () => {
				await page.evaluate((to) => (location.hash = to), screen.hash(seed));
				const told = page.getByRole('main').getByRole('alert');
				await expect.soft(told.first(), screen.name).toBeVisible();
				await expect.soft(told.first(), `${screen.name}: what is safe`).toContainText(/safe|saved|nothing/i);
				await expect.soft(told.first().getByRole('button').first(), `${screen.name}: what to do`).toBeVisible();
				expect.soft(await app.violations(), screen.name).toEqual([]);
				await app.shot(`${screen.name}-error`);
			});
		}
	});

	test('comes back by itself when the backend does', async ({ app, page }) => {
		await app.open('#/posts');
		await app.failing(/\/rpc\/api\.PostService\./);
		await page.reload();
		const told = page.getByRole('main').getByRole('alert').first();
		await expect(told).toBeVisible();
		await page.unrouteAll();
		await told.getByRole('button').first().click();
		await expect(told).toBeHidden();
	});
});
