import type { api } from '$lib/backend';
import { m } from '$lib/messages';

const bad: Record<string, () => string> = {
	shelf_unreachable: () => m.settings_shelf_bad_unreachable(),
	shelf_host_key: () => m.settings_shelf_bad_host_key(),
	shelf_refused: () => m.settings_shelf_bad_refused(),
	shelf_folder: () => m.settings_shelf_bad_folder(),
	shelf_full: () => m.settings_shelf_bad_full(),
	shelf_busy: () => m.settings_shelf_bad_busy(),
	shelf_answer: () => m.settings_shelf_bad_answer(),
	shelf_not_public: () => m.settings_shelf_bad_not_public(),
	shelf_private: () => m.settings_shelf_bad_private(),
	shelf_type: () => m.settings_shelf_bad_type(),
	shelf_content: () => m.settings_shelf_bad_content(),
};

/** What a test of public storage found, in the app's language where there is a sentence for it. */
export const sayTrial = (t: api.ShelfTrial): string =>
	t.works ? m.settings_shelf_works() : (bad[t.code]?.() ?? t.message);

/** What is asked of a person for a kind of storage. */
export const addressLabel = (kind: string): string =>
	kind === 's3'
		? m.settings_shelf_endpoint()
		: kind === 'webdav'
			? m.settings_shelf_folder_address()
			: m.settings_shelf_server();
