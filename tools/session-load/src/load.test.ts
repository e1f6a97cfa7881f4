import { afterEach, expect, test } from 'vitest';
import { hasRedisServer } from '@tlsmith/testkit/node';
import { clusterFleet, type Fleet, redisFleet } from './fleet.ts';
import { load } from './load.ts';

// A busy machine may keep a store waiting for longer than the 50 ms of production; what is tested is whose sessions are resumed.
const limitMs = 5000;

const open: Fleet[] = [];
afterEach(async () => {
  for (const fleet of open.splice(0)) await fleet.close();
});

test('workers of a cluster resume each other’s sessions, and nobody else’s', {
  timeout: 120_000,
}, async () => {
  await expectResumption(await clusterFleet(limitMs));
});

test.runIf(hasRedisServer('the load over Redis'))(
  'servers with one Redis resume each other’s sessions, and nobody else’s',
  { timeout: 120_000 },
  async () => {
    await expectResumption(await redisFleet(limitMs));
  },
);

async function expectResumption(fleet: Fleet): Promise<void> {
  open.push(fleet);
  const { offered, resumed, elsewhere, foreign, wrong, failures } = await load(fleet, 300);
  expect([wrong, failures]).toEqual([[], []]);
  expect(offered).toBe(300);
  expect(resumed).toBe(offered);
  expect(elsewhere).toBeGreaterThan(60);
  expect(foreign.name + foreign.context + foreign.ring).toBeGreaterThan(5);
}
