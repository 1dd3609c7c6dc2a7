import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from './program';

export { expect } from '@playwright/test';
export { photographs, type Added, type Delivery } from './program';

/** Where pictures of screens go when SHOTS is set: for people to look at, not for a machine. */
const shots = process.env['SHOTS'];

/** One Postbag: the program, and a page that looks at it. */
export class App {
	/** What went wrong in the page; a test fails if anything did. */
	readonly problems: string[] = [];
	/** Where the program listened: a page that a restart left behind may still ask the place before. */
	readonly #origins: string[] = [];

	constructor(
		readonly page: Page,
		readonly program: Program,
	) {
		page.on('pageerror', (error) => this.problems.push(`error: ${error.message}`));
		page.on('console', (message) => {
			if (message.type() === 'error' && !this.#lost(message.text()))
				this.problems.push(`console: ${message.text()} ${message.location().url}`);
		});
		page.on('request', (request) => {
			const url = request.url();
			const ours = this.#origins.some((origin) => url.startsWith(`${origin}/`));
			if (!ours && !/^(data|blob|about):/.test(url)) this.problems.push(`asked ${url}`);
		});
	}

	#mayLose = false;

	/** What the browser says while the program is away. */
	#lost(text: string): boolean {
		return this.#mayLose && /net::ERR_|Failed to (load|fetch)|EventSource/.test(text);
	}

	/** Seeds what was asked for before the page opens, and opens it. */
	async open(hash = '#/today') {
		const address = await this.program.serve();
		this.#origins.push(new URL(address).origin);
		await this.page.goto(address);
		await this.goto(hash);
	}

	/** Calls a method of the backend, as the bindings do. */
	async rpc<T>(method: string, ...args: unknown[]): Promise<T> {
		const answer = await this.page.evaluate(
			async ([name, body]) => {
				const response = await fetch(`/rpc/api.${name}`, {
					method: 'POST',
					headers: { 'Content-Type': 'application/json' },
					body,
				});
				return (await response.json()) as { result?: unknown; error?: { message: string } };
			},
			[method, JSON.stringify(args)] as const,
		);
		if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
		return answer.result as T;
	}

	/** Goes to a route and waits until its screen is there. */
	async goto(hash: string) {
		await this.page.evaluate((to) => (location.hash = to), hash);
		await this.settled();
	}

	/** Waits until the screen is drawn and nothing loads any more. */
	async settled() {
		const main = this.page.getByRole('main');
		await expect(main).toBeVisible();
		await expect(main.getByRole('heading', { level: 1 }).first()).toBeVisible();
		await expect(this.page.locator('[aria-busy="true"]')).toHaveCount(0);
		await this.page.evaluate(() => document.fonts.ready);
	}

	/** Pulls the plug, starts again on the same data, and opens the page where it was. */
	async killAndRestart() {
		const hash = new URL(this.page.url()).hash;
		this.#mayLose = true;
		await this.program.kill();
		await this.open(hash || '#/today');
		this.#mayLose = false;
	}

	/** Does something after which the page may complain that nobody answers. */
	async loses(then: () => Promise<void>) {
		this.#mayLose = true;
		await then();
	}

	/** Changes what a person can choose of the look, as the settings do, and waits until it shows. */
	async look(choice: { language?: string; theme?: 'light' | 'dark'; zoom?: number }) {
		await this.rpc('SettingsService.Change', choice);
		await this.page.reload();
		if (choice.language) await expect(this.page.locator('html')).toHaveAttribute('lang', choice.language);
		await this.settled();
	}

	/** What axe finds against WCAG 2.2 A and AA, and against its best practices. */
	async violations(within?: string): Promise<object[]> {
		let builder = new AxeBuilder({ page: this.page });
		if (within) builder = builder.include(within);
		const { violations } = await builder.analyze();
		return violations.map((v) => ({
			rule: v.id,
			help: v.help,
			where: v.nodes.map(
				(n) => `${n.target.join(' ')} — ${n.failureSummary?.split('\n').slice(1).join('; ').trim() ?? ''}`,
			),
		}));
	}

	/** Wants axe to find nothing. */
	async axe(within?: string) {
		expect(await this.violations(within)).toEqual([]);
	}

