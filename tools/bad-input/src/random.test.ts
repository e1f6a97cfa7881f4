import { describe, expect, test } from 'vitest';
import { collect } from './heap.ts';
import { play } from './play.ts';
import { randomOf } from './random.ts';
import { scenes } from './scenes.ts';
import { Tally } from './tally.ts';

// All of it, with a look at the heap, is `npm run bad-input -- 200000`; `.ci/run` does 5,000 of them in that way.
const count = 600;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test(`${count} random and mutated inputs, in every state, end in one of the five errors, and nothing is left of them`, async () => {
  const stage = scenes();
  const tally = new Tally();
  const ends: WeakRef<object>[] = [];
  for (let input = 0; input < count; input++) {
    const played = play(stage, randomOf(1, input));
    tally.count(played);
    ends.push(new WeakRef(played.wire.client), new WeakRef(played.wire.server));
    // What a WeakRef was made of stays until the turn is over.
    if (input % 50 === 0) await turn();
  }
  await turn();
  collect();
  const left = ends.filter((end) => end.deref() !== undefined).length;
  const outcomes = JSON.stringify(Object.fromEntries(tally.outcomes));
  console.log(`${count} bad inputs: ${outcomes}, ${tally.rows.size} rows, ${left} ends left`);
  expect(tally.uncovered).toEqual([]);
  expect(tally.rows.size).toBeGreaterThan(20);
  expect(tally.outcomes.get('TlsViolation')).toBeGreaterThan(count / 2);
  expect(left).toBeLessThan(3);
}, 600_000);

test('an input of a run can be had again alone', () => {
  const stage = scenes();
  const [first, again] = [0, 1].map(() => play(stage, randomOf(7, 3)));
  expect([again?.scene, again?.at, again?.victim]).toEqual([first?.scene, first?.at, first?.victim]);
});

describe('the tally refuses', () => {
  const stage = scenes();
  const played = () => play(stage, randomOf(1, 1));

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
