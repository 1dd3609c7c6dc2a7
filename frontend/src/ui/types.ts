import type { IconNode } from 'lucide';
import type { Snippet } from 'svelte';

/** A line icon: the default export of '$icons/NAME'. */
export type IconType = IconNode;

/** What a part that opens something hands to its opener: spread it on a Button or IconButton. */
export type Opener = Snippet<[Record<string, unknown>]>;

/** How something stands. The kit knows only the colours: the word and the icon come with it. */
export type Tone = 'draft' | 'review' | 'scheduled' | 'publishing' | 'published' | 'attention' | 'held';

/** One line of a menu. */
export interface MenuAction {
	label: string;
	/** A second, quieter line. */
	hint?: string;
	icon?: IconType;
	/** Keys in the registry's notation, shown at the right. */
	keys?: string;
	run?: () => unknown;
	danger?: boolean;
	disabled?: boolean;
	/** Set: the line has a tick when true. */
	checked?: boolean;
	/** Stays open after a press, for lines with ticks. */
	stay?: boolean;
	/** A menu inside. */
	items?: MenuItem[];
}

/** A line of a menu, a heading over lines, or a line between them. */
export type MenuItem = MenuAction | { heading: string } | 'separator';

/** One thing that can be chosen. */
export interface Option<T extends string = string> {
	value: T;
	label: string;
	/** A second, quieter line. */
	hint?: string;
	icon?: IconType;
	disabled?: boolean;
	/** Options of one group stand together under its name. */
	group?: string;
}

/** One tab, or one side of a segmented control. */
export interface TabItem<T extends string = string> {
	value: T;
	label: string;
	icon?: IconType;
	count?: number;
	/** The count asks for attention. */
	alert?: boolean;
	/** Shows the icon alone; the label stays its name and tooltip. */
	iconOnly?: boolean;
}

/** Something that can be done, with the verb on its button. */
export interface Action {
	label: string;
	icon?: IconType;
	run: () => unknown;
	danger?: boolean;
	disabled?: boolean;
	busy?: boolean;
}
