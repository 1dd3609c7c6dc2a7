import { formatRoute, parseRoute, type Route } from './routes';

/** Where the person is now. Back and forward are the browser's own. */
class Router {
	#route = $state.raw<Route>(parseRoute(location.hash));

	constructor() {
		addEventListener('hashchange', () => (this.#route = parseRoute(location.hash)));
	}

	get route(): Route {
		return this.#route;
	}

	/** Goes to a place; `replace` leaves no step to come back to. */
	go(route: Route, how: { replace?: boolean } = {}) {
		const hash = formatRoute(route);
		if (hash === location.hash) return;
		if (how.replace) {
			history.replaceState(history.state, '', hash);
			this.#route = route;
		} else {
			location.hash = hash;
		}
	}
}

export const router = new Router();

/** Goes to a place. */
export const go = (route: Route, how: { replace?: boolean } = {}) => router.go(route, how);
