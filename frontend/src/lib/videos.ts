// What is said about work on videos, wherever it is shown.
import { m } from './messages';

/** Why a video could not be made. */
export function whyVideoFailed(task: { code: string }): string {
	const words: Record<string, () => string> = {
		no_ffmpeg: m.library_video_code_no_ffmpeg,
		not_video: m.library_video_code_not_video,
		no_encoder: m.library_video_code_no_encoder,
		too_small: m.library_video_code_too_small,
		disk_full: m.library_video_code_disk_full,
		gone: m.library_video_code_gone,
		broken: m.library_video_code_broken,
	};
	return (words[task.code] ?? m.library_video_code_failed)();
}
