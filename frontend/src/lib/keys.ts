// Keys: what a person types, matched to commands, and how keys are written on screen.
import { commands, type Command } from './commands.svelte';

const apple = /mac|iphone|ipad/i.test(navigator.platform);

/** The letter of a key press. With a layout that is not Latin (Bulgarian, say) it is the letter printed at that place. */
export function letterOf(e: KeyboardEvent): string {
	const key = e.key.toLowerCase();
	if (/^[a-z]$/.test(key)) return key;
	if (/^Key[A-Z]$/.test(e.code) && key.length === 1 && !/^[!-~]$/.test(key)) return e.code.slice(3).toLowerCase();
	if (/^Digit\d$/.test(e.code)) return e.code.slice(5); // AZERTY has digits on Shift
	return key === ' ' ? 'space' : key;
}

/** Whether a press belongs to a field: single letters are then text. */
export function inField(target: EventTarget | null): boolean {
	const e = target instanceof Element ? target : null;
	return !!e?.closest(
		'input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable=true]',
	);
}

/** Whether a list, grid or board has focus, where single letters are commands. */
function inList(target: EventTarget | null): boolean {
	const e = target instanceof Element ? target : null;
	return !!e?.closest('[role=grid], [role=listbox], [role=list], [role=row], [role=table], table, [data-keys=list]');
}

interface Press {
	mod: boolean;
	shift: boolean;
	alt: boolean;
	key: string;
}

function parse(text: string): Press {
	const parts = text.split('+');
	return {
		mod: parts.includes('$mod'),
		shift: parts.includes('Shift'),
		alt: parts.includes('Alt'),
		key: (parts.at(-1) || '+').toLowerCase(),
	};
}

function fits(p: Press, e: KeyboardEvent): boolean {
	const mod = apple ? e.metaKey : e.ctrlKey;
	const other = apple ? e.ctrlKey : e.metaKey;
	if (other || mod !== p.mod || e.altKey !== p.alt) return false;
	// A sign that is typed with Shift ("?") carries its own.
	const sign = p.key.length === 1 && !/[a-z0-9]/.test(p.key);
	if (sign) return e.key === p.key;
	return e.shiftKey === p.shift && letterOf(e) === p.key;
}

/** Whether single-letter commands act at all; people can switch them off. */
export const letters = { on: true };

/** Listens for the keys of every command, until the returned function is called. */
export function listen(target: Window = window): () => void {
	let begun: { key: string; at: number } | undefined; // the first of two keys, "g" of "g t"

	const down = (e: KeyboardEvent) => {
		if (e.defaultPrevented || e.isComposing || e.keyCode === 229) return;
		if (e.target instanceof Element && e.target.closest('[data-keys=record]')) return; // it is being chosen
		const plain = !e.ctrlKey && !e.metaKey && !e.altKey;
		const writing = inField(e.target);
		const dialog = document.querySelector('[role=dialog][data-state=open], [role=alertdialog][data-state=open]');
		const waiting = begun && e.timeStamp - begun.at < 1500 ? begun.key : undefined;
		begun = undefined;
		let starts = false;
		let best: Command | undefined;
		for (const c of commands.all) {
			if (!c.keys) continue;
			const [first = '', second] = c.keys.split(' ');
			if (plain && (writing || !letters.on)) continue;
			if (second !== undefined) {
				if (waiting === first && fits(parse(second), e)) best = c;
				else if (fits(parse(first), e)) starts = true;
			} else if (!waiting && fits(parse(first), e)) {
				const letter = plain && /^[a-z0-9[\]]$/i.test(first);
				if (letter && !inList(e.target)) continue;
				if (plain && !letter && first !== '?' && !/^F\d/.test(first) && !inList(e.target)) continue;
				if (commands.can(c)) best = c;
			}
		}
		if (dialog && best && !dialog.contains(e.target as Node)) return;
		if (dialog && best && best.group !== 'composer' && best.id !== 'app.palette') return;
		if (best && commands.can(best)) {
			e.preventDefault();
			void best.run();
		} else if (starts && plain) {
			begun = { key: letterOf(e), at: e.timeStamp };
		}
	};
	// With Ctrl or ⌘ a press is a command's before it is a widget's: a button would take Ctrl+Enter for
	// Enter. Everything else belongs to what has the focus first.
	const first = (e: KeyboardEvent) => {
		if (!e.ctrlKey && !e.metaKey) return;
		down(e);
		if (e.defaultPrevented) e.stopPropagation();
	};
	const then = (e: KeyboardEvent) => {
		if (!e.ctrlKey && !e.metaKey) down(e);
	};
	target.addEventListener('keydown', first, true);
	target.addEventListener('keydown', then);
	return () => {
		target.removeEventListener('keydown', first, true);
		target.removeEventListener('keydown', then);
	};
}

const names: Record<string, string> = {
	arrowup: '↑',
	arrowdown: '↓',
	arrowleft: '←',
	arrowright: '→',
	enter: '↵',
	backspace: '⌫',
	escape: 'Esc',
	delete: 'Del',
	space: 'Space',
};

/** The caps of a command's keys, as this system writes them: ["Ctrl", "K"], ["⌘", "K"], ["G", "T"]. */
export function caps(keys: string): string[] {
	return keys.split(' ').flatMap((press) => {
		const p = parse(press);
		const key = names[p.key] ?? (p.key.length === 1 ? p.key.toUpperCase() : p.key[0]!.toUpperCase() + p.key.slice(1));
		return [
			...(p.mod ? [apple ? '⌘' : 'Ctrl'] : []),
			...(p.alt ? [apple ? '⌥' : 'Alt'] : []),
			...(p.shift ? [apple ? '⇧' : 'Shift'] : []),
			key,
		];
	});
}

/** The same for screen readers, as aria-keyshortcuts wants it. */
export function ariaKeys(keys: string): string {
	return keys.replaceAll('$mod', apple ? 'Meta' : 'Control');
}
