/**
 * Files as the bytes of a multipart/form-data body (RFC 7578). The window's page sends bytes alone:
 * WebKitGTK 2.50 ends the whole program when a body of its own scheme holds a file, and WKWebView leaves
 * files out of it. What reaches the page without a path there is pasted, and so has been in memory.
 */
export async function multipart(
	files: readonly File[],
): Promise<{ headers: Record<string, string>; body: ArrayBuffer }> {
	const boundary = `postbag-${crypto.randomUUID()}`;
	const text = new TextEncoder();
	const parts: Uint8Array[] = [];
	for (const file of files) {
		const name = (file.name || 'picture').replace(/["\r\n]/g, (c) => encodeURIComponent(c));
		parts.push(
			text.encode(
				`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n` +
					`Content-Type: application/octet-stream\r\n\r\n`,
			),
			new Uint8Array(await file.arrayBuffer()),
			text.encode('\r\n'),
		);
	}
	parts.push(text.encode(`--${boundary}--\r\n`));
	const body = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const part of parts) {
		body.set(part, at);
		at += part.length;
	}
	return { headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` }, body: body.buffer };
}
