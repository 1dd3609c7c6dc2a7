// How long a key takes to be on screen in the composer, with 5,000 characters and ten channels, and how
// long the counters take to answer, in a real browser on the real program. Prints figures; fails where
// a budget is broken.
//
//	go build -o postbag ./app/postbag && node frontend/bench/composer.mjs ./postbag
//
// POSTBAG_PAGE names a built page other than the program's own.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const bin = resolve(process.argv[2] ?? 'postbag');
const home = mkdtempSync(join(tmpdir(), 'postbag-bench-'));
const env = {
  ...process.env,
  HOME: home,
  POSTBAG_DATA: join(home, 'data'),
  POSTBAG_PASSPHRASE: 'only for the benchmark',
};

const budget = { paintMs: 50, checkMs: 30 };
const keys = 80;
let server;
let browser;
const broken = [];

const sentence = 'They are up in the #studio window from Friday, thanks to @printroom: https://example.org/prints. ';
const text = sentence.repeat(60).slice(0, 5000);

const sorted = (list) => [...list].sort((a, b) => a - b);
const at = (list, part) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * part))] ?? NaN;
const figures = (list) =>
  `p10 ${at(list, 0.1).toFixed(1)} p50 ${at(list, 0.5).toFixed(1)} ms, p95 ${at(list, 0.95).toFixed(1)} ms, max ${at(list, 1).toFixed(1)} ms`;

try {
  execFileSync(bin, ['workspace', 'list'], { env, stdio: 'ignore' });
  const to = ['--to', 'feed'];
  for (let i = 1; i <= 9; i++) {
    const made = execFileSync(bin, ['channel', 'add', 'practice', '--answer', `name=channel ${i}`, '--json'], { env });
    to.push('--to', JSON.parse(String(made)).id);
  }
  const post = JSON.parse(
    String(execFileSync(bin, ['post', 'add', '--text', text, ...to, '--draft', '--json'], { env })),
  );

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
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  await page.goto(url);
  await page.evaluate((id) => (location.hash = `#/posts/${id}`), post.id);
  const field = page.locator('textarea').first();
  await field.waitFor();
  await page.waitForTimeout(1500);
  await field.click();
  await page.keyboard.press('Control+End');
  await page.evaluate(() => {
    window.paints = [];
    window.tasks = [];
    new PerformanceObserver((l) => window.tasks.push(...l.getEntries().map((e) => e.duration))).observe({
      type: 'longtask',
    });
    addEventListener(
      'keydown',
      (e) =>
        requestAnimationFrame(() => {
          // A message after the frame: what the key changed is painted.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => window.paints.push(performance.now() - e.timeStamp);
          port2.postMessage(0);
        }),
      true,
    );
  });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const metrics = async () =>
    Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((x) => [x.name, x.value]));
  const before = await metrics();
  for (let i = 0; i < keys; i++) await page.keyboard.type('abc de fgh '[i % 11], { delay: 40 });
  await page.waitForTimeout(500);
  // The same keys in a bare field of a bare page: what this machine takes at best, now.
  const bare = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await bare.setContent('<textarea style="width:640px;height:800px"></textarea>');
  await bare.locator('textarea').fill(text);
  await bare.evaluate(() => {
    window.paints = [];
    addEventListener('keydown', (e) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => window.paints.push(performance.now() - e.timeStamp);
        port2.postMessage(0);
      }),
    );
  });
  for (let i = 0; i < keys / 4; i++) await bare.keyboard.type('abc de fgh '[i % 11], { delay: 40 });
  await bare.waitForTimeout(500);
  const floor = await bare.evaluate(() => window.paints);
  const { paints, tasks, checks } = await page.evaluate(() => ({
    paints: window.paints,
    tasks: window.tasks,
    checks: performance
      .getEntriesByType('resource')
      .filter((e) => e.name.endsWith('PostService.CheckDraft'))
      .map((e) => e.duration),
  }));
  console.log(`key to paint, ${paints.length} keys, ${text.length} characters, 10 channels: ${figures(paints)}`);
  console.log(`the same in a bare page: ${figures(floor)}`);
  console.log(`counters, ${checks.length} answers: ${figures(checks)}`);
  // Time the page itself took: what a machine without a graphics card, or a busy one, adds is not in it.
  const after = await metrics();
  for (const [name, word] of [
    ['ScriptDuration', 'script'],
    ['LayoutDuration', 'layout'],
    ['RecalcStyleDuration', 'style'],
  ])
    console.log(`${word} a key: ${(((after[name] - before[name]) * 1000) / keys).toFixed(2)} ms`);
  console.log(`tasks over 50 ms: ${tasks.length}`);
  if (!(at(paints, 0.95) <= budget.paintMs)) broken.push(`key to paint is over ${budget.paintMs} ms`);
  if (!(at(checks, 0.5) <= budget.checkMs)) broken.push(`the counters take over ${budget.checkMs} ms`);
} finally {
  await browser?.close();
  if (server) {
    const gone = new Promise((done) => server.once('exit', done));
    server.kill('SIGINT');
    await gone;
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}
for (const b of broken) console.error(b);
process.exitCode = broken.length > 0 ? 1 : 0;
