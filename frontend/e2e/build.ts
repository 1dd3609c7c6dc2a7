import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/**
 * Builds the program once for all tests, with the page that `vite build` made. POSTBAG_BIN names one
 * that is built already.
 */
export default function build(): (() => void) | undefined {
	if (process.env['POSTBAG_BIN']) return undefined;
	if (!existsSync(join(root, 'frontend', 'dist', 'index.html'))) {
		throw new Error('There is no built page: run `npm run build` first.');
	}
	const folder = mkdtempSync(join(tmpdir(), 'postbag-e2e-bin-'));
	const bin = join(folder, process.platform === 'win32' ? 'postbag.exe' : 'postbag');
	execFileSync('go', ['build', '-o', bin, './app/postbag'], {
		cwd: root,
		stdio: 'inherit',
		env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
	});
	process.env['POSTBAG_BIN'] = bin;
	return () => rmSync(folder, { recursive: true, force: true });
}
