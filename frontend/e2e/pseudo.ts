import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, mergeConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

type Message = string | { match: Record<string, string> }[];

/**
 * Makes a text longer by 40 % and strange, and puts brackets round it: what is cut off, glued from
 * pieces or not in the catalogues at all is seen at once. Named values stay.
 */
export function pseudo(text: string): string {
	const strange: Record<string, string> = {
		a: 'á',
		e: 'ë',
		i: 'ï',
		o: 'ø',
		u: 'ü',
		y: 'ÿ',
		A: 'Å',
		E: 'Ë',
		O: 'Ø',
		U: 'Ü',
		n: 'ñ',
		c: 'ç',
	};
	const said = text.replace(/\{[^}]*\}|[\s\S]/gu, (part) => strange[part] ?? part);
	const letters = text.replace(/\{[^}]*\}/g, '').length;
	return `[${said}${' ‹›'.repeat(Math.ceil((letters * 0.4) / 3))}]`;
}

function pseudoMessage(m: Message): Message {
	if (typeof m === 'string') return pseudo(m);
	return m.map((f) => ({
		...f,
		match: Object.fromEntries(Object.entries(f.match).map(([key, text]) => [key, pseudo(text)])),
	}));
}

/**
 * Builds the page with such words instead of English, beside the real one, and returns its folder. The
 * program shows it with --page; nothing of this is in what ships.
 */
export async function buildPseudo(): Promise<{ folder: string; remove: () => void }> {
	const work = mkdtempSync(join(tmpdir(), 'postbag-pseudo-'));
	symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'));
	const settings = JSON.parse(readFileSync(join(root, 'project.inlang', 'settings.json'), 'utf8')) as object;
	mkdirSync(join(work, 'project.inlang'));
	writeFileSync(join(work, 'project.inlang', 'settings.json'), JSON.stringify(settings));
	for (const feature of readdirSync(join(root, 'messages'))) {
		const messages = JSON.parse(readFileSync(join(root, 'messages', feature, 'en.json'), 'utf8')) as Record<
			string,
			Message
		>;
		mkdirSync(join(work, 'messages', feature), { recursive: true });
		writeFileSync(
			join(work, 'messages', feature, 'en.json'),
			JSON.stringify(
				Object.fromEntries(Object.entries(messages).map(([k, m]) => [k, k.startsWith('$') ? m : pseudoMessage(m)])),
			),
		);
	}
	const words = join(work, 'paraglide');
	execFileSync(
		'npx',
		[
			'--no-install',
			'paraglide-js',
			'compile',
			'--project',
			relative(root, join(work, 'project.inlang')),
			'--outdir',
			relative(root, words),
			'--strategy',
			'globalVariable',
			'baseLocale',
			'--output-structure',
			'locale-modules',
			'--silent',
		],
		{ cwd: root, stdio: 'inherit' },
	);
	const other: Plugin = {
		name: 'pseudo-words',
		enforce: 'pre',
		resolveId: (source) => {
			const found = /paraglide\/(messages\/[\w-]+|runtime)\.js$/.exec(source);
			return found ? join(words, `${found[1]}.js`) : null;
		},
	};
	const folder = join(work, 'dist');
	const { default: usual } = (await import('../vite.config')) as { default: object };
	await build(
		mergeConfig(usual, {
			configFile: false,
			root,
			plugins: [other],
			logLevel: 'error',
			build: { outDir: folder, emptyOutDir: true },
		}),
	);
	return { folder, remove: () => rmSync(work, { recursive: true, force: true }) };
}
