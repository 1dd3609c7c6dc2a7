// In the window, Wails puts the services at window.go and its runtime at window.runtime. In a
// browser (`postbag serve`) this file puts the same two there, over HTTP and an event stream, so
// that the generated bindings and everything above them are the same in both.
import { BackendError, type ErrorShape } from './error';

type Listener = (...data: unknown[]) => void;

/** The part of Wails' runtime that the page uses. */
export interface Runtime {
	EventsOn(name: string, listener: Listener): () => void;
}

interface Shell {
	go?: unknown;
	runtime?: Runtime;
}

const shell = window as unknown as Shell;

/** Whether the page runs in the window, not in a browser. */
export const inWindow = shell.go !== undefined;

async function call(name: string, args: unknown[]): Promise<unknown> {
	let response: Response;
	try {
		response = await fetch(`/rpc/${name}`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify(args),
		});
	} catch {
		throw new BackendError({ code: 'gone', message: 'Postbag does not answer any more' });
	}
	let answer: { result?: unknown; error?: ErrorShape };
	try {
		answer = (await response.json()) as typeof answer;
	} catch {
		throw new BackendError({
			code: response.status === 401 ? 'signed_out' : 'internal',
			message: `HTTP ${response.status}`,
		});
	}
	if (answer.error) throw new BackendError(answer.error);
	return answer.result;
}

function services(prefix: string): unknown {
	return new Proxy(
		{},
		{
			get: (_, part) => {
				if (typeof part !== 'string') return undefined;
				const name = prefix ? `${prefix}.${part}` : part;
				return name.split('.').length === 3 ? (...args: unknown[]) => call(name, args) : services(name);
			},
		},
	);
}

/** The event stream, opened with the first listener and opened again when it breaks. */
class Stream implements Runtime {
	#source: EventSource | undefined;
	#listeners = new Map<string, Set<Listener>>();

	EventsOn(name: string, listener: Listener): () => void {
		const known = this.#listeners.get(name);
		const all = known ?? new Set<Listener>();
		all.add(listener);
		this.#listeners.set(name, all);
		this.#source ??= new EventSource('/events');
		if (!known) {
			this.#source.addEventListener(name, (event) => {
				const data: unknown = JSON.parse((event as MessageEvent<string>).data);
				for (const each of all) each(data);
			});
		}
		return () => all.delete(listener);
	}

	/** Tells when the stream opens and breaks: while it is broken, changes are missed. */
	watch(open: () => void, broken: () => void) {
		this.#source ??= new EventSource('/events');
		this.#source.addEventListener('open', open);
		this.#source.addEventListener('error', broken);
	}
}

const stream = inWindow ? undefined : new Stream();
if (stream) {
	shell.go = services('');
	shell.runtime = stream;
}

/** The events of the shell, whichever it is. */
export const runtime: Runtime = shell.runtime ?? { EventsOn: () => () => {} };

/** Tells when the connection to a backend in another process opens and breaks; never in the window. */
export const watchConnection = (open: () => void, broken: () => void) => stream?.watch(open, broken);
