// What only the program around the page can do: dialogs, the system's browser, files dropped from
// the desktop. The window and `postbag serve` differ in what they can; `info` says it.
import { shellService, onShell, type api } from './backend';

const none: api.ShellInfo = {
	system: 'linux',
	version: '',
	window: false,
	dialogs: false,
	paths: false,
	menu: false,
	tray: false,
	background: false,
	clipboard: false,
	notices: false,
	mediaUrl: '',
};

type Handler = (e: api.ShellEvent) => void;

class Shell {
	info = $state.raw<api.ShellInfo>(none);
	#handlers = new Map<string, Handler[]>();

	/** Asks what the program around the page can do, and takes what waited for the page. */
	async start() {
		onShell((e) => this.#tell(e));
		this.info = await shellService.Info();
		for (const e of await shellService.Ready()) this.#tell(e);
	}

	/** Calls back for one kind of event; the newest handler is asked alone. Returns how to stop. */
	on(kind: `${api.ShellEventKind}`, then: Handler): () => void {
		const all = this.#handlers.get(kind) ?? [];
		all.push(then);
		this.#handlers.set(kind, all);
		return () => {
			const at = all.indexOf(then);
			if (at >= 0) all.splice(at, 1);
		};
	}

	#tell(e: api.ShellEvent) {
		this.#handlers.get(e.kind)?.at(-1)?.(e);
	}

	/** Opens an address in the system's browser. */
	async open(address: string) {
		if (this.info.window || address.startsWith('file:')) await shellService.OpenLink(address);
		else window.open(address, '_blank', 'noopener,noreferrer');
	}

	/** Puts text into the clipboard. */
	async copy(text: string) {
		if (this.info.clipboard) await shellService.Copy(text);
		else await navigator.clipboard.writeText(text);
	}
}

export const shell = new Shell();
