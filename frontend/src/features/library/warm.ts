import { library } from '$lib/backend';

/** Makes the backend read a workspace's library, so that opening it need not wait for that. */
export async function warmLibrary(workspace: string): Promise<void> {
	if (!workspace) return;
	try {
		await library.Rows({ workspace, ids: [] });
	} catch {
		// the library says so itself once it is opened
	}
}
