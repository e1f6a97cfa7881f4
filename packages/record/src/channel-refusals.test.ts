import { type Bytes, concat, type Role } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { maxContent, RecordChannel, Sealer } from './index.ts';
import {
  pattern,
  plain,
  protection,
  readAll,
  reader,
  refusal,
  sealed,
  suite12,
  suite13,
} from './reader.test-support.ts';

describe('records that may not be', () => {
  const clear = (role: Role) => (): RecordChannel => reader(role);
  const keyed13 = (): RecordChannel => reader('client', 'tls13', protection(suite13));
  const keyed12 = (): RecordChannel => reader('server', 'tls12', protection(suite12));
  const cases: readonly (readonly [
    what: string,
    make: () => RecordChannel,
    bytes: Bytes,
    refusal: string,
  ])[] = [
    [
      'application data before keys',
      clear('server'),
      plain('application_data', pattern(12)),
      'unexpected-application-data: unexpected_message',
    ],
    [
      'empty application data before keys',
      clear('client'),
      plain('application_data', pattern(0)),
      'unexpected-application-data: unexpected_message',
    ],
    [
      'an empty handshake record in the clear',
      clear('server'),
      plain('handshake', pattern(0)),
      'empty-handshake-record: unexpected_message',
    ],
    [
      'an empty alert in the clear',
      clear('client'),
      plain('alert', pattern(0)),
      'empty-alert-record: unexpected_message',
    ],
    [
      'a record of SSL 2',
      clear('server'),
      Uint8Array.of(0x80, 0x2e, 1, 3, 1),
      'record-version: protocol_version',
    ],
    [
      '2^14 + 1 bytes in the clear',
      clear('server'),
      plain('handshake', pattern(maxContent + 1)),
      'record-overflow: record_overflow',
    ],
    [
      'a handshake record in the clear under TLS 1.3 keys',
      keyed13,
      plain('handshake', pattern(8)),
      'plaintext-record: unexpected_message',
    ],
    [
      'an alert in the clear under TLS 1.3 keys',
      keyed13,
      plain('alert', Uint8Array.of(2, 40)),
      'plaintext-record: unexpected_message',
    ],
    [
      'application data in the clear under TLS 1.3 keys',
      keyed13,
      plain('application_data', pattern(40)),
      'bad-record-mac: bad_record_mac',
    ],
    [
      'application data in the clear under TLS 1.2 keys',
      keyed12,
      plain('application_data', pattern(40)),
      'bad-record-mac: bad_record_mac',
    ],
    [
      'an alert in the clear under TLS 1.2 keys',
      keyed12,
      plain('alert', Uint8Array.of(2, 40)),
      'bad-record-mac: bad_record_mac',
    ],
    [
      'an older version under TLS 1.3 keys',
      keyed13,
      plain('application_data', pattern(40), 0x0301),
      'record-version: protocol_version',
    ],
    [
      'an older version under TLS 1.2 keys',
      keyed12,
      plain('application_data', pattern(40), 0x0302),
      'record-version: protocol_version',
    ],
    [
      '2^14 + 257 bytes under TLS 1.3 keys',
      keyed13,
      plain('application_data', pattern(maxContent + 257)).subarray(0, 5),
      'record-overflow: record_overflow',
    ],
    [
      '2^14 + 2049 bytes under TLS 1.2 keys',
      keyed12,
      plain('application_data', pattern(maxContent + 2049)).subarray(0, 5),
      'record-overflow: record_overflow',
    ],
    [
      'a ChangeCipherSpec before the ClientHello',
      clear('server'),
      plain('change_cipher_spec', Uint8Array.of(1)),
      'unexpected-change-cipher-spec: unexpected_message',
    ],
    [
      'a renegotiating ChangeCipherSpec',
      keyed12,
      sealed(new Sealer(protection(suite12)), 'change_cipher_spec', Uint8Array.of(1)),
      'unexpected-change-cipher-spec: unexpected_message',
    ],
  ];

  test.each(cases)('%s', (_what, make, bytes, wanted) => {
    expect(refusal(make(), bytes)).toBe(wanted);
    // The same answer, byte by byte.
    expect(refusal(make(), ...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toBe(wanted);
  });

  test('2^14 bytes in the clear are accepted', () => {
    const channel = reader('server');
    channel.feed(plain('handshake', pattern(maxContent)));
    expect(channel.next()?.content.length).toBe(maxContent);
  });

  test('a full record under keys is awaited at 2^14 + 256 and at 2^14 + 2048 bytes', () => {
    for (const [channel, length] of [
      [keyed13(), maxContent + 256],
      [keyed12(), maxContent + 2048],
    ] as const) {
      channel.feed(plain('application_data', pattern(length)).subarray(0, -1));
      expect(channel.next()).toBeUndefined();
      expect(refusal(channel, Uint8Array.of(0))).toBe('bad-record-mac: bad_record_mac');
    }
  });
});

describe('an alert in the clear from a client without keys', () => {
  const alert = plain('alert', Uint8Array.of(2, 40));
  const server = (): RecordChannel => reader('server', 'tls13', protection(suite13), 'handshake');

  test('is taken by a server that waits for the first protected record of the handshake', () => {
    const channel = server();
    channel.feed(alert);
    expect(channel.next()).toMatchObject({ type: 'alert', epoch: 'initial', content: Uint8Array.of(2, 40) });
  });

  test('is refused later, in another epoch, by a client, and in any other shape', () => {
    const opened = server();
    opened.feed(sealed(new Sealer(protection(suite13)), 'handshake', pattern(4)));
    expect(opened.next()).toMatchObject({ type: 'handshake' });
    for (const channel of [
      opened,
      reader('server', 'tls13', protection(suite13), 'application'),
      reader('server', 'tls13', protection(suite13), 'early'),
      reader('client', 'tls13', protection(suite13), 'handshake'),
    ]) {
      expect(refusal(channel, alert)).toBe('plaintext-record: unexpected_message');
    }
    for (const bytes of [
      plain('alert', pattern(0)),
      plain('alert', pattern(4)),
      plain('handshake', pattern(2)),
    ]) {
      expect(refusal(server(), bytes)).toBe('plaintext-record: unexpected_message');
    }
  });
});

describe('ChangeCipherSpec', () => {
  const one = plain('change_cipher_spec', Uint8Array.of(1));
  const wrong = [
    plain('change_cipher_spec', Uint8Array.of(0)),
    plain('change_cipher_spec', Uint8Array.of(2)),
    plain('change_cipher_spec', Uint8Array.of(1, 1)),
    plain('change_cipher_spec', pattern(0)),
  ];

  test.each(['tls13', undefined] as const)(
    'version %s: dropped while tolerated, before and under keys',
    (version) => {
      const channel = reader('client', version);
      channel.tolerateChangeCipherSpec(true);
      channel.feed(concat(one, plain('handshake', pattern(5))));
      expect(channel.next()).toMatchObject({ type: 'handshake', epoch: 'initial' });
      channel.installRead('handshake', protection(suite13));
      channel.feed(concat(one, one, sealed(new Sealer(protection(suite13)), 'handshake', pattern(6))));
      expect(channel.next()).toMatchObject({ type: 'handshake', epoch: 'handshake', content: pattern(6) });
      channel.tolerateChangeCipherSpec(false);
      expect(refusal(channel, one)).toBe('unexpected-change-cipher-spec: unexpected_message');
    },
  );

  test('any other content is refused although it is tolerated (RFC 9846 §5)', () => {
    for (const bytes of wrong) {
      for (const protectedBy of [undefined, protection(suite13)]) {
        const channel = reader('server', 'tls13', protectedBy);
        channel.tolerateChangeCipherSpec(true);
        expect(refusal(channel, bytes)).toBe('bad-change-cipher-spec: unexpected_message');
      }
    }
  });

  test('in TLS 1.2 it is handed on before keys, and its content is checked', () => {
    const channel = reader('server', 'tls12');
    channel.feed(one);
    expect(channel.next()).toMatchObject({
      type: 'change_cipher_spec',
      content: Uint8Array.of(1),
      epoch: 'initial',
    });
    for (const bytes of wrong) {
      expect(refusal(reader('client', 'tls12'), bytes)).toBe('bad-change-cipher-spec: unexpected_message');
    }
  });

  test('thirty-two are dropped, the next is one too many; the limit is an option', () => {
    for (const [limits, allowed] of [
      [undefined, 32],
      [{ changeCipherSpecs: 0 }, 0],
      [{ changeCipherSpecs: 3 }, 3],
    ] as const) {
      const channel = new RecordChannel({ role: 'server', limits });
      channel.setVersion('tls13');
      channel.tolerateChangeCipherSpec(true);
      for (let i = 0; i < allowed; i++) expect(readAll(channel, one)).toEqual([]);
      // A record between them does not start the count anew.
      expect(readAll(channel, plain('handshake', pattern(4)))).toHaveLength(1);
      expect(refusal(channel, one)).toBe('too-many-change-cipher-specs: unexpected_message');
    }
  });
});

describe('empty records', () => {
  const empties = (sealer: Sealer, count: number, padding = 0): Bytes =>
    concat(...Array.from({ length: count }, () => sealed(sealer, 'application_data', pattern(0), padding)));

  test.each([suite12, suite13])('$name: thirty-two in a row pass, thirty-three do not', (suite) => {
    const sealer = new Sealer(protection(suite));
    const channel = reader('client', suite.version, protection(suite));
    expect(readAll(channel, empties(sealer, 32))).toHaveLength(32);
    readAll(channel, sealed(sealer, 'application_data', pattern(1)));
    expect(readAll(channel, empties(sealer, 32))).toHaveLength(32);
    expect(refusal(channel, empties(sealer, 1))).toBe('too-many-empty-records: unexpected_message');
  });

  test('padding does not make them count less (RFC 9846 §5.4)', () => {
    const sealer = new Sealer(protection(suite13));
    const channel = new RecordChannel({ role: 'server', limits: { emptyRecords: 2 } });
    channel.installRead('application', protection(suite13));
    expect(readAll(channel, empties(sealer, 2, 100))).toHaveLength(2);
    expect(refusal(channel, empties(sealer, 1, 100))).toBe('too-many-empty-records: unexpected_message');
  });
});

describe('skipping early data that was rejected (RFC 9846 §4.3.10)', () => {
  const early = (...lengths: number[]): Bytes => {
    const sealer = new Sealer(protection(suite13, 9));
    return concat(...lengths.map((length) => sealed(sealer, 'application_data', pattern(length))));
  };
  const finished = (): Bytes => sealed(new Sealer(protection(suite13)), 'handshake', pattern(36));
  const server = (): RecordChannel => reader('server', 'tls13', protection(suite13), 'handshake');

  test('what does not open is dropped, and the sequence number stays', () => {
    const channel = server();
    channel.tolerateChangeCipherSpec(true);
    channel.skipEarlyData(20_000);
    channel.feed(
      concat(plain('change_cipher_spec', Uint8Array.of(1)), early(100, maxContent, 1), finished()),
    );
    expect(channel.next()).toMatchObject({ type: 'handshake', epoch: 'handshake', content: pattern(36) });
    expect(channel.next()).toBeUndefined();
  });

  test('the first record that opens ends it', () => {
    const channel = server();
    channel.skipEarlyData(20_000);
    channel.feed(concat(early(10), finished()));
    expect(channel.next()).toMatchObject({ type: 'handshake' });
    expect(refusal(channel, early(10))).toBe('bad-record-mac: bad_record_mac');
  });

  test('whole fragments count, up to the limit and no further', () => {
    for (const [limit, passes] of [
      [2 * (100 + 17), true],
      [2 * (100 + 17) - 1, false],
    ] as const) {
      const channel = server();
      channel.skipEarlyData(limit);
      channel.feed(concat(early(100, 100), finished()));
      if (passes) expect(channel.next()).toMatchObject({ type: 'handshake' });
      else expect(refusal(channel)).toBe('bad-record-mac: bad_record_mac');
    }
  });

  test('after HelloRetryRequest application_data is dropped by its outer type, until the second ClientHello', () => {
    const channel = reader('server', 'tls13');
    channel.skipEarlyData(20_000);
    channel.feed(concat(early(5, maxContent), plain('handshake', pattern(200))));
    expect(channel.next()).toMatchObject({ type: 'handshake', epoch: 'initial', content: pattern(200) });
    expect(refusal(channel, early(5))).toBe('unexpected-application-data: unexpected_message');
  });

  test('after HelloRetryRequest the limit holds, and an alert is heard', () => {
    const limited = reader('server', 'tls13');
    limited.skipEarlyData(22 + 21);
    limited.feed(early(5));
    expect(limited.next()).toBeUndefined();
    expect(refusal(limited, early(5))).toBe('unexpected-application-data: unexpected_message');
    const alerted = reader('server', 'tls13');
    alerted.skipEarlyData(100);
    alerted.feed(concat(early(5), plain('alert', Uint8Array.of(2, 40))));
    expect(alerted.next()).toMatchObject({ type: 'alert', content: Uint8Array.of(2, 40) });
  });

  test('empty records are no way around the limit', () => {
    const channel = reader('server', 'tls13');
    channel.skipEarlyData(3);
    const empty = plain('application_data', pattern(0));
    expect(readAll(channel, concat(empty, empty, empty))).toEqual([]);
    expect(refusal(channel, empty)).toBe('unexpected-application-data: unexpected_message');
  });

  test('a clear record is not larger for it', () => {
    const channel = reader('server', 'tls13');
    channel.skipEarlyData(20_000);
    expect(refusal(channel, plain('handshake', pattern(maxContent + 1)))).toBe(
      'record-overflow: record_overflow',
    );
  });

  test('stopSkipping() ends it', () => {
    const channel = server();
    channel.skipEarlyData(20_000);
    channel.stopSkipping();
    expect(refusal(channel, early(1))).toBe('bad-record-mac: bad_record_mac');
  });

  test('TLS 1.2 has no early data: what does not open is refused', () => {
    expect(refusal(reader('server', 'tls12'), early(4))).toBe(
      'unexpected-application-data: unexpected_message',
    );
  });
});
