import { expect, test } from 'vitest';
import { multipart } from './multipart';

const file = (name: string, bytes: number[]) =>
	({ name, arrayBuffer: () => Promise.resolve(new Uint8Array(bytes).buffer) }) as File;

test('files are sent as bytes, whole and in their order', async () => {
	const { headers, body } = await multipart([file('a lake.png', [0, 255, 13, 10]), file('', [7])]);
	const boundary = headers['Content-Type']!.split('boundary=')[1]!;
	const text = [...new Uint8Array(body)].map((b) => String.fromCharCode(b)).join('');
	const parts = text.split(`--${boundary}`);
	expect(parts).toHaveLength(4);
	expect(parts[1]).toContain('name="file"; filename="a lake.png"');
	expect(parts[1]!.endsWith('\r\n\r\n\x00\xff\r\n\r\n')).toBe(true);
	expect(parts[2]).toContain('filename="picture"');
	expect(parts[3]).toBe('--\r\n');
});

test('a name cannot end its own line', async () => {
	const { body } = await multipart([file('a"\r\nX-Evil: 1\r\n.png', [1])]);
	const text = new TextDecoder().decode(body);
	expect(text).toContain('filename="a%22%0D%0AX-Evil: 1%0D%0A.png"');
	expect(text).not.toContain('\nX-Evil');
});
