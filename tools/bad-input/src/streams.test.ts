import { rawMessage } from '@tlsmith/testkit/node';
import {
  type Bytes,
  concat,
  groups,
  isCertificateRejected,
  isConnectionFailed,
  isPeerAlert,
  isTlsViolation,
  type Role,
  utf8,
  type Version,
} from '@tlsmith/types';
import { explainViolation } from '@tlsmith/types/explain';
import { describe, expect, test } from 'vitest';
import { clear, handshake, type Item, item } from './items.ts';
import { of, resuming } from './bad-input.ts';
import { HostileWire } from './wire.ts';
import { identityOf, type PairOptions, roots, sessions } from './ends.ts';

const mutual: PairOptions = {
  client: { identity: [identityOf('p256')] },
  server: { clientAuthentication: { require: { roots } }, sessions: sessions() },
};
const retried: PairOptions = { server: { groups: [groups.secp256r1], sessions: sessions() } };
const scenes: readonly (readonly [string, () => PairOptions])[] = [
  ['TLS 1.3 with both certificates', () => mutual],
  ['TLS 1.3 after a retry', () => retried],
  ['TLS 1.3 resumed', () => resuming('tls13')],
  ['TLS 1.2 with both certificates', () => of('tls12', mutual)],
  ['TLS 1.2 resumed', () => resuming('tls12')],
];

/** What a peer, or somebody on the way, may make of a message; rows that it may meet with. */
const spoilings: Readonly<Record<string, { make(raw: Bytes): readonly Item[]; readonly rows: RegExp }>> = {
  twice: {
    make: (raw) => [handshake(raw), handshake(raw)],
    rows: /^(unexpected-message|plaintext-record|bad-record-mac|binder-mismatch|second-hello-[a-z-]+|second-retry)$/,
  },
  'twice in one record': {
    make: (raw) => [handshake(raw, raw)],
    rows: /^(unexpected-message|(key-change|flight)-not-aligned|second-hello-[a-z-]+)$/,
  },
  'not at all': {
    make: () => [],
    rows: /^(unexpected-message|unexpected-change-cipher-spec|bad-record-mac|bad-signature|finished-mismatch|plaintext-record|unexpected-application-data)$/,
  },
  'cut short': {
    make: (raw) => [handshake(rawMessage(raw[0] as number, ...raw.subarray(4, -1)))],
    rows: /^(malformed-message|finished-mismatch|bad-signature|psk-not-last|unexpected-message)$/,
  },
  'with a byte too much': {
    make: (raw) => [handshake(rawMessage(raw[0] as number, ...raw.subarray(4), 0))],
    rows: /^(malformed-message|finished-mismatch|bad-signature)$/,
  },
  'with an alert in its middle': {
    make: (raw) => [handshake(raw.subarray(0, 3)), item('alert', 1, 90), handshake(raw.subarray(3))],
    rows: /^interleaved-message$/,
  },
  'with application data in its middle': {
    make: (raw) => [handshake(raw.subarray(0, 3)), item('application_data', 1), handshake(raw.subarray(3))],
    rows: /^(interleaved-message|unexpected-application-data)$/,
  },
  'as another content type': {
    make: (raw) => [{ type: 23, content: raw }],
    rows: /^unexpected-application-data$/,
  },
  'as a content type of nobody': {
    make: (raw) => [{ type: 30, content: raw }],
    rows: /^unknown-content-type$/,
  },
  'longer than any message may be': {
    make: (raw) => [handshake(Uint8Array.of(raw[0] as number, 0xff, 0xff, 0xff), raw)],
    rows: /^(message-too-long|unexpected-message)$/,
  },
  'in records of one byte': { make: (raw) => [...raw].map((byte) => item('handshake', byte)), rows: /^$/ },
};

describe.each(scenes)('%s: every message', (_scene, options) => {
  test.each(Object.entries(spoilings))('%s is refused with its row, or harmless', (_how, { make, rows }) => {
    const { passed } = new HostileWire(options()).carry();
    let refused = 0;
    passed.forEach(({ from, type }, at) => {
      const wire = new HostileWire(options());
      const nth = passed.slice(0, at).filter((one) => one.from === from && one.type === type).length;
      wire.rewrite(from, type as never, (_body, raw) => make(raw), nth);
      wire.carry();
      const victim = from === 'client' ? 'server' : 'client';
      const error = wire.failure(victim);
      // Somebody else's change may meet its maker first, by the other transcript.
      if (error !== undefined && !isPeerAlert(error)) {
        expect(isTlsViolation(error) ? error.code : error, `${type} of the ${from}`).toMatch(rows);
        expect(wire.heard(from), `${type} of the ${from}`).toBe((error as { alert?: string }).alert);
        refused++;
      }
      expectOver(wire);
    });
    if (rows.source === '^$') expect(refused).toBe(0);
    else expect(refused).toBeGreaterThan(0);
  });
});

describe.each(scenes)('%s: the stream', (_scene, options) => {
  test('cut off anywhere is a truncation on whichever side waits (RFC 9846 §6.1)', () => {
    const all = new HostileWire(options());
    let items = 0;
    all.instead = (_from, one) => {
      items++;
      return [one];
    };
    all.carry();
    for (let cut = 0; cut < items; cut++) {
      const wire = new HostileWire(options());
      let seen = 0;
      wire.instead = (_from, one) => (seen++ < cut ? [one] : []);
      wire.carry();
      expectOver(wire);
    }
    expect(items).toBeGreaterThan(5);
  });
});

