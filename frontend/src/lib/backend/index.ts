// The backend, as the page sees it: the generated bindings with typed errors. Nothing else imports
// the bindings.
import * as ChannelService from '$wailsjs/go/api/ChannelService';
import * as LibraryService from '$wailsjs/go/api/LibraryService';
import * as NetworkService from '$wailsjs/go/api/NetworkService';
import * as PostService from '$wailsjs/go/api/PostService';
import * as PresetService from '$wailsjs/go/api/PresetService';
import * as QueueService from '$wailsjs/go/api/QueueService';
import * as SettingsService from '$wailsjs/go/api/SettingsService';
import * as ShellService from '$wailsjs/go/api/ShellService';
import * as SlotService from '$wailsjs/go/api/SlotService';
import * as SystemService from '$wailsjs/go/api/SystemService';
import * as VideoService from '$wailsjs/go/api/VideoService';
import './browser';
import { backendError } from './error';

export type { api } from '$wailsjs/go/models';
export { inWindow, watchConnection } from './browser';
export { BackendError, backendError } from './error';
export { upload } from './upload';
export { onChanged, onNotice, onProgress, onShell, type Changed, type Progress, type Topic } from './events';

type Calls = Record<string, (...args: never[]) => Promise<unknown>>;

/** The same service, rejecting with BackendError alone. */
function typed<T extends object>(service: T): T {
	const out: Record<string, unknown> = {};
	for (const [name, method] of Object.entries(service as Calls)) {
		out[name] = async (...args: never[]) => {
			try {
				return await method(...args);
			} catch (e) {
				throw backendError(e);
			}
		};
	}
	return out as T;
}

/** Asks once and keeps the answer; a question that failed is asked again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
	let answer: Promise<T> | undefined;
	return () => {
		answer ??= ask().catch((e: unknown) => {
			answer = undefined;
			throw e;
		});
		return answer;
	};
}

export const posts = typed(PostService);
export const queue = typed(QueueService);
export const library = typed(LibraryService);
export const presets = typed(PresetService);
export const channels = typed(ChannelService);
/** The networks do not change while the program runs, so their list is asked for once. */
export const networks = { ...typed(NetworkService), List: once(typed(NetworkService).List) };
export const settings = typed(SettingsService);
export const slots = typed(SlotService);
export const shellService = typed(ShellService);
export const system = typed(SystemService);
export const videos = typed(VideoService);
