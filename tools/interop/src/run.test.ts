import { expect, test } from 'vitest';
import type { Bench, Workshop } from './bench/bench.ts';
import { LeftOut, type Plan, PortTaken } from './cell.ts';
import type { Entry } from './peers.ts';
import { plansOf, playCell } from './run.ts';

const workshop = { folder: '', interrupted: new AbortController().signal } as unknown as Workshop;

const missingEntry = {
  pairing: { peer: 'curl', role: 'server' },
  cases: [{ name: 'alpn', versions: ['1.2', '1.3'], play: () => Promise.resolve() }],
  version: () => undefined,
} as unknown as Entry;

const plan = (play: (bench: Bench) => Promise<void>): Plan => ({
  peer: 'curl',
  role: 'server',
  version: '1.3',
  case: 'alpn',
  play,
});

test('a cell passes when nothing is wrong, and what it started is undone, the last first', async () => {
  const undone: string[] = [];
  const { cell } = await playCell(
    plan(async (bench) => {
      bench.defer(() => undone.push('first'));
      bench.defer(() => undone.push('second'));
    }),
    workshop,
  );
  expect(cell).toEqual({ peer: 'curl', role: 'server', version: '1.3', case: 'alpn', result: 'pass' });
  expect(undone).toEqual(['second', 'first']);
});

test('what a cell throws is its reason', async () => {
  const thrown = (error: Error) =>
    playCell(
      plan(() => Promise.reject(error)),
      workshop,
    );
  expect((await thrown(new Error('broken'))).cell).toMatchObject({ result: 'fail', reason: 'broken' });
  expect((await thrown(new LeftOut('absent'))).cell).toMatchObject({ result: 'left-out', reason: 'absent' });
});

test('a run that is interrupted plays no cell to its end', async () => {
  const stopped = { ...workshop, interrupted: AbortSignal.abort() };
  const { cell } = await playCell(
    plan(() => new Promise(() => undefined)),
    stopped,
  );
  expect(cell).toMatchObject({ result: 'fail', reason: 'interrupted' });
});

test('a cell whose port is taken is played again, but not for ever', async () => {
  let times = 0;
  const taken = async (): Promise<void> => {
    times += 1;
    if (times < 3) throw new PortTaken();
  };
  expect((await playCell(plan(taken), workshop)).cell.result).toBe('pass');
  expect(times).toBe(3);
  const always = plan(() => Promise.reject(new PortTaken('none is free')));
  expect((await playCell(always, workshop)).cell).toMatchObject({ result: 'fail' });
});

test('every cell of a peer that is not installed says so', async () => {
  const plans = plansOf(missingEntry);
  expect(plans.map(({ version }) => version)).toEqual(['1.2', '1.3']);
  expect((await playCell(plans[0] as Plan, workshop)).cell).toMatchObject({
    result: 'left-out',
    reason: 'curl is not installed',
  });
});

test('a peer that is installed and must not run here is left out with the reason', async () => {
  const [first] = plansOf({ ...missingEntry, version: () => '1', refusal: () => 'no namespace' });
  const { cell } = await playCell(first as Plan, workshop);
  expect(cell).toMatchObject({ result: 'left-out', reason: 'no namespace' });
});
