// How near Postbag's pictures are to those of libvips, which sharp is made of.
//
//   node compare.mjs JOB.json
//
// "variants" writes kinds of JPEG and other files of each photograph into a folder, and one without loss for whoever
// makes further kinds of its pixels. "compare" makes what Postbag made once more with sharp, in memory, as a JPEG file of
// the same quality, and prints for each how far the colours lie apart: CIE 1976 ΔE, mean, 95th percentile and worst, and
// how much farther than sharp's own file Postbag's is from what sharp had before it wrote that: a line of JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const sharp = createRequire(join(job.installed, 'package.json'))('sharp');
sharp.cache(false);

async function variants() {
  for (const [i, photo] of job.photos.entries()) {
    const to = (name, ending = 'jpg') => join(job.out, `photo${i}-${name}.${ending}`);
    const raw = async (width, height) => {
      const { data, info } = await sharp(photo).autoOrient().resize(width, height).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
      return { data, of: () => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } }) };
    };
    const usual = await raw(1603, 1201);
    const q = { quality: 92 };
    const full = { ...q, chromaSubsampling: '4:4:4' };
    const jobs = {
      '420.jpg': usual.of().jpeg(q),
      '444.jpg': usual.of().jpeg(full),
      'progressive.jpg': usual.of().jpeg({ ...q, progressive: true }),
      'progressive444.jpg': usual.of().jpeg({ ...full, progressive: true }),
      'grey.jpg': usual.of().toColourspace('b-w').jpeg(q),
      'greyprofile.jpg': usual.of().toColourspace('b-w').withIccProfile('srgb').jpeg(q),
      'p3.jpg': usual.of().withIccProfile('p3').jpeg(q),
      'p3progressive.jpg': usual.of().withIccProfile('p3').jpeg({ ...full, progressive: true }),
      'cmyk.jpg': usual.of().toColourspace('cmyk').withIccProfile('cmyk').jpeg(q),
      'plain.png': usual.of().png(),
      'p3.png': usual.of().withIccProfile('p3').png(),
      'deep.png': usual.of().toColourspace('rgb16').png(),
      'lossy.webp': usual.of().webp({ quality: 90 }),
      'plain.tif': usual.of().tiff({ compression: 'lzw' }),
    };
    for (const [name, width, height] of [['odd', 4001, 2999], ['tall', 2999, 4001], ['narrow', 61, 1999], ['tiny', 33, 21], ['one', 1, 1]]) {
      jobs[`${name}.jpg`] = (await raw(width, height)).of().jpeg(q);
    }
    for (const [name, picture] of Object.entries(jobs)) {
      const [stem, ending] = name.split('.');
      await picture.toFile(to(stem, ending));
    }
    writeFileSync(to('base', 'rgb'), usual.data);
  }
}

const lab = (() => {
  const linear = Float64Array.from({ length: 256 }, (_, i) => (i <= 10 ? i / 255 / 12.92 : ((i / 255 + 0.055) / 1.055) ** 2.4));
  const steps = 1 << 14;
  const root = Float64Array.from({ length: steps + 1 }, (_, i) => (i / steps > 216 / 24389 ? Math.cbrt(i / steps) : ((24389 / 27) * (i / steps) + 16) / 116));
  const f = (t) => root[Math.min(Math.round(t * steps), steps)];
  return (r, g, b) => {
    const [x, y, z] = [linear[r], linear[g], linear[b]];
    const fx = f((0.4124564 * x + 0.3575761 * y + 0.1804375 * z) / 0.95047);
    const fy = f(0.2126729 * x + 0.7151522 * y + 0.072175 * z);
    const fz = f((0.0193339 * x + 0.119192 * y + 0.9503041 * z) / 1.08883);
    return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
  };
})();

const pixels = (picture) => picture.flatten({ background: '#fff' }).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });

function apart(a, b) {
  const counts = new Uint32Array(3000);
  let sum = 0;
  let worst = 0;
  for (let i = 0; i < a.length; i += 3) {
    let d = 0;
    if (a[i] !== b[i] || a[i + 1] !== b[i + 1] || a[i + 2] !== b[i + 2]) {
      const [l, m, n] = lab(a[i], a[i + 1], a[i + 2]);
      const [o, p, q] = lab(b[i], b[i + 1], b[i + 2]);
      d = Math.hypot(l - o, m - p, n - q);
    }
    sum += d;
    worst = Math.max(worst, d);
    counts[Math.min(Math.floor(d * 10), counts.length - 1)]++;
  }
  const all = a.length / 3;
  let seen = 0;
  let p95 = 0;
  while (p95 < counts.length && (seen += counts[p95]) < all * 0.95) p95++;
  return { mean: sum / all, p95: (p95 + 1) / 10, worst };
}

// whole decodes a photograph as it is to be seen, in sRGB: libvips may decode a JPEG file smaller by itself, and
// then its sizes are a pixel off.
async function whole(source) {
  const { data, info } = await sharp(source, { failOn: 'none' }).autoOrient().flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, of: () => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } }) };
}

async function compare() {
  let last;
  for (const { source, preset, path, passed } of job.files) {
    const size = { width: preset.width, height: preset.height, fit: preset.fit, withoutEnlargement: preset.fit === 'inside', background: '#fff' };
    const about = { source, preset: preset.id };
    try {
      if (last?.source !== source) last = { source, picture: await whole(source) };
      const { width, height, of } = last.picture;
      if (preset.fit === 'cover' ? preset.width > width || preset.height > height : preset.fit === 'contain' && preset.width > width && preset.height > height) {
        about.skipped = true; // nothing is enlarged there; it would be here
      } else {
        const ours = await pixels(sharp(path));
        const truth = await pixels(of().resize(size));
        const theirs = passed ? truth : await pixels(sharp(await of().resize(size).jpeg({ quality: job.quality }).toBuffer()));
        about.ours = `${ours.info.width}×${ours.info.height}`;
        about.theirs = `${truth.info.width}×${truth.info.height}`;
        if (about.ours === about.theirs) {
          Object.assign(about, apart(ours.data, theirs.data));
          about.excess = apart(ours.data, truth.data).mean - apart(theirs.data, truth.data).mean;
        }
      }
    } catch (err) {
      about.error = err.message;
    }
    console.log(JSON.stringify(about));
  }
}

await { variants, compare }[job.task]();
