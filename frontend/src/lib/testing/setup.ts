// What jsdom lacks of a browser and the kit needs.
import { vi } from 'vitest';

class NoResize {
	observe() {}
	unobserve() {}
	disconnect() {}
}
vi.stubGlobal('ResizeObserver', NoResize);

/** No backend speaks in unit tests: state classes are given fakes of their own interfaces. */
class NoEvents extends EventTarget {
	close() {}
}
vi.stubGlobal('EventSource', NoEvents);
vi.stubGlobal('fetch', () => Promise.reject(new TypeError('there is no backend in a unit test')));
Element.prototype.scrollIntoView ??= () => {};
window.matchMedia ??= (query: string) =>
	({
		matches: false,
		media: query,
		onchange: null,
		addEventListener() {},
		removeEventListener() {},
		addListener() {},
		removeListener() {},
		dispatchEvent: () => false,
	}) as MediaQueryList;

// Words are English unless a test asks for others.
const { locale } = await import('$lib/locale.svelte');
await locale.use('en');
