import { isCertificateRejected, isTlsViolation, type TlsViolation } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import type { Item } from './items.ts';
import { type Scene, scenes } from './scenes.ts';
import { HostileWire } from './wire.ts';

const ticket = 4;

describe.each(scenes().map((scene) => ({ ...scene, pairs: pairsIn(scene) })))(
  '$name',
  ({ options, pairs }) => {
    test.each(pairs)('$what, one before the other, are refused', ({ from, at }) => {
      const wire = new HostileWire(options);
      let seen = 0;
      let held: readonly Item[] = [];
      wire.instead = (_from, one) => {
        if (seen++ !== at) {
          const both = [one, ...held];
          held = [];
          return both;
        }
        held = [one];
        return [];
      };
      wire.carry();
      const error = wire.failure(from === 'client' ? 'server' : 'client');
      // A status that comes too late counts as none, which a client may not do without.
      expect(isTlsViolation(error) || isCertificateRejected(error), String(error)).toBe(true);
      // The sender may have met with something by then that the other end did because of the order.
      if (!isTlsViolation(wire.failure(from))) expect(wire.heard(from)).toBe((error as TlsViolation).alert);
    });

    test('has messages that can change places', () => {
      expect(pairs.length).toBeGreaterThan(0);
    });
  },
);

/** Neighbours in one flight that have an order: messages, and in TLS 1.2 ChangeCipherSpec. Tickets have none. */
function pairsIn({ name, sent }: Scene) {
  const orders = (one: Item | undefined): boolean =>
    one !== undefined &&
    'type' in one &&
    (one.type === 22 || (one.type === 20 && name.startsWith('TLS 1.2')));
  return sent.flatMap(({ from, one }, at) => {
    const next = sent[at + 1];
    if (next?.from !== from || !orders(one) || !orders(next.one)) return [];
    if (firstOf(one) === ticket && firstOf(next.one) === ticket) return [];
    return [{ from, at, what: `${nameOf(one)} and ${nameOf(next.one)} of the ${from}` }];
  });
}

function firstOf(one: Item): number {
  return 'type' in one && one.type === 22 ? (one.content[0] as number) : -1;
}

function nameOf(one: Item): string {
  return firstOf(one) < 0 ? 'ChangeCipherSpec' : `message ${firstOf(one)}`;
}
