// Every row of the settings: what it is called, its sentence, and when it is there. The screen,
// its search and the palette read this list; the controls are with their sections.
import { shell } from '$lib/shell.svelte';
import { m } from '$lib/messages';
import { workspace } from '$lib/workspace.svelte';

export const sections = [
	'general',
	'appearance',
	'writing',
	'publishing',
	'notifications',
	'keyboard',
	'data',
	'about',
] as const;
export type Section = (typeof sections)[number];

export const sectionNames: Record<Section, () => string> = {
	general: () => m.settings_general(),
	appearance: () => m.settings_appearance(),
	writing: () => m.settings_writing(),
	publishing: () => m.settings_publishing(),
	notifications: () => m.settings_notifications(),
	keyboard: () => m.settings_keyboard(),
	data: () => m.settings_data(),
	about: () => m.settings_about(),
};

export interface Row {
	id: string;
	section: Section;
	label: () => string;
	text: () => string;
	/** Whether it is there; absent: always. */
	when?: () => boolean;
}

const demo = () => !!workspace.current?.demo;
const notices = () => shell.info.notices; // the page shows these itself, whatever is chosen

export const rows: readonly Row[] = [
	{ id: 'language', section: 'general', label: () => m.settings_language(), text: () => m.settings_language_text() },
	{ id: 'week', section: 'general', label: () => m.settings_week(), text: () => m.settings_week_text() },
	{ id: 'clock', section: 'general', label: () => m.settings_clock(), text: () => m.settings_clock_text() },
	{
		id: 'close',
		section: 'general',
		label: () => m.settings_close(),
		text: () => m.settings_close_text(),
		when: () => shell.info.background,
	},
	{ id: 'hide', section: 'general', label: () => m.settings_hide(), text: () => m.settings_hide_text() },
	{
		id: 'workspace',
		section: 'general',
		label: () => m.settings_workspace_name(),
		text: () => m.settings_workspace_name_text(),
	},
	{
		id: 'demo',
		section: 'general',
		label: () => m.settings_demo_add(),
		text: () => m.settings_demo_add_text(),
		when: () => !workspace.list.some((w) => w.demo),
	},
	{
		id: 'remove',
		section: 'general',
		label: () => (demo() ? m.settings_demo_remove() : m.settings_workspace_remove()),
		text: () => (demo() ? m.settings_demo_remove_text() : m.settings_workspace_remove_text()),
		when: () => workspace.list.length > 1,
	},
	{ id: 'theme', section: 'appearance', label: () => m.settings_theme(), text: () => m.settings_theme_text() },
	{ id: 'density', section: 'appearance', label: () => m.settings_density(), text: () => m.settings_density_text() },
	{ id: 'zoom', section: 'appearance', label: () => m.settings_zoom(), text: () => m.settings_zoom_text() },
	{
		id: 'graphics',
		section: 'appearance',
		label: () => m.settings_graphics(),
		text: () => m.settings_graphics_text(),
		when: () => shell.info.window && shell.info.system === 'linux',
	},
	{ id: 'alt', section: 'writing', label: () => m.settings_alt(), text: () => m.settings_alt_text() },
	{
		id: 'post-language',
		section: 'writing',
		label: () => m.settings_post_language(),
		text: () => m.settings_post_language_text(),
	},
	{ id: 'campaign', section: 'writing', label: () => m.settings_campaign(), text: () => m.settings_campaign_text() },
	{ id: 'import', section: 'writing', label: () => m.settings_import(), text: () => m.settings_import_text() },
	{ id: 'ffmpeg', section: 'writing', label: () => m.settings_ffmpeg(), text: () => m.settings_ffmpeg_text() },
	{
		id: 'here',
		section: 'publishing',
		label: () => m.settings_publishing_here(),
		text: () => m.settings_publishing_here_text(),
	},
	{ id: 'hold', section: 'publishing', label: () => m.settings_hold_all(), text: () => m.settings_hold_all_text() },
	{ id: 'late', section: 'publishing', label: () => m.settings_late(), text: () => m.settings_late_text() },
	{ id: 'twins', section: 'publishing', label: () => m.settings_twins(), text: () => m.settings_twins_text() },
	{
		id: 'twin-pictures',
		section: 'publishing',
		label: () => m.settings_twin_pictures(),
		text: () => m.settings_twin_pictures_text(),
	},
	{ id: 'shelf', section: 'publishing', label: () => m.settings_shelf(), text: () => m.settings_shelf_text() },
	{
		id: 'needs',
		section: 'notifications',
		label: () => m.settings_notify_needs(),
		text: () => m.settings_notify_needs_text(),
		when: notices,
	},
	{
		id: 'away',
		section: 'notifications',
		label: () => m.settings_notify_away(),
		text: () => m.settings_notify_away_text(),
		when: notices,
	},
	{
		id: 'published',
		section: 'notifications',
		label: () => m.settings_notify_published(),
		text: () => m.settings_notify_published_text(),
	},
	{ id: 'letters', section: 'keyboard', label: () => m.settings_letters(), text: () => m.settings_letters_text() },
	{ id: 'keys', section: 'keyboard', label: () => m.settings_keys(), text: () => m.settings_keys_text() },
	{ id: 'folder', section: 'data', label: () => m.settings_folder(), text: () => '' },
	{ id: 'backup', section: 'data', label: () => m.settings_backup(), text: () => m.settings_backup_text() },
	{ id: 'restore', section: 'data', label: () => m.settings_restore(), text: () => m.settings_restore_text() },
	{ id: 'export', section: 'data', label: () => m.settings_export(), text: () => m.settings_export_text() },
	{ id: 'check', section: 'data', label: () => m.settings_check(), text: () => m.settings_check_text() },
	{
		id: 'diagnostics',
		section: 'data',
		label: () => m.settings_diagnostics(),
		text: () => m.settings_diagnostics_text(),
	},
	{
		id: 'version',
		section: 'about',
		label: () => m.settings_version(),
		text: () => m.settings_version_text({ version: shell.info.version }),
	},
	{ id: 'promise', section: 'about', label: () => m.settings_promise(), text: () => m.settings_promise_text() },
	{ id: 'welcome', section: 'about', label: () => m.settings_welcome(), text: () => m.settings_welcome_text() },
];
