import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientSession12, clientSession13, sessionTime } from '@tlsmith/testkit';
import { type ClientSession, toHex, uint } from '@tlsmith/types';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileSessionStore } from './file-session-store.ts';

const now = sessionTime;
const origin = 'server.example:443';
let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  path = join(folder, 'sessions');
});
afterEach(() => rmSync(folder, { recursive: true }));

const ticket = (number: number): ClientSession => clientSession13({ ticket: uint(number, 4) });

test('sessions survive from one store to the next, tickets until they are taken', () => {
  for (const number of [1, 2]) fileSessionStore(path).put(origin, ticket(number), now);
  fileSessionStore(path).put('other:443', clientSession12(), now);
  expect(fileSessionStore(path).take(origin, now)).toMatchObject({ ticket: uint(2, 4) });
  expect(fileSessionStore(path).take(origin, now)).toMatchObject({ ticket: uint(1, 4) });
  expect(fileSessionStore(path).take(origin, now)).toBeUndefined();
  for (let n = 0; n < 2; n++) {
    const taken = fileSessionStore(path).take('other:443', now);
    expect(taken?.version === 'tls12' && taken.master.use(toHex)).toBe('12'.repeat(48));
  }
});

test('the file is for its owner only and nothing else is left in the folder', () => {
  fileSessionStore(path).put(origin, ticket(1), now);
  // Windows has no such modes.
  const mode = process.platform === 'win32' ? 0o600 : statSync(path).mode & 0o777;
  expect(mode).toBe(0o600);
  chmodSync(path, 0o644);
  fileSessionStore(path).put(origin, ticket(2), now);
  expect(process.platform === 'win32' ? 0o600 : statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['sessions']);
});

test('a missing file holds no sessions and looking does not make one', () => {
  expect(fileSessionStore(path).take(origin, now)).toBeUndefined();
  fileSessionStore(path).forget(origin);
  expect(readdirSync(folder)).toEqual([]);
});

test('expired sessions are not found and leave the file', () => {
  const store = fileSessionStore(path);
  store.put(origin, ticket(1), now);
  const full = statSync(path).size;
  expect(store.take('other:443', now + 3_600_000)).toBeUndefined();
  expect(statSync(path).size).toBeLessThan(full);
  expect(store.take(origin, now)).toBeUndefined();
});

test('forgetting an origin leaves the others', () => {
  const store = fileSessionStore(path);
  store.put(origin, ticket(1), now);
  store.put('other:443', ticket(2), now);
  store.forget(origin);
  expect([store.take(origin, now), store.take('other:443', now)]).toEqual([
    undefined,
    expect.objectContaining({ ticket: uint(2, 4) }),
  ]);
});

test('limits hold for the file', () => {
  const store = fileSessionStore(path, { perOrigin: 1 });
  store.put(origin, ticket(1), now);
  store.put(origin, ticket(2), now);
  expect(store.take(origin, now)).toMatchObject({ ticket: uint(2, 4) });
  expect(store.take(origin, now)).toBeUndefined();
});

test('a file cut at any byte holds no sessions or is refused, and never makes an error of decoding', () => {
  fileSessionStore(path).put(origin, ticket(1), now);
  const whole = readFileSync(path);
  const firstLine = whole.indexOf('\n') + 1;
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    const take = (): unknown => fileSessionStore(path).take(origin, now);
    const refused = length > 0 && length < firstLine;
    expect(refused ? attempt(take) : take()).toBe(refused ? 'not-a-session-file' : undefined);
  }
  writeFileSync(path, whole);
  expect(fileSessionStore(path).take(origin, now)).toBeDefined();
});

test('a damaged session is left out, and the others are found', () => {
  const store = fileSessionStore(path);
  store.put('a', ticket(1), now);
  store.put('b', ticket(2), now);
  const file = readFileSync(path);
  // The format byte of the first session follows its origin and two lengths.
  const at = file.indexOf('a', file.indexOf('\n')) + 1 + 4;
  file[at] = (file[at] as number) ^ 0xff;
  writeFileSync(path, file);
  expect([store.take('a', now), store.take('b', now)]).toEqual([
    undefined,
    expect.objectContaining({ ticket: uint(2, 4) }),
  ]);
});

test('a file that is something else is left alone', () => {
  writeFileSync(path, 'a letter to a friend');
  const store = fileSessionStore(path);
  const attempts = [
    () => store.put(origin, ticket(1), now),
    () => store.take(origin, now),
    () => store.forget(origin),
  ];
  expect(attempts.map(attempt)).toEqual(attempts.map(() => 'not-a-session-file'));
  expect(readFileSync(path, 'utf8')).toBe('a letter to a friend');
});

test('errors of the file system pass through', () => {
  expect(() => fileSessionStore(folder).take(origin, now)).toThrow(
    expect.objectContaining({ code: 'EISDIR' }),
  );
  expect(() => fileSessionStore(join(folder, 'none', 'sessions')).put(origin, ticket(1), now)).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
});

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}
