import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { utf8 } from '@tlsmith/types';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Question } from './ticket-keys-process.test-support.ts';
import { followKeyRing, keyRingFile } from './ticket-keys-ring.ts';

let folder = '';
let path = '';
const started: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-ring-'));
  path = join(folder, 'ring');
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

test('a ring is written by who knows the present one, for its owner only', () => {
  const source = keyRingFile(path);
  expect(source.read()).toBeUndefined();
  expect(source.replace(undefined, utf8('one'))).toBe(true);
  expect(source.replace(undefined, utf8('two'))).toBe(false);
  expect(source.replace(utf8('zero'), utf8('two'))).toBe(false);
  expect(source.read()).toEqual(utf8('one'));
  expect(source.replace(utf8('one'), utf8('two'))).toBe(true);
  expect(keyRingFile(path).read()).toEqual(utf8('two'));
  // Windows has no such modes.
  expect(process.platform === 'win32' ? 0o600 : statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['ring']);
});

test('while another process writes nothing is written, and a lock that a dead one left is broken', () => {
  const source = keyRingFile(path);
  writeFileSync(`${path}.lock`, '');
  expect(source.replace(undefined, utf8('one'))).toBe(false);
  expect(existsSync(`${path}.lock`)).toBe(true);
  const long = Date.now() / 1000 - 11;
  utimesSync(`${path}.lock`, long, long);
  expect(source.replace(undefined, utf8('one'))).toBe(false);
  expect(source.replace(undefined, utf8('one'))).toBe(true);
  expect(readdirSync(folder)).toEqual(['ring']);
});

test('a file that is something else is left alone', () => {
  writeFileSync(path, 'a letter to a friend');
  const source = keyRingFile(path);
  const message = `${path} holds no ticket keys: give another path`;
  expect(() => source.read()).toThrow(message);
  expect(() => source.replace(undefined, utf8('one'))).toThrow(message);
  expect(readFileSync(path, 'utf8')).toBe('a letter to a friend');
  expect(readdirSync(folder)).toEqual(['ring']);
});

test('errors of the file system pass through', () => {
  const nowhere = keyRingFile(join(folder, 'none', 'ring'));
  expect(nowhere.read()).toBeUndefined();
  expect(() => nowhere.replace(undefined, utf8('one'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(() => keyRingFile(folder).read()).toThrow(expect.objectContaining({ code: 'EISDIR' }));
});

test('following looks at once and again until it is closed', () => {
  vi.useFakeTimers();
  try {
    const looks: number[] = [];
    const following = followKeyRing({ refresh: (now) => void looks.push(now) });
    vi.advanceTimersByTime(4000);
    following.close();
    vi.advanceTimersByTime(4000);
    expect(looks.map((now) => now - (looks[0] as number))).toEqual([0, 2000, 4000]);
  } finally {
    vi.useRealTimers();
  }
});

test('processes agree on keys through rotations, a late one and a killed one among them', {
  timeout: 60_000,
}, async () => {
  // Every two seconds another key, known 0.9 s before, since a machine may stand still; tickets live for four.
  const start = async (): Promise<ChildProcess> => await member(path, '2', '0.9', '4');
  const members = await Promise.all([start(), start(), start()]);
  const names = new Set<string>();
  const first = await ask<string>(members[0] as ChildProcess, { seal: true });
  for (let turn = 0; turn < 24; turn++) {
    if (turn === 6) members.push(await start());
    if (turn === 12) members.shift()?.kill('SIGKILL');
    // The latecomer has looked before it answers; nobody else needs time to look.
    const sealed = await ask<string>(members[turn % members.length] as ChildProcess, { seal: true });
    names.add(sealed.slice(0, 32));
    const opened = await Promise.all(members.map((one) => ask<boolean>(one, { open: sealed })));
    expect(opened).toEqual(members.map(() => true));
    await after(300);
  }
  expect(names.size).toBeGreaterThan(2);
  const late = await Promise.all(members.map((one) => ask<boolean>(one, { open: first })));
  expect(late).toEqual(members.map(() => false));
});

/** A process that follows the ring, once it has looked. */
async function member(...given: readonly string[]): Promise<ChildProcess> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const program = fileURLToPath(new URL('ticket-keys-process.test-support.ts', import.meta.url));
  const options = ['--conditions=@tlsmith/source', '--import', tsx, program, ...given];
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  started.push(child);
  await once(child, 'message');
  return child;
}

async function ask<T>(child: ChildProcess, question: Question): Promise<T> {
  const answer = once(child, 'message');
  child.send(question);
  return ((await answer) as [T])[0];
}
