import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTicketKeyFiles } from './ticket-keys-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('files are read in their order, from the given folder', () => {
  writeFileSync(join(folder, 'a.key'), new Uint8Array(48).fill(1));
  writeFileSync(join(folder, 'b.key'), new Uint8Array(80).fill(2));
  expect(readTicketKeyFiles(['b.key', join(folder, 'a.key')], folder)).toEqual([
    { path: join(folder, 'b.key'), content: new Uint8Array(80).fill(2) },
    { path: join(folder, 'a.key'), content: new Uint8Array(48).fill(1) },
  ]);
});

test('a file that is missing or a folder is refused with its path and the reason', () => {
  const error = (reason: RegExp): unknown =>
    expect.objectContaining({
      code: 'ticket-key-unreadable',
      message: expect.stringMatching(reason) as unknown,
    });
  expect(() => readTicketKeyFiles(['none'], folder)).toThrow(error(/none" cannot be read.*ENOENT/) as Error);
  expect(() => readTicketKeyFiles([''], folder)).toThrow(error(/cannot be read.*EISDIR/) as Error);
});
