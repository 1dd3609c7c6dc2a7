import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const samples = join(import.meta.dirname, '..', '..', 'app', 'samples');

/** The paths of the sample photographs. */
export const photographs = readdirSync(samples)
	.filter((name) => /\.(jpg|png)$/.test(name))
	.sort()
	.map((name) => join(samples, name));

/** A delivery, as the command line tells of it. */
export interface Delivery {
	id: string;
	post: string;
	channel: string;
	network: string;
	state: string;
	hold_reason: string;
	due: string;
	remote_url: string;
}

/** What `post add` answers. */
export interface Added {
	id: string;
	deliveries: { id: string; channel: string; state: string; due: string }[];
}

/** The program on a data folder of its own, which is gone afterwards. */
export class Program {
	#server: ChildProcess | undefined;
	#errors = '';

	/** A folder whose page is shown instead of the program's own; while it is being changed, POSTBAG_PAGE. */
	page = process.env['POSTBAG_PAGE'] ?? '';

	private constructor(
		readonly home: string,
		readonly env: NodeJS.ProcessEnv,
	) {}

	static async make(): Promise<Program> {
		const home = await mkdtemp(join(tmpdir(), 'postbag-e2e-'));
		await mkdir(join(home, 'data'));
		return new Program(home, {
			PATH: process.env['PATH'],
			HOME: home,
			TMPDIR: home,
			TZ: 'Europe/Oslo',
			POSTBAG_DATA: join(home, 'data'),
			POSTBAG_PASSPHRASE: 'the words of a test that nobody says', // instead of a keychain
		});
	}

	/** Starts `postbag serve` and returns the address that works once. */
	async serve(): Promise<string> {
		const server = spawn(bin(), ['serve', '--json', ...(this.page ? ['--page', this.page] : [])], {
			env: this.env,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		this.#server = server;
		this.#errors = '';
		server.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
		for await (const line of createInterface({ input: server.stdout })) {
			const { url } = JSON.parse(line) as { url: string };
			return url;
		}
		throw new Error(`postbag serve ended before it began:\n${this.#errors}`);
	}

	/** Ends the server at once, as pulling the plug does. */
	async kill(): Promise<void> {
		await this.#end('SIGKILL');
	}

	/** Ends the server as Ctrl-C does, and removes everything. */
	async stop(): Promise<void> {
		await this.#end('SIGINT');
		await rm(this.home, { recursive: true, force: true, maxRetries: 3 });
	}

	async #end(signal: NodeJS.Signals): Promise<void> {
		const server = this.#server;
		this.#server = undefined;
		if (!server || server.exitCode !== null || server.signalCode !== null) return;
		const gone = new Promise((resolve) => server.once('exit', resolve));
		server.kill(signal);
		await gone;
	}

	/** Runs a command of the program and returns its JSON. A status other than 0 and 3 is an error. */
	async cli<T = unknown>(...args: string[]): Promise<T> {
		return await new Promise<T>((resolve, reject) => {
			execFile(bin(), [...args, '--json'], { env: this.env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
				const status = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
				if (status !== 0 && status !== 3) {
					reject(new Error(`postbag ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`));
				} else {
					resolve(JSON.parse(stdout) as T);
				}
			});
		});
	}

	/** Imports photographs, all samples if none is named; returns their ids. */
	async photos(...paths: string[]): Promise<string[]> {
		const answer = await this.cli<{ assets: { id: string }[] }>(
			'asset',
			'import',
			...(paths.length > 0 ? paths : photographs),
		);
		return answer.assets.map((a) => a.id);
	}

	/** Connects a channel that publishes nothing, and returns its id. */
	async practice(name: string): Promise<string> {
		const channel = await this.cli<{ id: string }>('channel', 'add', 'practice', '--answer', `name=${name}`);
		return channel.id;
	}

	/** Writes a post; it is a draft unless told when to go out (an RFC 3339 time, or "now"). */
	async post(text: string, to: string[], when?: string, media: string[] = [], parts: string[] = []): Promise<Added> {
		const time = when === undefined ? ['--draft'] : when === 'now' ? ['--now'] : ['--at', when];
		return await this.cli<Added>(
			'post',
			'add',
			'--text',
			text,
			...to.flatMap((c) => ['--to', c]),
			...media.flatMap((m) => ['--media', m]),
			...parts.flatMap((p) => ['--part', p]),
			...time,
		);
	}
}

function bin(): string {
	const path = process.env['POSTBAG_BIN'];
	if (!path) throw new Error('the program was not built');
	return path;
}
