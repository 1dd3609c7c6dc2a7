import type { App } from './fixtures';

/** A screen, and what must be there for it to have something to show. */
export interface Screen {
	name: string;
	/** Shows one thing of the workspace, so an empty one has no such screen, and its title is a name. */
	one?: true;
	hash: (seed: Seed) => string;
}

/** What the filled workspace has. */
export interface Seed {
	draft: string;
	planned: string;
	practice: string;
	feed: string;
}

const all: Screen[] = [
	{ name: 'today', hash: () => '#/today' },
	{ name: 'composer', one: true, hash: (s) => `#/posts/${s.draft}` },
	{ name: 'posts', hash: () => '#/posts' },
	{ name: 'library', hash: () => '#/library' },
	{ name: 'queue', hash: () => '#/queue/upcoming' },
	{ name: 'queue-needs-you', hash: () => '#/queue/needs-you' },
	{ name: 'queue-published', hash: () => '#/queue/published' },
	{ name: 'channel', one: true, hash: (s) => `#/channels/${s.practice}` },
	{ name: 'add-channel', hash: () => '#/channels/add' },
	{ name: 'settings-general', hash: () => '#/settings/general' },
	{ name: 'settings-publishing', hash: () => '#/settings/publishing' },
	{ name: 'settings-data', hash: () => '#/settings/data' },
	{ name: 'onboarding', hash: () => '#/welcome' },
];

const wanted = process.env['SCREENS']?.split(',');

/** Every screen, with the route that opens it; SCREENS chooses some, by the beginning of their names. */
export const screens = all.filter((s) => !wanted || wanted.some((w) => s.name.startsWith(w)));

/** Fills the workspace through the command line: photographs, drafts, planned and published posts. */
export async function fill(app: App): Promise<Seed> {
	const { program } = app;
	const practice = await program.practice('Studio');
	const channels = await program.cli<{ id: string; network: string }[]>('channel', 'list');
	const feed = channels.find((c) => c.id !== practice)!.id;
	const photos = await program.photos();
	const soon = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
	const draft = await program.post(
		'Early light over the harbour this morning. Forty frames, six keepers, one thermos of coffee. #harbour #dawn',
		[practice, feed],
		undefined,
		photos.slice(0, 3),
	);
	const planned = await program.post(
		'New prints are in the shop: forty by sixty, signed.',
		[practice, feed],
		soon(26),
		[photos[3]!],
	);
	await program.post('Doors open at ten on Saturday.', [feed], soon(50));
	await program.post('We are live from the quay.', [feed, practice], 'now');
	await program.cli('queue', 'run', '--until-idle');
	return { draft: draft.id, planned: planned.id, practice, feed };
}
