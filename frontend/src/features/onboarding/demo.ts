// The demo: examples in the app's language, in a workspace that reaches nobody.
import { system, type api } from '$lib/backend';
import { locale } from '$lib/locale.svelte';
import { m } from '$lib/messages';

/** Makes the demo workspace, with everything it says in the app's language. */
export async function addDemo(): Promise<api.Workspace> {
	const taken = new Set((await system.Workspaces()).map((w) => w.name));
	let name: string = m.onboarding_demo_name();
	for (let i = 2; taken.has(name); i++) name = `${m.onboarding_demo_name()} ${i}`;
	const catalogue = m as unknown as Record<string, (() => string) | undefined>;
	const words: Record<string, string> = { language: locale.current };
	for (const key of await system.DemoWords()) words[key] = catalogue[`onboarding_demo_${key}`]?.() ?? '';
	return system.AddDemo({ name, words });
}
