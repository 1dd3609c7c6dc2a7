import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, photographs, test, type App, type Delivery } from './fixtures';

// The whole of it, as a stranger does it on the first day: from a folder of photographs to a post that
// is live, with the plug pulled in between.

const shared =
	'Early light over the harbour this morning. Forty frames, six keepers, and one thermos of coffee that did not survive the ladder.';
const short = 'Early light, six keepers, one lost thermos.';
const descriptions = [
	'A still grey sea under a low sun',
	'An ochre house with green shutters',
	'Plums and oranges in a bowl',
];
const chosen = ['sea.jpg', 'window.jpg', 'fruit.jpg'].map((name) => photographs.find((p) => basename(p) === name)!);

/** Drops files on the page, as the desktop does. */
async function drop(app: App, paths: string[]) {
	const files = paths.map((p) => ({ name: basename(p), data: readFileSync(p).toString('base64') }));
	const transfer = await app.page.evaluateHandle((list) => {
		const t = new DataTransfer();
		for (const f of list) {
			const bytes = Uint8Array.from(atob(f.data), (c) => c.charCodeAt(0));
			t.items.add(new File([bytes], f.name, { type: 'image/jpeg' }));
		}
		return t;
	}, files);
	const target = app.page.getByRole('main');
	for (const kind of ['dragenter', 'dragover', 'drop']) await target.dispatchEvent(kind, { dataTransfer: transfer });
}

/** Half past seven tomorrow where the person is, as milliseconds. */
function tomorrowMorning(): string {
	const day = new Date(Date.now() + 86_400_000);
	const date = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo' }).format(day);
	const summer = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Oslo', timeZoneName: 'longOffset' })
		.formatToParts(day)
		.find((p) => p.type === 'timeZoneName')!.value;
	return new Date(`${date}T07:30:00${summer.replace('GMT', '')}`).toISOString();
}

/** Wants both deliveries planned for tomorrow morning, and returns them. */
async function planned(app: App): Promise<Delivery[]> {
	let list: Delivery[] = [];
	await expect
		.poll(async () => (list = await app.program.cli<Delivery[]>('queue', 'list', '--state', 'planned')).length)
		.toBe(2);
	for (const d of list) expect(new Date(d.due).toISOString()).toBe(tomorrowMorning());
	return list;
}

/** Wants the shared text, with its pictures, in the feed on this machine. */
async function live(app: App) {
	const { json } = await app.program.cli<{ json: string }>('feed');
	const feed = JSON.parse(readFileSync(json, 'utf8')) as {
		items: { content_text: string; attachments?: { url: string; title?: string }[]; content_html?: string }[];
	};
	expect(feed.items).toHaveLength(1);
	expect(feed.items[0]!.content_text).toContain('Early light over the harbour');
	for (const alt of descriptions) expect(JSON.stringify(feed.items[0])).toContain(alt);
}

