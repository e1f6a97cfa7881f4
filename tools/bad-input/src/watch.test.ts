import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Runs a process that has this fault. */
function faulty(fault: string) {
  const program = fileURLToPath(new URL('fault-program.ts', import.meta.url));
  const args = ['--import', 'tsx', '--conditions=@tlsmith/source', program, fault];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 100_000 });
}

test('a program that runs in a circle is ended, and says at which input', () => {
  const { signal, stderr } = faulty('circle');
  expect(signal).toBe('SIGKILL');
  expect(stderr).toMatch(/^input 7 has run for \d+ seconds$/m);
}, 120_000);

// Only Linux tells what threads do.
test.runIf(existsSync('/proc/self/task'))(
  'so is one whose threads wait for each other',
  () => {
    const { signal, stderr } = faulty('sleep');
    expect(signal).toBe('SIGKILL');
    expect(stderr).toMatch(/^input 7 has had every thread asleep for \d+ seconds$/m);
    expect(stderr).toMatch(/^\d+ \S+ S futex/m);
  },
  120_000,
);

test('one that goes on is let go on', () => {
  const { status, stderr } = faulty('none');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 120_000);

test('connections that stay reachable show in the heap, and nothing else does', () => {
  const { stdout, stderr } = faulty('leak');
  const { clean, leaking, kept } = JSON.parse(stdout || '{}') as Record<string, number>;
  console.log(`150 inputs: ${clean} bytes each, with ${kept} connections kept ${leaking}${stderr}`);
  expect(kept).toBeGreaterThan(3);
  // So few inputs do not fill every cache before the first look; a tenth of the connections costs some 2,000 bytes each.
  expect(clean).toBeLessThan(800);
  expect(leaking).toBeGreaterThan((clean ?? 0) + 500);
}, 120_000);
