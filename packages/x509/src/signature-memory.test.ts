import { node } from '@tlsmith/crypto/node';
import {
  type Bytes,
  compute,
  type CryptoAsk,
  cryptoAnswer,
  drive,
  type PublicKey,
  toHex,
} from '@tlsmith/types';
import { makeAuthority } from '@tlsmith/testkit/node';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at, between, leafOf, outcome, request, root } from './chains.test-support.ts';
import { signatureMemory, signatureName } from './signature-memory.ts';
import { type ChainRequest, verifyChain } from './verify.ts';

const leaf = leafOf(between);
const sibling = leafOf(between);
const broken = { chain: [withWrongSignature(leaf.certificate), ...leaf.chain.slice(1)] };

/** How many signatures a verification asks for. */
function verifications(of: ChainRequest): number {
  const answer = cryptoAnswer(node);
  let asked = 0;
  try {
    drive(verifyChain(of), (ask: CryptoAsk) => {
      if (ask.ask === 'verify') asked++;
      return answer(ask);
    });
  } catch {
    // A rejection has its signatures too.
  }
  return asked;
}

describe('what is remembered', () => {
  test('a chain met before needs no signature, one under the same intermediate only its own', () => {
    const signatures = signatureMemory();
    const asked = [leaf, leaf, sibling, sibling].map((one) =>
      verifications(request(one, root, { signatures })),
    );
    expect(asked).toEqual([2, 0, 1, 0]);
    expect([leaf, leaf].map((one) => verifications(request(one, root)))).toEqual([2, 2]);
  });

  test('a bad signature is not, so each attempt is refused for its own sake', () => {
    const signatures = signatureMemory();
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(verifications(request(broken, root, { signatures }))).toBe(1);
      expect(outcome(request(broken, root, { signatures }))).toBe('bad-signature');
    }
    expect(verifications(request(leaf, root, { signatures }))).toBe(2);
  });

  test('an authority of the same name with another key vouches for nothing', () => {
    const signatures = signatureMemory();
    const impostor = makeAuthority({ name: 'Root' });
    expect(outcome(request(leaf, root, { signatures }))).toBe('accepted');
    expect(outcome(request(leaf, impostor, { signatures }))).toBe('bad-signature');
  });

  test('everything else is looked at each time: dates, names, and the budget', () => {
    const signatures = signatureMemory();
    expect(outcome(request(leaf, root, { signatures }))).toBe('accepted');
    const faults: readonly (readonly [Partial<ChainRequest>, string])[] = [
      [{ at: at + 40 * 365 * 86_400_000 }, 'expired'],
      [{ name: { dns: 'other.example' } }, 'wrong-name'],
      [{ budget: { signatures: 1 } }, 'budget-exceeded'],
    ];
    for (const [fault, code] of faults)
      expect(outcome(request(leaf, root, { signatures, ...fault }))).toBe(code);
  });

  test('verdicts do not depend on what was verified before', () => {
    const cases = [
      leaf,
      sibling,
      broken,
      { chain: leaf.chain.slice(0, 1) },
      leafOf(root),
      leafOf(makeAuthority({ name: 'Other' })),
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(cases.length - 1), { maxLength: 12 }), fc.nat(6), (order, capacity) => {
        const signatures = signatureMemory(capacity);
        for (const index of order) {
          const one = cases[index] as (typeof cases)[number];
          expect(outcome(request(one, root, { signatures }))).toBe(outcome(request(one, root)));
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the name of a signature', () => {
  const name = (key: Partial<PublicKey>, tbs: Bytes, signature: Bytes, algorithm = 'ecdsa-sha256' as const) =>
    compute(node, signatureName(algorithm, key as PublicKey, { tbs, signature }));

  test('depends on every part and on where it ends', () => {
    const bytes = fc.uint8Array({ maxLength: 4 });
    fc.assert(
      fc.property(fc.tuple(bytes, bytes, bytes), fc.tuple(bytes, bytes, bytes), (a, b) => {
        const [first, second] = [a, b].map(([spki, tbs, signature]) =>
          name({ type: 'p256', spki }, tbs as Bytes, signature as Bytes),
        );
        expect(first === second).toBe(JSON.stringify(a.map(toHex)) === JSON.stringify(b.map(toHex)));
      }),
    );
    const spki = Uint8Array.of(1);
    const others = [
      name({ type: 'p256', spki }, spki, spki),
      name({ type: 'p384', spki }, spki, spki),
      compute(
        node,
        signatureName('ecdsa-sha384', { type: 'p256', spki } as PublicKey, { tbs: spki, signature: spki }),
      ),
    ];
    expect(new Set(others).size).toBe(3);
  });

  test('what is long has none', () => {
    expect(
      name({ type: 'p256', spki: Uint8Array.of(1) }, new Uint8Array(16_385), Uint8Array.of(2)),
    ).toBeUndefined();
  });
});

describe('a memory', () => {
  test('is bounded, and keeps what is in use', () => {
    const memory = signatureMemory(8);
    memory.add('in use');
    for (let index = 0; index < 100; index++) {
      memory.add(`${index}`);
      expect(memory.has('in use')).toBe(true);
    }
    const held = Array.from({ length: 100 }, (_, index) => memory.has(`${index}`)).filter(Boolean);
    expect(held.length).toBeGreaterThan(0);
    expect(held.length).toBeLessThanOrEqual(8);
  });

  test('of nothing remembers nothing; a capacity is a number', () => {
    const none = signatureMemory(0);
    none.add('one');
    expect(none.has('one')).toBe(false);
    expect(() => signatureMemory(Number.NaN)).toThrow('capacity is a number');
    expect(() => outcome(request(leaf, root, { signatures: 'all' as never }))).toThrow(
      'signatures is an object',
    );
  });
});

/** The certificate with the last byte of its signature changed. */
function withWrongSignature(certificate: Bytes): Bytes {
  const wrong = certificate.slice();
  wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
  return wrong;
}
