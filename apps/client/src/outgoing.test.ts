import { expect, test } from 'vitest';
import { Outgoing } from './outgoing.ts';

async function through(
  lineEnds: 'as-is' | 'crlf',
  chunks: readonly string[],
): Promise<readonly [string, number]> {
  const outgoing = new Outgoing(lineEnds);
  for (const chunk of chunks) outgoing.write(chunk);
  outgoing.end();
  let text = '';
  for await (const chunk of outgoing) text += String(chunk);
  return [text, outgoing.bytes];
}

test('text goes through as it is', async () => {
  expect(await through('as-is', ['a\nb', '\r\n'])).toEqual(['a\nb\r\n', 5]);
});

test('with --crlf every line ends in one CR LF, wherever the chunks are cut', async () => {
  expect(await through('crlf', ['a\nb\r\nc\r', '\n', '\n', 'd\re'])).toEqual(['a\r\nb\r\nc\r\n\r\nd\re', 14]);
});
