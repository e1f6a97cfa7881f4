import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type Bytes,
  concat,
  groups,
  isCertificateRejected,
  isConnectionFailed,
  isPeerAlert,
  isTlsViolation,
  type Role,
} from '@tlsmith/types';
import { expect, test } from 'vitest';
import type { Item } from './hostile-items.test-support.ts';
import { of, resuming } from './hostile-rows.test-support.ts';
import { HostileWire } from './hostile-wire.test-support.ts';
import { identityOf, type PairOptions, roots, sessions } from './pair.test-support.ts';

/** All of it: TLSMITH_BAD_INPUTS=200000. */
const wanted = Number(process.env['TLSMITH_BAD_INPUTS'] ?? 600);
const seed = Number(process.env['TLSMITH_BAD_INPUT_SEED'] ?? 1);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Numbers from 0 up to `below`, the same for the same seed (mulberry32, public domain). */
let state = seed;
function draw(below: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
}
const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T;
const noise = (most: number): Bytes => Uint8Array.from({ length: draw(most + 1) }, () => draw(256));

const mutual: PairOptions = {
  client: { identity: [identityOf('p256')] },
  server: { clientAuthentication: { require: { roots } }, sessions: sessions() },
};
const scenes: readonly PairOptions[] = [
  mutual,
  { server: { groups: [groups.secp256r1], sessions: sessions() } },
  resuming('tls13'),
  of('tls12', mutual),
  resuming('tls12'),
];

interface Sent {
  readonly from: Role;
  readonly one: Item;
}

/** What passes in each scene, the last message followed by a connection that stands. */
const scripts = scenes.map((options) => {
  const sent: Sent[] = [];
  const wire = new HostileWire(options);
  wire.until = (from, one) => {
    sent.push({ from, one });
    return false;
  };
  wire.carry();
  if (!wire.client.connected || !wire.server.connected) throw new Error('a scene has to end well');
  return { options, sent };
});
const everything = scripts.flatMap(({ sent }) => sent.map(({ one }) => one));

/** Ways to make bad bytes of an item; on the wire, or under the keys. */
const spoilers: readonly ((content: Bytes) => Bytes)[] = [
  (content) => content.map((byte, i) => (i === draw(content.length) ? draw(256) : byte)),
  (content) => {
    const copy = content.slice();
    for (let i = draw(4); i >= 0; i--) copy[draw(copy.length)] = draw(256);
    return copy;
  },
  (content) => content.slice(0, draw(content.length)),
  (content) => concat(content, noise(40)),
  (content) =>
    concat(content.subarray(0, draw(content.length)), noise(20), content.subarray(draw(content.length))),
  (content) => concat(content, content),
  () => noise(300),
  (content) => reframed(content.map((byte, i) => (i > 3 && draw(60) === 0 ? draw(256) : byte))),
  (content) => reframed(concat(content.subarray(0, 4 + draw(content.length)), noise(8))),
];

/** One bad input at one moment of one scene; what follows is carried as if nothing had happened. */
function play(): HostileWire {
  const { options, sent } = pick(scripts);
  const wire = new HostileWire(options);
  const at = draw(sent.length + 1);
  let seen = 0;
  wire.until = () => seen++ === at;
  wire.carry();
  const by = sent[at]?.from ?? pick(['client', 'server'] as const);
  const { one } = draw(4) === 0 ? { one: pick(everything) } : (sent[at] ?? { one: pick(everything) });
  wire.until = () => false;
  wire.carry();
  for (const bad of spoilt(wire, by, one)) wire.inject(by, bad);
  wire.carry();
  return wire;
}

function spoilt(wire: HostileWire, by: Role, one: Item): readonly Item[] {
  if ('wire' in one) return [one];
  const spoil = pick(spoilers);
  switch (draw(4)) {
    case 0:
      return [{ wire: spoil(wire.sealed(by, one)) }];
    case 1:
      return [{ wire: concat(Uint8Array.of(20 + draw(5), 3, draw(5), 0, draw(80)), noise(100)) }];
    case 2:
      return [{ ...one, type: 20 + draw(5), content: spoil(one.content) }];
    default:
      return [{ ...one, content: spoil(one.content) }];
  }
}

const tally = { refused: 0, alerted: 0, truncated: 0, rejected: 0 };
const rows = new Map<string, number>();
const states = new Set<string>();

test(`random and mutated bytes in every state end in one of the five errors (${wanted} inputs, seed ${seed})`, () => {
  const heap: (readonly [number, number])[] = [];
  const every = Math.max(50, Math.floor(wanted / 40));
  for (let i = 0; i < wanted; i++) {
    const wire = play();
    for (const role of ['client', 'server'] as const) states.add(wire.end(role).at);
    for (const role of ['client', 'server'] as const) wire.end(role).end();
    wire.collect();
    for (const role of ['client', 'server'] as const) count(wire.failure(role), role, i);
    if (i % every === 0 && i >= wanted / 5) {
      collect();
      heap.push([i, process.memoryUsage().heapUsed]);
    }
  }
  const slope = slopeOf(heap);
  console.log(
    `${wanted} bad inputs (seed ${seed}): ${JSON.stringify(tally)}, ${rows.size} rows; ` +
      `heap ${slope.toFixed(1)} bytes per input: ${heap.map(([, used]) => (used / 2 ** 20).toFixed(2)).join(' ')} MiB`,
  );
  expect(tally.refused).toBeGreaterThan(wanted / 4);
  expect(rows.size).toBeGreaterThan(10);
  // A connection that stayed reachable would cost some 10,000 bytes; short runs have code that is still being compiled.
  expect(slope).toBeLessThan(wanted >= 20_000 ? 20 : 2000);
}, 3_600_000);

/** Every error is one of the five, and none is a defect of ours. */
function count(error: Error | undefined, role: Role, input: number): void {
  if (isTlsViolation(error)) {
    rows.set(error.code, (rows.get(error.code) ?? 0) + 1);
    tally.refused++;
  } else if (isPeerAlert(error)) tally.alerted++;
  else if (isCertificateRejected(error)) tally.rejected++;
  else {
    // Orderly closes cannot come of this: even a forged close_notify leaves the other end to be truncated.
    const code = isConnectionFailed(error) ? error.code : undefined;
    const why = `input ${input}, ${role}: ${error?.stack ?? 'closed'}`;
    expect(code === 'truncated' || error === undefined, why).toBe(true);
    tally.truncated++;
  }
}

/** Least squares: bytes per input. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return over / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

function reframed(message: Bytes): Bytes {
  const length = Math.max(0, message.length - 4);
  return concat(
    Uint8Array.of(message[0] ?? 0, length >> 16, (length >> 8) & 0xff, length & 0xff),
    message.subarray(4),
  );
}
