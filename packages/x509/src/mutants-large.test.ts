import { issue, makeAuthority, type TestKeyType } from '@tlsmith/testkit/node';
import { concat, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { inspectCertificate, parseCertificate } from './certificate.ts';

const whole = 100_000;
// `.ci/run` makes the whole number, in half a minute; the same mutants come first in both.
const count = process.env['TLSMITH_WHOLE'] === '1' ? whole : 10_000;

const root = makeAuthority({ name: 'Mutants', nameConstraints: { permitted: { dns: ['example'] } } });
const types: readonly TestKeyType[] = ['p256', 'rsa', 'rsa-pss', 'ed25519', 'p521'];
const seeds = [
  root.certificate,
  ...types.map(
    (keyType) =>
      issue(root, {
        subject: [
          ['C', 'CH'],
          ['CN', keyType],
        ],
        keyType,
        dns: ['a.example', '*.b.example'],
        ip: ['192.0.2.1', '2001:db8::1'],
        email: ['a@c.example'],
        uri: ['https://d.example/'],
        directory: ['Directory'],
        notAfter: Date.UTC(2055, 0),
        criticalUnknown: keyType === 'ed25519',
      }).certificate,
  ),
];

test(`${count} mutated certificates are read or refused as malformed, with the place, and nothing else`, () => {
  const random = generator(5280);
  const outcomes = { accepted: 0, malformed: 0 };
  for (let made = 0; made < count; made++) {
    let mutant = seeds[made % seeds.length] as Uint8Array;
    for (let changes = 1 + below(random, 3); changes > 0; changes--) mutant = mutate(mutant, random);
    outcomes[outcomeOf(mutant, made % 8 === 0)]++;
  }
  console.log(`mutants: ${outcomes.accepted} read, ${outcomes.malformed} refused, of ${count}`);
  expect(outcomes.accepted + outcomes.malformed).toBe(count);
  // Both happen often, or the mutations were too wild or too tame to show anything.
  expect(outcomes.accepted).toBeGreaterThan(count / 50);
  expect(outcomes.malformed).toBeGreaterThan(count / 4);
}, 120_000);

function outcomeOf(mutant: Uint8Array, inspects: boolean): 'accepted' | 'malformed' {
  const read = codeOf(() => parseCertificate(mutant));
  // The inspector reads the same bytes by the same rules.
  if (inspects) expect(codeOf(() => inspectCertificate(mutant))).toBe(read);
  return read;
}

/** Any other error, and one that does not say where, ends the test. */
function codeOf(read: () => unknown): 'accepted' | 'malformed' {
  try {
    read();
    return 'accepted';
  } catch (error) {
    if (!isCertificateRejected(error) || error.code !== 'malformed') throw error;
    if (typeof error.facts['at'] !== 'number') throw error;
    return 'malformed';
  }
}

/** Half of the changes keep the lengths around them right, so that they reach what lies deep inside. */
function mutate(of: Uint8Array, random: () => number): Uint8Array {
  const at = below(random, of.length);
  const octet = below(random, 256);
  switch (below(random, 8)) {
    case 0:
      return of.slice(0, at);
    case 1:
      return concat(of.subarray(0, at), Uint8Array.of(octet), of.subarray(at));
    case 2:
      return concat(of.subarray(0, at), of.subarray(at + 1));
    case 3:
      return moved(of, at, random);
    case 4:
      // A huge or indefinite length wherever a length may stand.
      return replaced(of, at, 0x80 + below(random, 8));
    case 5:
      return replaced(of, at, octet);
    default:
      return replaced(of, at, (of[at] ?? 0) ^ (1 << below(random, 8)));
  }
}

/** Octets of one place over those of another. */
function moved(of: Uint8Array, at: number, random: () => number): Uint8Array {
  const from = below(random, of.length);
  const length = Math.min(1 + below(random, 32), of.length - Math.max(at, from));
  const copy = of.slice();
  copy.copyWithin(at, from, from + length);
  return copy;
}

function replaced(of: Uint8Array, at: number, octet: number): Uint8Array {
  if (of.length === 0) return of;
  const copy = of.slice();
  copy[at] = octet;
  return copy;
}

const below = (random: () => number, limit: number): number => Math.floor(random() * limit);

// A linear congruential generator: the same mutants on every run.
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
