import { inWindow } from './browser';
import { BackendError, type ErrorShape } from './error';
import { multipart } from './multipart';

/**
 * Gives files to the backend that the page has and the backend cannot see: dropped on a browser's page,
 * or pasted. Returns the paths of copies that last for an hour, for services that import files.
 */
export async function upload(files: readonly File[]): Promise<string[]> {
	let response: Response;
	try {
		response = await fetch('/upload', { method: 'POST', ...(inWindow ? await multipart(files) : form(files)) });
	} catch {
		throw new BackendError({ code: 'gone', message: 'Postbag does not answer any more' });
	}
	let answer: { result?: { paths: string[] }; error?: ErrorShape };
	try {
		answer = (await response.json()) as typeof answer;
	} catch {
		throw new BackendError({ code: 'internal', message: `HTTP ${response.status}` });
	}
	if (answer.error) throw new BackendError(answer.error);
	return answer.result?.paths ?? [];
}

/** A browser reads the files from the disk while it sends them. */
function form(files: readonly File[]): RequestInit {
	const body = new FormData();
	for (const file of files) body.append('file', file, file.name || 'picture');
	return { body };
}
