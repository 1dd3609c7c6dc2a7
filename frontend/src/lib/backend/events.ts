import type { api } from '$wailsjs/go/models';
import { runtime } from './browser';

/** What can change; the page asks again for what it shows of it. */
export type Topic = 'posts' | 'queue' | 'library' | 'channels' | 'settings' | 'slots' | 'workspaces';

/** Something of a topic changed; no ids means: anything of it. */
export interface Changed {
	topic: Topic;
	ids: string[];
}

/** How far a long task or a delivery is. `task` names it ("import", "backup", a delivery's id). */
export interface Progress {
	task: string;
	done: number;
	total: number;
}

/** Calls back when something of the topics changed. Returns how to stop. */
export function onChanged(topics: readonly Topic[], then: (c: Changed) => void): () => void {
	return runtime.EventsOn('changed', (data) => {
		const c = data as Changed;
		if (topics.includes(c.topic)) then(c);
	});
}

/** Calls back while long tasks go on. Returns how to stop. */
export const onProgress = (then: (p: Progress) => void): (() => void) =>
	runtime.EventsOn('progress', (data) => then(data as Progress));

/** Calls back for notices. Returns how to stop. */
export const onNotice = (then: (n: api.Notice) => void): (() => void) =>
	runtime.EventsOn('notice', (data) => then(data as api.Notice));

/** Calls back for what comes through the program around the page: dropped files, menus, closing. */
export const onShell = (then: (e: api.ShellEvent) => void): (() => void) =>
	runtime.EventsOn('shell', (data) => then(data as api.ShellEvent));
