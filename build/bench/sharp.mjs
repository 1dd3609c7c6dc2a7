// What people would use instead of Postbag for sizes: sharp, in one process for a whole job.
//
//   node sharp.mjs JOB.json
//
// A job names the folder that sharp is installed in, what to do, the photographs, the sizes and the folder for what
// is made. "each" opens the photograph for every size, as most programs do; "once" decodes it once and makes every
// size of its pixels; "import" makes one thumbnail of 512 pixels, the SHA-256 and the facts of each photograph.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, join } from 'node:path';

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const sharp = createRequire(join(job.installed, 'package.json'))('sharp');
sharp.cache(false);

const out = (photo, id, ending = '.jpg') => join(job.out, basename(photo, extname(photo)) + '-' + id + ending);
const size = (p) => ({ width: p.width, height: p.height, fit: p.fit, withoutEnlargement: p.fit === 'inside' });

// inTurn works through a list, four at a time: as many as sharp works on by itself.
async function inTurn(list, work) {
  const rest = list.values();
  await Promise.all(Array.from({ length: 4 }, async () => { for (const item of rest) await work(item); }));
}

async function each() {
  const all = job.photos.flatMap((photo) => job.presets.map((preset) => ({ photo, preset })));
  await inTurn(all, ({ photo, preset }) =>
    sharp(photo).autoOrient().resize(size(preset)).jpeg({ quality: job.quality }).toFile(out(photo, preset.id)));
}

async function once() {
  for (const photo of job.photos) {
    const about = await sharp(photo).metadata();
    const turned = about.orientation >= 5;
    const [width, height] = turned ? [about.height, about.width] : [about.width, about.height];
    // No size needs more than this share of the photograph.
    const share = Math.max(...job.presets.map((p) => (p.fit === 'cover' ? Math.max : Math.min)(p.width / width, p.height / height)));
    let whole = sharp(photo).autoOrient();
    if (share <= 0.5) whole = whole.resize({ width: Math.ceil(width * share), height: Math.ceil(height * share), fit: 'fill' });
    const { data, info } = await whole.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    await inTurn(job.presets, (preset) =>
      sharp(data, { raw }).resize(size(preset)).jpeg({ quality: job.quality }).toFile(out(photo, preset.id)));
  }
}

async function importing() {
  await inTurn(job.photos, async (photo) => {
    const file = readFileSync(photo);
    const picture = sharp(file);
    const about = await picture.metadata();
    const facts = { width: about.width, height: about.height, orientation: about.orientation, sha256: createHash('sha256').update(file).digest('hex') };
    await picture.autoOrient().resize({ width: 512, height: 512, fit: 'inside' }).jpeg({ quality: 80 }).toFile(out(photo, 'thumb'));
    writeFileSync(out(photo, 'facts', '.json'), JSON.stringify(facts));
  });
}

await { each, once, import: importing }[job.task]();
