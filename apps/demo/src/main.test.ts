import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { playDemo } from './demo.ts';
import type { DemoEvent } from './events.ts';
import type { Pki } from './pki.ts';
import { Stage } from './stage.ts';

test('--json prints one event a line, --only plays what is named', async () => {
  const { status, output } = await run('--json', '--only', 'f');
  const lines = output.trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as DemoEvent);
  expect(status).toBe(0);
  expect(events.map(({ event }) => event).filter((event) => event === 'scene' || event === 'end')).toEqual([
    'scene',
    'end',
  ]);
  expect(events.at(-1)).toMatchObject({ event: 'end', holds: true });
});

test('text goes into a pipe without colours', async () => {
  const { status, output } = await run('--only', 'f');
  expect(status).toBe(0);
  expect(output).toContain('everything ended as it should');
  expect(output).not.toContain('\u001b');
});

test('an unknown scene and an unknown flag are mistakes of the caller', async () => {
  expect((await run('--only', 'z')).status).toBe(2);
  expect((await run('--nonsense')).status).toBe(2);
});

test('other programs ask the same server, and one that is missing is left out in one line', async () => {
  const events: DemoEvent[] = [];
  const holds = await playDemo(['g'], (event) => void events.push(event));
  const asked = events.filter(({ event }) => event === 'connection').length;
  const leftOut = events.filter(({ event }) => event === 'left-out').length;
  if (leftOut > 0)
    process.stderr.write(`${JSON.stringify(events.find(({ event }) => event === 'left-out'))}\n`);
  expect(asked + leftOut).toBeGreaterThan(0);
  expect(holds).toBe(true);
});

test('without openssl and curl the scene says so and is no failure', async () => {
  vi.stubEnv('PATH', '');
  const events: DemoEvent[] = [];
  const holds = await playDemo(['g'], (event) => void events.push(event));
  vi.unstubAllEnvs();
  expect(events.filter(({ event }) => event === 'left-out')).toEqual([
    { event: 'left-out', scene: 'g', reason: 'openssl is not on PATH; curl is not on PATH' },
  ]);
  expect(holds).toBe(true);
});

test('a claim that does not hold fails its scene for good', () => {
  const events: DemoEvent[] = [];
  const stage = new Stage('a', undefined as unknown as Pki, (event) => void events.push(event));
  stage.check('false', false);
  stage.check('true', true);
  expect(stage.holds).toBe(false);
  expect(events).toMatchObject([{ holds: false }, { holds: true }]);
});

async function run(
  ...flags: readonly string[]
): Promise<{ readonly status: unknown; readonly output: string }> {
  const cwd = fileURLToPath(new URL('../../..', import.meta.url));
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const options = ['--import', 'tsx', '--conditions=@tlsmith/source', main, ...flags];
  const child = spawn(process.execPath, options, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const [status] = (await once(child, 'close')) as [unknown];
  return { status, output };
}
