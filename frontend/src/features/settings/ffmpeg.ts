import { m } from '$lib/messages';

const reasons: Record<string, () => string> = {
	relative: () => m.settings_ffmpeg_why_relative(),
	gone: () => m.settings_ffmpeg_why_gone(),
	not_file: () => m.settings_ffmpeg_why_not_file(),
	not_executable: () => m.settings_ffmpeg_why_not_executable(),
	open_to_all: () => m.settings_ffmpeg_why_open_to_all(),
	not_ffmpeg: () => m.settings_ffmpeg_why_not_ffmpeg(),
};

/** Every reason that has words. */
export const toolReasons = Object.keys(reasons);

/** Why a program is not used as the video tool. */
export const sayUnusable = (path: string, why: string): string =>
	m.settings_ffmpeg_refused({ path, why: (reasons[why] ?? m.settings_ffmpeg_why_not_ffmpeg)() });
