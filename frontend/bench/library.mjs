// How quickly a library of ten thousand pictures opens and scrolls, in a real browser on the real
// program. Prints figures; fails where a budget is broken.
//
//	go build -o postbag ./app/postbag && node frontend/bench/library.mjs ./postbag
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
const env = {
  ...process.env,
  HOME: home,
  POSTBAG_DATA: join(home, 'data'),
  POSTBAG_PASSPHRASE: 'only for the benchmark',
};

const budget = { openMs: 300, frameMs: 6, taskMs: 50 };
let server;
let browser;
const broken = [];

try {
  execFileSync(bin, ['channel', 'list', '--json'], { env, stdio: 'ignore' }); // makes the first workspace
  const start = Date.now();
  execFileSync('go', ['run', './frontend/bench/seed', join(home, 'data')], {
    cwd: root,
    stdio: 'inherit',
    env: process.env,
  });
  console.log(`seeded in ${Date.now() - start} ms`);

  const page_ = process.env.POSTBAG_PAGE;
  server = spawn(bin, ['serve', '--json', ...(page_ ? ['--page', page_] : [])], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let url = '';
  for await (const line of createInterface({ input: server.stdout })) {
    url = JSON.parse(line).url;
    break;
  }
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await page.evaluate(() => (location.hash = '#/settings/general'));
  await page.getByRole('heading', { level: 1 }).first().waitFor();

  // What the backend alone takes, the first time and from then on.
  const grid = () =>
    page.evaluate(async () => {
      const ask = (method, ...args) =>
        fetch(`/rpc/api.${method}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(args),
        });
      const spaces = await (await ask('SystemService.Workspaces')).json();
      const q = { workspace: spaces.result[0].id, query: '', collection: '', sort: 'added' };
      const before = performance.now();
      const text = await (await ask('LibraryService.Grid', q)).text();
      const ms = performance.now() - before;
      q.query = 'boats tag:"tag 7"';
      const again = performance.now();
      await (await ask('LibraryService.Grid', q)).text();
      return { ms: Math.round(ms), bytes: text.length, searchMs: Math.round(performance.now() - again) };
    });
  const cold = await grid();
  const warm = await grid();
  console.log(
    `backend: first ${cold.ms} ms, then ${warm.ms} ms, search ${warm.searchMs} ms, ${Math.round(warm.bytes / 1000)} kB`,
  );

  // Opening: from the change of the address to the first row of pictures on screen. Twice, since the
  // first also loads the screen's code.
  const open = async () => {
    await page.evaluate(() => (location.hash = '#/settings/general'));
    await page.waitForTimeout(400);
    return page.evaluate(
      () =>
        new Promise((done) => {
          const before = performance.now();
          location.hash = '#/library';
          const look = () => {
            if (document.querySelectorAll('[role=gridcell]').length > 8) {
              requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now() - before))));
            } else requestAnimationFrame(look);
          };
          look();
        }),
    );
  };
  const first = await open();
  const opened = [await open(), await open(), await open()].sort((a, b) => a - b)[1];
  console.log(`open: first ${first} ms, then ${opened} ms (budget ${budget.openMs})`);
  if (opened > budget.openMs) broken.push('open');

  // Scrolling: five hundred frames through the whole library. Script time comes from the browser's own
  // accounts, tasks from the long task observer.
  await page.waitForTimeout(1500);
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const metrics = async () =>
    Object.fromEntries((await client.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]));
  const scroll = async (step, frames) => {
    const a = await metrics();
    const tasks = await page.evaluate(
      ([by, n]) =>
        new Promise((done) => {
          const scroller = document.querySelector('[role=grid]').parentElement;
          const long = [];
          const watch = new PerformanceObserver((list) =>
            long.push(...list.getEntries().map((e) => Math.round(e.duration))),
          );
          watch.observe({ type: 'longtask' });
          let i = 0;
          const next = () => {
            scroller.scrollTop += by;
            if (++i < n) requestAnimationFrame(next);
            else
              setTimeout(() => {
                watch.disconnect();
                done(long);
              }, 300);
          };
          requestAnimationFrame(next);
        }),
      [step, frames],
    );
    const b = await metrics();
    return {
      script: ((b.ScriptDuration - a.ScriptDuration) * 1000) / frames,
      layout: ((b.LayoutDuration + b.RecalcStyleDuration - a.LayoutDuration - a.RecalcStyleDuration) * 1000) / frames,
      tasks,
    };
  };
  for (const [name, step] of [
    ['calm (40 px a frame)', 40],
    ['fast (400 px a frame)', 400],
  ]) {
    const s = await scroll(step, 250);
    const worst = Math.max(0, ...s.tasks);
    console.log(
      `scroll ${name}: script ${s.script.toFixed(2)} ms a frame (budget ${budget.frameMs}), layout ${s.layout.toFixed(2)} ms, ` +
        `long tasks ${s.tasks.length}, worst ${worst} ms (budget ${budget.taskMs})`,
    );
    if (s.script > budget.frameMs) broken.push(`script, ${name}`);
    if (worst > budget.taskMs) broken.push(`task, ${name}`);
  }
  const mounted = await page.getByRole('gridcell').count();
  console.log(`mounted: ${mounted} pictures of 10,000`);
} finally {
  await browser?.close();
  if (server) {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await gone;
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}
if (broken.length) {
  console.error(`over budget: ${broken.join('; ')}`);
  process.exit(1);
}