test.describe('the first day', () => {
	test.describe.configure({ timeout: 180_000 });

	test('from a folder of photographs to a post that is live, with the plug pulled in between', async ({
		app,
		page,
	}) => {
		await app.program.practice('Studio');
		await app.open('#/library');

		await test.step('drops a folder of photographs', async () => {
			await drop(app, chosen);
			await expect(page.getByRole('grid')).toHaveAccessibleName(/3 pictures/, { timeout: 30_000 });
		});

		await test.step('writes one post with them', async () => {
			await page.getByRole('gridcell').first().click();
			await app.keys('Control+a');
			await app.keys('u');
			const text = page.getByRole('textbox', { name: 'Text of the post' });
			await expect(text).toBeVisible();
			await text.fill(shared);
			await expect(page.getByText('Saved on this laptop')).toBeVisible();
		});

		await test.step('shortens it for one channel only', async () => {
			await page.getByRole('option', { name: /^Practice/ }).click();
			await page.getByRole('textbox', { name: 'Text of the post' }).fill(short);
			await expect(page.getByRole('option', { name: /^Practice.*Own text/i })).toBeVisible();
			await page.getByRole('option', { name: /^Everyone/ }).click();
			await expect(page.getByRole('textbox', { name: 'Text of the post' })).toHaveValue(shared);
		});

		await test.step('describes the pictures', async () => {
			for (const [i, words] of descriptions.entries()) {
				await page.getByRole('textbox', { name: `Alt text for picture ${i + 1}` }).fill(words);
				if (i + 1 < descriptions.length) await page.keyboard.press('Tab'); // on to the next picture
			}
			await expect(page.getByText('Every picture has alt text')).toBeVisible();
		});

		await test.step('sees four sizes cropped around the face', async () => {
			await page.getByRole('button', { name: 'Size and focal point' }).first().click();
			const sheet = page.getByRole('dialog', { name: 'How this picture goes out' });
			await expect(sheet).toBeVisible();
			const sizes = sheet.getByRole('group', { name: 'Goes out as' });
			await expect.poll(() => sizes.locator('img').count()).toBeGreaterThanOrEqual(4);
			const cuts = () => sizes.locator('img').evaluateAll((list) => list.map((i) => i.outerHTML).join('|'));
			const before = await cuts();
			await sheet.getByRole('slider').press('ArrowLeft');
			await expect.poll(cuts).not.toBe(before); // they follow the point
			await app.shot('story-focal');
			await sheet
				.getByRole('button', { name: /Done|Keep|Close/ })
				.last()
				.click();
			await expect(sheet).toBeHidden();
		});

		await test.step('plans it for tomorrow 07:30', async () => {
			await page.getByRole('button', { name: 'Pick a time' }).click();
			const typed = page.getByRole('textbox', { name: 'Type a time' });
			await typed.fill('tomorrow 7:30');
			await page
				.getByRole('button', { name: /Use this time|Choose this time/ })
				.first()
				.click();
			await page.getByRole('button', { name: 'Schedule', exact: true }).click();
			await planned(app);
			await app.shot('story-planned');
		});

		await test.step('pulls the plug, starts again and finds everything', async () => {
			await app.killAndRestart();
			await planned(app);
			await expect(page.getByRole('textbox', { name: 'Text of the post' })).toHaveValue(shared);
			await page.getByRole('option', { name: /^Practice/ }).click();
			await expect(page.getByRole('textbox', { name: 'Text of the post' })).toHaveValue(short);
			await app.goto('#/library');
			await expect(page.getByRole('grid')).toHaveAccessibleName(/3 pictures/);
			await app.goto('#/queue/upcoming');
			await expect(page.getByRole('main')).toContainText('Early light');
		});

		await test.step('sees it published to the feed on this laptop', async () => {
			// Morning comes sooner: the two are moved to now, as dragging them would.
			for (const d of await planned(app))
				await app.program.cli('queue', 'move', d.id, '--at', new Date().toISOString());
			await app.goto('#/queue/published');
			await expect
				.poll(async () => (await app.program.cli<Delivery[]>('queue', 'list', '--state', 'published')).length, {
					timeout: 30_000,
				})
				.toBe(2);
			await page.reload();
			await app.settled();
			await expect(page.getByRole('main')).toContainText('Early light');
			await live(app);
			await app.shot('story-live');
		});
	});

	test('the same by keyboard alone', async ({ app, page }) => {
		await app.program.practice('Studio');
		await app.program.photos(...chosen);
		await app.open('#/library');

		await test.step('takes all pictures into a post', async () => {
			await app.tabTo(page.getByRole('gridcell'));
			await app.keys('Control+a', 'u');
			await expect(page.getByRole('textbox', { name: 'Text of the post' })).toBeVisible();
		});

		await test.step('writes, and shortens for one channel', async () => {
			await app.keys('Control+1');
			await app.tabTo(page.getByRole('textbox', { name: 'Text of the post' }));
			await page.keyboard.type(shared);
			await app.keys('Control+3'); // Everyone is 1, the feed 2
			await expect(page.getByRole('option', { selected: true })).toHaveAccessibleName(/^Practice/);
			await app.tabTo(page.getByRole('textbox', { name: 'Text of the post' }));
			await app.keys('Control+a');
			await page.keyboard.type(short);
			await expect(page.getByRole('option', { name: /^Practice.*Own text/i })).toBeVisible();
			await app.keys('Control+1');
			await expect(page.getByRole('textbox', { name: 'Text of the post' })).toHaveValue(shared);
		});

		await test.step('describes the pictures, one after the other', async () => {
			for (const words of descriptions) {
				await app.keys('Control+Shift+A');
				await expect(page.locator(':focus')).toHaveAccessibleName(/^Alt text for picture/);
				await page.keyboard.type(words);
			}
			await expect(page.getByText('Every picture has alt text')).toBeVisible();
		});

		await test.step('plans it for tomorrow 07:30', async () => {
			await app.tabTo(page.getByRole('button', { name: 'Pick a time' }), 80, 'Shift+Tab');
			await app.keys('Enter');
			const typed = page.getByRole('textbox', { name: 'Type a time' });
			await app.tabTo(typed);
			await page.keyboard.type('tomorrow 7:30');
			await app.keys('Enter');
			await expect(page.getByRole('dialog', { name: 'When it goes out' })).toBeHidden();
			await app.keys('Control+Enter');
			await planned(app);
		});

		await test.step('pulls the plug and finds it in the queue', async () => {
			await app.killAndRestart();
			await app.keys('g', 'q');
			await expect(page.getByRole('heading', { level: 1 })).toContainText('Queue');
			await expect(page.getByRole('main')).toContainText('Early light');
			for (const d of await planned(app))
				await app.program.cli('queue', 'move', d.id, '--at', new Date().toISOString());
			await expect
				.poll(async () => (await app.program.cli<Delivery[]>('queue', 'list', '--state', 'published')).length, {
					timeout: 30_000,
				})
				.toBe(2);
			await live(app);
		});
	});
});
