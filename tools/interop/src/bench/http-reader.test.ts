import { expect, test } from 'vitest';
import { HttpReader } from './http-reader.ts';

function read(text: string, size: number): { readonly reader: HttpReader; readonly body: string } {
  let body = '';
  const reader = new HttpReader((chunk) => (body += chunk.toString()));
  for (let at = 0; at < text.length; at += size) reader.feed(Buffer.from(text.slice(at, at + size)));
  return { reader, body };
}

test.each([1, 3, 1000])(
  'a response with a length is complete when its body is there, %i bytes a time',
  (size) => {
    const response = 'HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello';
    const { reader, body } = read(response, size);
    expect([reader.status, body, reader.complete]).toEqual([200, 'hello', true]);
    expect(read(response.slice(0, -1), size).reader.complete).toBe(false);
  },
);

test('a response without a length goes on until the connection ends', () => {
  const { reader, body } = read('HTTP/1.0 400 no\r\nContent-type: text/plain\r\n\r\nhello', 7);
  expect([reader.status, body, reader.complete]).toEqual([400, 'hello', false]);
});
