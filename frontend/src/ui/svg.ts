// Drawings that come as text, such as the mark of a network, made safe to stand in the page: only
// shapes and their looks are kept, whatever else the text says.

const shapes = new Set(['svg', 'g', 'path', 'circle', 'ellipse', 'rect', 'line', 'polyline', 'polygon']);
const looks = new Set(
	(
		'd cx cy r rx ry x y x1 y1 x2 y2 width height points transform opacity fill fill-rule fill-opacity clip-rule ' +
		'stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset stroke-miterlimit ' +
		'stroke-opacity viewBox'
	).split(' '),
);
const kept = new Map<string, SVGSVGElement | undefined>();

/** The drawing of an SVG text, as an element of its own; undefined if the text is none. */
export function drawing(text: string): SVGSVGElement | undefined {
	if (!kept.has(text)) kept.set(text, parse(text));
	return kept.get(text)?.cloneNode(true) as SVGSVGElement | undefined;
}

function parse(text: string): SVGSVGElement | undefined {
	const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
	if (root.localName !== 'svg' || root.querySelector('parsererror')) return undefined;
	const svg = copy(root) as SVGSVGElement;
	if (!svg.hasAttribute('viewBox')) {
		const side = (name: string) => Number.parseFloat(root.getAttribute(name) ?? '') || 24;
		svg.setAttribute('viewBox', `0 0 ${side('width')} ${side('height')}`);
	}
	svg.setAttribute('width', '100%');
	svg.setAttribute('height', '100%');
	svg.setAttribute('aria-hidden', 'true');
	svg.setAttribute('focusable', 'false');
	// Black is what a drawing without a colour gets: it takes the colour of its place instead.
	if (!svg.hasAttribute('fill')) svg.setAttribute('fill', 'currentColor');
	return svg;
}

function copy(from: Element): Element {
	const to = document.createElementNS('http://www.w3.org/2000/svg', from.localName);
	for (const { name, value } of from.attributes) {
		if (looks.has(name) && !/url\(|javascript:|expression/i.test(value)) to.setAttribute(name, value);
	}
	for (const child of from.children)
		if (shapes.has(child.localName) && child.localName !== 'svg') to.append(copy(child));
	return to;
}
