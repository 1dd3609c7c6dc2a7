// How quickly the palette opens and one screen takes the place of another, from every screen to every
// other, on the examples with ten thousand pictures, in a real browser on the real program. Prints
// figures; fails where a budget is broken.
//
//	go build -o postbag ./app/postbag && node frontend/bench/shell.mjs ./postbag
//
// POSTBAG_PAGE names a built page other than the program's own.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const bin = resolve(process.argv[2] ?? 'postbag');
const root = join(import.meta.dirname, '..', '..');
const home = mkdtempSync(join(tmpdir(), 'postbag-bench-'));
const data = join(home, 'data');
const env = { ...process.env, HOME: home, POSTBAG_DATA: data, POSTBAG_PASSPHRASE: 'only for the benchmark' };

const budget = { paletteMs: 50, switchMs: 100 };
const opens = 40;
const broken = [];
let server;
let browser;

const sorted = (list) => [...list].sort((a, b) => a - b);
const at = (list, part) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * part))] ?? NaN;
const figures = (list) =>
  `p50 ${at(list, 0.5).toFixed(1)} ms, p95 ${at(list, 0.95).toFixed(1)} ms, max ${at(list, 1).toFixed(1)} ms`;

async function serve() {
  const page = process.env.POSTBAG_PAGE;
  server = spawn(bin, ['serve', '--json', ...(page ? ['--page', page] : [])], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout })) return JSON.parse(line).url;
}

async function end() {
  if (!server) return;
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGINT');
  await gone;
  server = undefined;
}

// Asks the program as its page does.
const ask = (page, method, ...args) =>
  page.evaluate(
    async ([name, list]) => {
      const reply = await fetch(`/rpc/api.${name}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(list),
      });
      const answer = await reply.json();
      if (answer.error) throw new Error(answer.error.message);
      return answer.result;
    },
    [method, args],
  );

try {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  let page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(await serve());
  const demo = await ask(page, 'SystemService.AddDemo', { name: 'Demo', words: {} });
  await page.close();
  await end();
  execFileSync('go', ['run', './frontend/bench/seed', data], { cwd: root, stdio: 'inherit', env: process.env });

  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(await serve());
  await page.evaluate((id) => localStorage.setItem('workspace', id), demo.id);
  await page.reload();
  await ask(page, 'SettingsService.Change', { onboarding: 'done' });
  const posts = await ask(page, 'PostService.List', {
    workspace: demo.id,
    query: 'Autumn',
    states: [],
    bin: false,
    after: '',
    limit: 1,
  });
  const channels = await ask(page, 'ChannelService.List', demo.id);

  // What has to be on screen for a person to say that a screen is there: its own content, not a frame.
  const screens = {
    today: ['#/today', 'main h1', 'main section'],
    queue: ['#/queue/upcoming', 'main h1', 'main [data-delivery], main [role=row], main [role=listitem], main li'],
    posts: ['#/posts', 'main h1', 'main [data-post]'],
    composer: [`#/posts/${posts.posts[0].id}`, 'main textarea'],
    library: ['#/library', 'main h1', 'main [role=gridcell]'],
    channel: [`#/channels/${channels[0].id}`, 'main h1', 'main section'],
    add: ['#/channels/add', 'main h1', 'main p, main button'],
    settings: ['#/settings/general', 'main h1', '#setting-language'],
  };

  // From the change of the address to the frame with the screen's content on it.
  const open = (name) =>
    page.evaluate(
      ([hash, ...needs]) =>
        new Promise((done, fail) => {
          const before = performance.now();
          const old = document.querySelector('main')?.firstElementChild;
          location.hash = hash;
          const look = () => {
            const took = performance.now() - before;
            const main = document.querySelector('main');
            const there = needs.every((n) => document.querySelector(n)) && main?.firstElementChild !== old;
            if (there && !main.querySelector('[aria-busy=true]')) {
              requestAnimationFrame(() => setTimeout(() => done(performance.now() - before)));
            } else if (took > 8000) {
              fail(
                new Error(
                  `${hash} lacks ${needs.filter((n) => !document.querySelector(n)).join(', ') || 'nothing, but is busy'}`,
                ),
              );
            } else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }),
      screens[name],
    );

  await page.evaluate(() => (location.hash = '#/settings/about'));
  await page.locator('main h1').waitFor();
  const names = Object.keys(screens);
  for (const name of names) console.log(`first ${name}: ${(await open(name)).toFixed(0)} ms`);
  const all = [];
  const into = Object.fromEntries(names.map((n) => [n, []]));
  for (const from of names) {
    for (const to of names) {
      if (from === to) continue;
      if (!(await page.evaluate((hash) => location.hash === hash, screens[from][0]))) await open(from);
      await page.waitForTimeout(150);
      const ms = await open(to);
      all.push(ms);
      into[to].push(ms);
      await page.waitForTimeout(150);
    }
  }
  for (const name of names) console.log(`to ${name}: ${figures(into[name])}`);
  console.log(`screen switch, ${all.length} pairs: ${figures(all)} (budget p95 ${budget.switchMs} ms)`);
  if (at(all, 0.95) > budget.switchMs) broken.push('screen switch');

  // From the key to the frame with the list of commands on it.
  await page.evaluate(() => (location.hash = '#/today'));
  await page.waitForTimeout(500);
  const palette = [];
  for (let i = 0; i <= opens; i++) {
    const shown = page.evaluate(
      () =>
        new Promise((done) => {
          addEventListener(
            'keydown',
            () => {
              const before = performance.now();
              const look = () => {
                if (document.querySelector('[role=dialog] [role=option]'))
                  requestAnimationFrame(() => setTimeout(() => done(performance.now() - before)));
                else requestAnimationFrame(look);
              };
              look();
            },
            { once: true, capture: true },
          );
        }),
    );
    await page.waitForTimeout(50);
    await page.keyboard.press('Control+k');
    const ms = await shown;
    if (i > 0)
      palette.push(ms); // the first loads its code
    else console.log(`first palette: ${ms.toFixed(0)} ms`);
    await page.keyboard.press('Escape');
    await page.locator('[role=dialog]').waitFor({ state: 'detached' });
    await page.waitForTimeout(100);
  }
  console.log(`palette, ${opens} times: ${figures(palette)} (budget p95 ${budget.paletteMs} ms)`);
  if (at(palette, 0.95) > budget.paletteMs) broken.push('palette');
} finally {
  await browser?.close();
  await end();
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}
if (broken.length) {
  console.error(`over budget: ${broken.join('; ')}`);
  process.exit(1);
}