/** The transport ends: what has not failed by then fails of that, and each error is one of the five. */
function expectOver(wire: HostileWire): void {
  wire.client.end();
  wire.server.end();
  wire.collect();
  for (const role of ['client', 'server'] as const) {
    const error = wire.failure(role);
    const typed = isTlsViolation(error) || isCertificateRejected(error) || isPeerAlert(error);
    const failed = isConnectionFailed(error) && error.code === 'truncated';
    expect(typed || failed, `${role}: ${String(error)}`).toBe(true);
    if (isTlsViolation(error)) expect(explainViolation(error.code)?.section).toMatch(/^RFC/);
    expect(wire.seen[role].at(-1)?.event).toBe('failed');
  }
}

/** What may follow valid data in the same read: what becomes of the connection, and in which versions. */
const ends: readonly (readonly [string, readonly Version[], (by: Role) => readonly Item[], string])[] = [
  [
    'empty fragments',
    ['tls13', 'tls12'],
    () => times(33, item('application_data')),
    'too-many-empty-records',
  ],
  ['warnings', ['tls13', 'tls12'], () => times(5, item('alert', 1, 90)), 'too-many-warnings'],
  ['KeyUpdates', ['tls13'], () => times(33, handshake(rawMessage(24, 0))), 'too-many-key-updates'],
  [
    'KeyUpdates that want answers',
    ['tls13'],
    () => times(33, handshake(rawMessage(24, 1))),
    'too-many-key-updates',
  ],
  ['ChangeCipherSpecs', ['tls13', 'tls12'], () => [clear('change_cipher_spec', 1)], ''],
  ['a fatal alert', ['tls13', 'tls12'], () => [item('alert', 2, 80)], 'peer-alert'],
  ['an alert of a number to come', ['tls13', 'tls12'], () => [item('alert', 2, 200)], 'peer-alert'],
  ['half a record', ['tls13', 'tls12'], () => [{ wire: Uint8Array.of(23, 3, 3, 0, 50, 1, 2) }], 'truncated'],
  ['half a message', ['tls13', 'tls12'], () => [item('handshake', 24, 0, 0)], 'truncated'],
  [
    'a record of garbage',
    ['tls13', 'tls12'],
    () => [clear('application_data', ...times(40, 7))],
    'bad-record-mac',
  ],
  ['renegotiation', ['tls12'], (by) => times(4, handshake(rawMessage(by === 'server' ? 0 : 1, 3, 3))), ''],
  ['nothing', ['tls13', 'tls12'], () => [], 'truncated'],
];

describe.each(['client', 'server'] as const)('valid data of a %s is delivered whole, and then', (by) => {
  const cases = ends.flatMap(([what, versions, items, code]) =>
    versions.map((version) => ({ what, version, items, code })),
  );
  test.each(cases)('$what ($version)', ({ version, items, code }) => {
    const wire = new HostileWire(of(version)).carry();
    const victim = by === 'client' ? 'server' : 'client';
    const data = [utf8('one'), utf8('two'), new Uint8Array(16_000)];
    const sent = [...data.map((content) => ({ type: 23, content })), ...items(by)];
    const bytes = sent.map((one) => {
      const sealed = wire.sealed(by, one);
      wire.advance(by, one);
      return sealed;
    });
    wire.end(victim).receive(concat(...bytes));
    wire.end(victim).end();
    wire.collect();
    expect(wire.data(victim)).toEqual(concat(...data));
    const error = wire.failure(victim) as Error & { readonly code: string };
    if (code !== '') expect(error.code).toBe(code);
    expect(wire.seen[victim].at(-1)?.event).toBe('failed');
    expectOver(wire);
  });
});

test('close_notify after data, and whatever follows it, loses nothing and fails nothing (RFC 9846 §6.1)', () => {
  for (const version of ['tls13', 'tls12'] as const) {
    const wire = new HostileWire(of(version)).carry();
    wire.inject('server', item('application_data', 1, 2), item('alert', 1, 0), item('application_data', 3));
    wire.inject('server', { wire: utf8('no TLS at all') });
    expect(wire.data('client')).toEqual(Uint8Array.of(1, 2));
    expect(wire.seen.client.slice(-2).map(({ event }) => event)).toEqual(['end', 'closed']);
  }
});

test('tickets without end are read and forgotten beyond the limit, and data behind them arrives', () => {
  const wire = new HostileWire(of('tls13', { server: { sessions: sessions() } })).carry();
  const ticket = wire.passed.find(({ type }) => type === 'new_session_ticket')?.raw as Bytes;
  wire.inject('server', ...times(1000, handshake(ticket)), item('application_data', 7));
  expect(wire.data('client')).toEqual(Uint8Array.of(7));
  const kept = wire.seen.client.filter(({ event }) => event === 'session').length;
  expect(kept).toBeGreaterThan(2);
  expect(kept).toBeLessThan(20);
});

test('KeyUpdates and empty records with data in between are no flood', () => {
  const wire = new HostileWire(of('tls13')).carry();
  for (let i = 0; i < 200; i++) {
    wire.inject(
      'client',
      handshake(rawMessage(24, 0)),
      item('application_data'),
      item('application_data', i),
    );
  }
  expect(wire.failure('server')).toBeUndefined();
  expect(wire.data('server').length).toBe(200);
});

function times<T>(count: number, one: T): readonly T[] {
  return Array.from({ length: count }, () => one);
}