	/** What scrolls sideways although only the week and the board may. */
	async sideways(): Promise<string[]> {
		return await this.page.evaluate(() => {
			const found: string[] = [];
			const root = document.documentElement;
			if (root.scrollWidth > root.clientWidth + 1) found.push(`the page (${root.scrollWidth} in ${root.clientWidth})`);
			for (const el of document.querySelectorAll<HTMLElement>('main, main *, nav, nav *')) {
				const style = getComputedStyle(el);
				const scrolls = style.overflowX === 'auto' || style.overflowX === 'scroll';
				if (scrolls && el.scrollWidth > el.clientWidth + 1 && !el.closest('[data-sideways]')) {
					found.push(`${el.tagName.toLowerCase()}.${el.className} (${el.scrollWidth} in ${el.clientWidth})`);
				}
			}
			return found;
		});
	}

	/** Wants nothing to scroll sideways, once a change of the window's size has been heard of. */
	async fits() {
		await expect.poll(() => this.sideways()).toEqual([]);
	}

	/** Words that are cut off with nothing to show them whole: no title, no dots. */
	async cut(): Promise<string[]> {
		return await this.page.evaluate(() => {
			const found: string[] = [];
			for (const el of document.querySelectorAll<HTMLElement>(
				'main button, main a, main h1, main h2, main label, nav a',
			)) {
				const style = getComputedStyle(el);
				const box = el.getBoundingClientRect();
				if (box.width < 4 || box.height < 4 || style.visibility === 'hidden' || el.closest('.sr-only')) continue;
				const hides = style.overflow === 'hidden' || style.overflowX === 'hidden' || style.overflowX === 'clip';
				if (hides && style.textOverflow !== 'ellipsis' && el.scrollWidth > el.clientWidth + 2) {
					found.push(`${el.tagName.toLowerCase()} “${el.textContent?.trim().slice(0, 60)}”`);
				}
			}
			return found;
		});
	}

	/** Makes every call of a method, or of all, end with an error of the backend. */
	async failing(method: string | RegExp, code = 'internal') {
		const pattern = typeof method === 'string' ? new RegExp(`/rpc/api\\.${method}$`) : method;
		await this.page.route(pattern, (route) =>
			route.fulfill({
				contentType: 'application/json',
				body: JSON.stringify({
					error: {
						code,
						message: 'The disk said no.',
						field: '',
						values: {},
						safe: 'Posts and pictures are safe.',
						actions: ['Try it again.'],
						ref: 'abcd2345',
					},
				}),
			}),
		);
	}

	/** Waits until every picture in view is there. */
	async pictures() {
		await this.page.waitForFunction(() =>
			[...document.images].every(
				(i) => i.complete || (i.loading === 'lazy' && i.getBoundingClientRect().top > innerHeight),
			),
		);
	}

	/** Takes a picture for people if SHOTS says where to. */
	async shot(name: string) {
		if (!shots) return;
		mkdirSync(shots, { recursive: true });
		await this.page.screenshot({ path: join(shots, `${name}.png`), animations: 'disabled', caret: 'hide' });
	}

	/** Takes pictures of both windows that the design names, in the theme of the project. The wide one stays. */
	async shots(name: string) {
		const theme = await this.page.evaluate(() =>
			matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
		);
		for (const [width, height] of [
			[900, 600],
			[1440, 900],
		] as const) {
			await this.page.setViewportSize({ width, height });
			await this.pictures();
			await this.shot(`${name}-${theme}-${width}`);
		}
	}

	/** Presses keys one after the other, as a person without a mouse. */
	async keys(...keys: string[]) {
		for (const key of keys) await this.page.keyboard.press(key);
	}

	/** Moves the focus with the Tab key until it is on something, at most so many times. */
	async tabTo(target: Locator, most = 60, key = 'Tab') {
		await target.first().waitFor(); // a person looks before they leap
		for (let i = 0; i < most; i++) {
			if (await target.evaluateAll((els) => els.some((el) => el === document.activeElement))) return;
			await this.page.keyboard.press(key);
		}
		throw new Error(`the Tab key does not reach ${String(target)} in ${most} steps`);
	}
}

export const test = base.extend<{ app: App }>({
	app: async ({ page }, use) => {
		const program = await Program.make();
		const app = new App(page, program);
		try {
			await use(app);
			expect(app.problems).toEqual([]);
		} finally {
			await page.close();
			await program.stop();
		}
	},
});
