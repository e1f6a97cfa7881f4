import { createHmac } from 'node:crypto';
import { node } from '@tlsmith/crypto/node';
import { type Bytes, compute, noBytes, type Secret, secret, sha256, sha384, utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { pskBinder } from './finished.ts';
import {
  binderKey,
  clientApplicationTrafficSecret,
  clientHandshakeTrafficSecret,
  earlySecret,
  exporter13,
  handshakeSecret,
  mainSecret,
  resumptionSecret,
  ticketPsk,
} from './schedule13.ts';

const early = compute(node, earlySecret(sha256));
const handshake = compute(node, handshakeSecret(early, new Uint8Array(32).fill(1)));
const main = compute(node, mainSecret(handshake));
const transcript: Bytes = new Uint8Array(32).fill(2);

test('without a PSK the Early Secret is that of a PSK of zeros (RFC 9846 §7.1)', () => {
  for (const hash of [sha256, sha384]) {
    const zeros = secret('psk', new Uint8Array(hash.length));
    expect(hex(compute(node, earlySecret(hash, zeros)).secret)).toBe(
      hex(compute(node, earlySecret(hash)).secret),
    );
  }
});

test('with SHA-384 all stages and secrets have 48 bytes', () => {
  const stages = compute(node, earlySecret(sha384, secret('psk', utf8('external key of any length'))));
  const second = compute(node, handshakeSecret(stages, new Uint8Array(97)));
  const third = compute(node, mainSecret(second));
  const resumption = compute(node, resumptionSecret(third, new Uint8Array(48)));
  const psk = compute(node, ticketPsk(sha384, resumption, Uint8Array.of(1)));
  const lengths = [stages.secret, second.secret, third.secret, resumption, psk].map((one) => one.length);
  expect(lengths).toEqual([48, 48, 48, 48, 48]);
});

test('external and resumption PSKs have different binder keys (RFC 9846 §7.1)', () => {
  const external = compute(node, binderKey(early, 'external'));
  expect(hex(external)).toBe(expandLabel(early.secret, 'ext binder', node.hash('sha256', noBytes) as Bytes));
  expect(hex(compute(node, binderKey(early, 'resumption')))).not.toBe(hex(external));
});

test('each ticket nonce gives a PSK of its own, and 255 bytes are the longest nonce (RFC 9846 §4.7.1)', () => {
  const resumption = compute(node, resumptionSecret(main, transcript));
  const psk = (nonce: Bytes): string => hex(compute(node, ticketPsk(sha256, resumption, nonce)));
  expect(new Set([noBytes, Uint8Array.of(0), Uint8Array.of(1), new Uint8Array(255)].map(psk)).size).toBe(4);
  expect(() => psk(new Uint8Array(256))).toThrow('at most 255 bytes');
});

test('an exporter goes through the label first and the hashed context second (RFC 9846 §7.5)', () => {
  const exporter = secret('exporter', new Uint8Array(32).fill(3));
  const ours = compute(node, exporter13(sha256, exporter, 'EXPORTER-x', utf8('context'), 32));
  const derived = expandLabel(exporter, 'EXPORTER-x', node.hash('sha256', noBytes) as Bytes);
  const step = secret('exporter', new Uint8Array(Buffer.from(derived, 'hex')));
  expect(Buffer.from(ours).toString('hex')).toBe(
    expandLabel(step, 'exporter', node.hash('sha256', utf8('context')) as Bytes),
  );
  expect(() => compute(node, exporter13(sha256, exporter, '', noBytes, 32))).toThrow('1 to 249 bytes');
});

test('a transcript that is not one hash long is misuse', () => {
  for (const length of [0, 20, 48, 200]) {
    const wrong = new Uint8Array(length);
    expect(() => compute(node, clientHandshakeTrafficSecret(handshake, wrong))).toThrow(
      '32-byte sha256 hash',
    );
    expect(() => compute(node, resumptionSecret(main, wrong))).toThrow('32-byte sha256 hash');
  }
});

test('a binder is computed with the hash of its PSK (RFC 9846 §4.3.11.2)', () => {
  expect(() => compute(node, pskBinder(sha384, early, 'external', new Uint8Array(48)))).toThrow(
    'a sha256 PSK has a sha256 binder',
  );
});

test('stages out of order do not compile', () => {
  // @ts-expect-error the handshake's secrets come from the Handshake Secret
  const first = clientHandshakeTrafficSecret(early, transcript);
  // @ts-expect-error the application's secrets come from the Main Secret
  const second = clientApplicationTrafficSecret(handshake, transcript);
  // @ts-expect-error the Main Secret comes from the Handshake Secret
  const third = mainSecret(early);
  // @ts-expect-error an exporter does not start from a traffic secret
  const fourth = exporter13(sha256, secret('traffic', transcript), 'EXPORTER-x', noBytes, 32);
  expect([first, second, third, fourth].every((work) => Symbol.iterator in work)).toBe(true);
});

/** HKDF-Expand-Label of one SHA-256 block, written apart from the code under test. */
function expandLabel(key: Secret, label: string, context: Bytes): string {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Uint8Array.of(0, 32, name.length, ...name, context.length, ...context, 1);
  return key.use((bytes) => createHmac('sha256', bytes).update(info).digest('hex'));
}

function hex(value: Secret): string {
  return value.use((bytes) => Buffer.from(bytes).toString('hex'));
}
