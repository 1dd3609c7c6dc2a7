import FileText from '$icons/file-text';
import Images from '$icons/images';
import Send from '$icons/send';
import SunMedium from '$icons/sun-medium';
import { m } from '$lib/messages';
import type { Route, Screen } from '$lib/routes';
import type { IconType } from '$ui';

/** A place of the sidebar. */
export interface Place {
	screens: Screen[]; // the place is the current one on these
	route: Route;
	label: () => string;
	icon: IconType;
	keys: string;
}

/** The places of the sidebar, in order. */
export const places: Place[] = [
	{ screens: ['today'], route: { screen: 'today' }, label: () => m.shell_today(), icon: SunMedium, keys: 'g t' },
	{
		screens: ['queue'],
		route: { screen: 'queue', tab: 'upcoming' },
		label: () => m.shell_queue(),
		icon: Send,
		keys: 'g q',
	},
	{
		screens: ['posts', 'composer'],
		route: { screen: 'posts', filter: 'all' },
		label: () => m.shell_posts(),
		icon: FileText,
		keys: 'g p',
	},
	{ screens: ['library'], route: { screen: 'library' }, label: () => m.shell_library(), icon: Images, keys: 'g l' },
];
