const takes =
	'a[href], button:not(:disabled), input:not(:disabled):not([type=hidden]), select:not(:disabled), ' +
	'textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';

/**
 * Where focus goes when a sheet opens: to the first thing in its body that takes it, or to its main
 * button, which stands last in the footer, or to the sheet itself; never to the button that closes it.
 */
export function firstIn(sheet: HTMLElement | null | undefined): HTMLElement | undefined {
	if (!sheet) return undefined;
	const body = sheet.querySelector<HTMLElement>('[data-sheet=body]');
	const asked = body?.querySelector<HTMLElement>('[autofocus], [data-autofocus]');
	if (asked) return asked;
	const inside = [...(body?.querySelectorAll<HTMLElement>(takes) ?? [])].find((e) => e.tabIndex >= 0);
	if (inside) return inside;
	const buttons = sheet.querySelectorAll<HTMLElement>('[data-sheet=foot] button:not(:disabled)');
	return buttons[buttons.length - 1] ?? sheet;
}
