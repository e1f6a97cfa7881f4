import { describe, expect, test } from 'vitest';
import { lineThrough } from './line.ts';
import { randomOf } from './random.ts';
import { run } from './run.ts';
import { scenes } from './scenes.ts';
import { play } from './play.ts';
import { Tally } from './tally.ts';

// In `.ci/run` as many as it takes to see that memory is level; all of it is `npm run bad-input -- 200000`.
const count = process.env['TLSMITH_WHOLE'] === '1' ? 10_000 : 600;

test(`${count} random and mutated inputs, in every state, end in one of the five errors`, () => {
  const { tally, slope } = run({ count, seed: 1 });
  const outcomes = Object.fromEntries(tally.outcomes);
  console.log(
    `${count} bad inputs: ${JSON.stringify(outcomes)}, ${tally.rows.size} rows, heap ${slope?.slope}`,
  );
  expect(tally.uncovered).toEqual([]);
  expect(tally.rows.size).toBeGreaterThan(25);
  expect(tally.outcomes.get('TlsViolation')).toBeGreaterThan(count / 2);
  // A connection that stayed reachable costs some 10,000 bytes. In short runs code is still being compiled.
  expect(slope?.slope).toBeLessThan(count >= 10_000 ? 100 : 2000);
}, 600_000);

test('an input of a run can be had again alone', () => {
  const stage = scenes();
  const [first, again] = [0, 1].map(() => play(stage, randomOf(7, 3)));
  expect([again?.scene, again?.at, again?.victim]).toEqual([first?.scene, first?.at, first?.victim]);
});

describe('the tally refuses', () => {
  const played = () => play(scenes(), randomOf(1, 1));

  test('an end that has not ended', () => {
    const one = played();
    one.wire.seen.client.length = 0;
    expect(() => new Tally().count(one)).toThrow('the client ended 0 times');
  });

  test('an end that goes on after its end', () => {
    const one = played();
    one.wire.seen.client.push({ event: 'end' });
    expect(() => new Tally().count(one)).toThrow('the client went on after its end: end');
  });

  test('any other error', () => {
    const one = played();
    one.wire.seen.server.splice(-1, 1, { event: 'failed', error: new TypeError('a defect of ours') });
    expect(() => new Tally().count(one)).toThrow('the server failed with TypeError: a defect of ours');
  });

  test('data that does not arrive', () => {
    expect(() => new Tally().count({ ...played(), before: Uint8Array.of(1, 2) })).toThrow('of 0102 came');
  });
});

test('a line through points has their slope, and is as sure of it as they are in line', () => {
  const exact = lineThrough([0, 1, 2, 3].map((x) => [x, 5 + 2 * x]));
  expect(exact).toEqual({ slope: 2, error: 0 });
  expect(lineThrough([0, 1, 2, 3].map((x) => [x, x % 2])).error).toBeGreaterThan(0.1);
});
