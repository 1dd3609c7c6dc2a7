// What comes from outside to whatever screen is open: files dropped on the window or given to a
// second start, links, clicked notifications, and news of the queue.
import { library, onNotice, shellService, type api } from '$lib/backend';
import { commands } from '$lib/commands.svelte';
import { draftOf } from '$lib/drafts';
import { explain } from '$lib/errors';
import { m } from '$lib/messages';
import { preferences } from '$lib/preferences.svelte';
import { go, router } from '$lib/router.svelte';
import { parseRoute } from '$lib/routes';
import { shell } from '$lib/shell.svelte';
import { workspace } from '$lib/workspace.svelte';
import { toast } from '$ui';
import { outside } from './outside.svelte';

/** Listens until the returned function is called. A screen that listens itself is asked instead. */
export function listenToOutside(): () => void {
	const ends = [
		shell.on('dropped', (e) => void take(e.paths)),
		shell.on('handed', (e) => void write(e)),
		shell.on('command', (e) => void commands.run(e.command)),
		shell.on('go', (e) => go(parseRoute(e.route))),
		onNotice((n) => void tell(n)),
	];
	return () => ends.forEach((end) => end());
}

/** Files dropped anywhere go to the library, where their progress shows. */
async function take(paths: string[]) {
	if (paths.length === 0) return;
	try {
		await library.StartImport({
			workspace: workspace.id,
			paths,
			recursive: true,
			reference: preferences.value?.import === 'reference',
		} as api.ImportAssets);
		toast({ text: m.shell_importing(), action: { label: m.shell_library(), run: () => go({ screen: 'library' }) } });
	} catch (e) {
		outside.error = explain(e);
	}
}

/** Files and links given from outside become a draft. */
async function write(e: api.ShellEvent) {
	try {
		const assets: string[] = [];
		if (e.paths.length > 0) {
			const imported = await library.Import({
				workspace: workspace.id,
				paths: e.paths,
				recursive: false,
				reference: preferences.value?.import === 'reference',
			} as api.ImportAssets);
			assets.push(...imported.assets.map((a) => a.asset.id));
		}
		const post = await draftOf(workspace.id, assets, e.links[0]);
		go({ screen: 'composer', post: post.id });
	} catch (error) {
		outside.error = explain(error);
	}
}

/** What is told, and the setting it depends on; without one a person asked for it by name. */
const notices: Record<string, { of?: keyof api.Notify; text: (count: number) => string }> = {
	queue_needs_you: { of: 'needsYou', text: (count) => m.shell_notice_needs_you({ count }) },
	queue_late: { of: 'away', text: (count) => m.shell_notice_late({ count }) },
	clock_suspect: { of: 'needsYou', text: (minutes) => m.shell_notice_clock({ minutes }) },
	queue_unsure: { of: 'needsYou', text: (count) => m.shell_notice_unsure({ count }) },
	queue_turn: { of: 'needsYou', text: (count) => m.shell_notice_turn({ count }) },
	online_again: { text: (count) => m.shell_notice_online({ count }) },
	queue_published: { of: 'published', text: (count) => m.shell_notice_published({ count }) },
};

/** The system's own message where the window cannot be seen, a toast where it can. */
async function tell(n: api.Notice) {
	const kind = notices[n.code];
	if (!kind) return;
	const text = kind.text(Number(n.values['count'] ?? n.values['minutes'] ?? 1));
	const wanted = kind.of ? preferences.value?.notify[kind.of] : true;
	if (kind.of === 'published' && !wanted) return; // good news is told to who asked for it
	if (document.hasFocus() || !shell.info.notices || !wanted) {
		if (kind.of && router.route.screen === 'queue') return; // it shows there
		toast({ text, action: n.route ? { label: m.shell_look(), run: () => go(parseRoute(n.route)) } : undefined });
		return;
	}
	await shellService.Notify({ id: n.code, title: 'Postbag', body: text, route: n.route }).catch(() => {}); // the queue shows it too
}
