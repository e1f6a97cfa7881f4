import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryStore } from './memory.ts';
import type { StoreKey } from './store.ts';
import { storeKey } from './store.ts';

const key = (id: number): StoreKey => storeKey('ticket', Uint8Array.of(id));
const times = (now: number, expiresAt: number): { now: number; expiresAt: number } => ({ now, expiresAt });

interface Value {
  /** The operation that put it. */
  readonly from: number;
  readonly size: number;
}

type Operation =
  | { readonly do: 'get'; readonly id: number; readonly wait: number }
  | { readonly do: 'take'; readonly id: number; readonly wait: number }
  | { readonly do: 'sweep'; readonly wait: number }
  | {
      readonly do: 'put';
      readonly id: number;
      readonly wait: number;
      readonly size: number;
      readonly lasts: number;
    };

/** The store as one would write it without a thought for speed: a list, oldest first. */
class NaiveStore {
  entries: { readonly key: StoreKey; readonly value: Value; readonly expiresAt: number }[] = [];
  dropped: Value[] = [];
  counts = { hits: 0, misses: 0, expired: 0, evicted: 0 };

  get(wanted: StoreKey, now: number): Value | undefined {
    const entry = this.remove(wanted);
    if (entry === undefined || entry.expiresAt <= now) {
      this.counts.misses++;
      if (entry !== undefined) this.expire(entry.value);
      return undefined;
    }
    this.counts.hits++;
    this.entries.push(entry);
    return entry.value;
  }

  take(wanted: StoreKey, now: number): Value | undefined {
    const value = this.get(wanted, now);
    if (value !== undefined) this.entries.pop();
    return value;
  }

  put(wanted: StoreKey, value: Value, now: number, expiresAt: number): void {
    const replaced = this.remove(wanted);
    if (replaced !== undefined) this.dropped.push(replaced.value);
    if (expiresAt <= now || value.size > byteLimit) return void this.dropped.push(value);
    this.entries.push({ key: wanted, value, expiresAt });
    while (this.entries.length > capacity || this.bytes() > byteLimit) {
      this.dropped.push((this.entries.shift() as { value: Value }).value);
      this.counts.evicted++;
    }
  }

  sweep(now: number): number {
    const expired = this.entries.filter((entry) => entry.expiresAt <= now);
    this.entries = this.entries.filter((entry) => entry.expiresAt > now);
    for (const { value } of expired) this.expire(value);
    return expired.length;
  }

  bytes(): number {
    return this.entries.reduce((sum, { value }) => sum + value.size, 0);
  }

  expire(value: Value): void {
    this.counts.expired++;
    this.dropped.push(value);
  }

  remove(wanted: StoreKey): (typeof this.entries)[number] | undefined {
    const index = this.entries.findIndex((entry) => entry.key === wanted);
    return index < 0 ? undefined : this.entries.splice(index, 1)[0];
  }
}

const capacity = 4;
const byteLimit = 20;

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: fc.constant('get' as const), id: fc.nat(7), wait: fc.nat(3) }),
  fc.record({ do: fc.constant('take' as const), id: fc.nat(7), wait: fc.nat(3) }),
  fc.record({ do: fc.constant('sweep' as const), wait: fc.nat(3) }),
  fc.record({
    do: fc.constant('put' as const),
    id: fc.nat(7),
    wait: fc.nat(3),
    size: fc.nat(21),
    lasts: fc.nat(12),
  }),
);

test('the store does what a naive list does, for any sequence of operations', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const dropped: Value[] = [];
      const store = memoryStore<Value>({
        capacity,
        bytes: { limit: byteLimit, of: ({ size }) => size },
        onDrop: (value) => dropped.push(value),
      });
      const naive = new NaiveStore();
      let now = 0;
      for (const [from, step] of operations.entries()) {
        now += step.wait;
        const value = { from, size: step.do === 'put' ? step.size : 0 };
        expect(run(store, step, value, now)).toBe(runNaive(naive, step, value, now));
        expect(store.metrics()).toEqual({
          ...naive.counts,
          entries: naive.entries.length,
          bytes: naive.bytes(),
        });
        expect(dropped.map(({ from: put }) => put)).toEqual(naive.dropped.map(({ from: put }) => put));
      }
    }),
    { numRuns: 2000 },
  );
});

function run(
  store: ReturnType<typeof memoryStore<Value>>,
  step: Operation,
  value: Value,
  now: number,
): unknown {
  if (step.do === 'sweep') return store.sweep(now);
  if (step.do === 'put') return store.put(key(step.id), value, times(now, now + step.lasts));
  return store[step.do](key(step.id), now);
}

function runNaive(store: NaiveStore, step: Operation, value: Value, now: number): unknown {
  if (step.do === 'sweep') return store.sweep(now);
  if (step.do === 'put') return store.put(key(step.id), value, now, now + step.lasts);
  return store[step.do](key(step.id), now);
}

test('a value is there up to, and not at, the millisecond of its expiry', () => {
  const store = memoryStore<string>({ capacity: 1 });
  store.put(key(1), 'a', times(0, 10));
  expect(store.get(key(1), 9)).toBe('a');
  expect(store.get(key(1), 10)).toBeUndefined();
  expect(store.get(key(1), 9)).toBeUndefined();
});

test('a full store drops the value that was used longest ago, reading counts as use', () => {
  const store = memoryStore<string>({ capacity: 2 });
  store.put(key(1), 'a', times(0, 10));
  store.put(key(2), 'b', times(0, 10));
  expect(store.get(key(1), 1)).toBe('a');
  store.put(key(3), 'c', times(2, 10));
  expect([1, 2, 3].map((id) => store.get(key(id), 3))).toEqual(['a', undefined, 'c']);
});

test('a value that is put again is not told as dropped', () => {
  const dropped: object[] = [];
  const store = memoryStore<object>({ capacity: 2, onDrop: (value) => dropped.push(value) });
  const value = {};
  store.put(key(1), value, times(0, 10));
  store.put(key(1), value, times(1, 11));
  expect(dropped).toEqual([]);
  expect(store.get(key(1), 10)).toBe(value);
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a capacity of %s is misuse', (count) => {
  expect(() => memoryStore({ capacity: count })).toThrow(
    expect.objectContaining({ code: 'capacity-out-of-range' }),
  );
});

test('keys tell kinds apart and keep every bit of the ID', () => {
  expect(storeKey('session-id', Uint8Array.of(0, 0x0a, 0xff))).toBe('session-id:000aff');
  expect(storeKey('ticket', Uint8Array.of(0, 0x0a, 0xff))).toBe('ticket:000aff');
});
