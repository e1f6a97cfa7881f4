import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { node } from '@tlsmith/crypto/node';
import {
  type Bytes,
  type CipherSuite,
  concat,
  type Epoch,
  isTlsViolation,
  type Role,
  secret,
  suites,
  toHex,
} from '@tlsmith/types';
import { array, assert, constantFrom, integer, property, record as recordOf } from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ContentType,
  contentType,
  maxContent,
  type OpenedRecord,
  type Protection,
  protect,
  RecordChannel,
  type RecordInfo,
  Sealer,
} from './index.ts';

const suite13 = suites.TLS_AES_128_GCM_SHA256;
const suite12 = suites.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256;
const tally = { splits: 0, refused: 0 };

afterAll(() => {
  console.log(
    `Reading: ${tally.splits} ways to split streams, ${tally.refused} records refused by name and alert`,
  );
});

describe('any division of the stream gives the same records', () => {
  const item = recordOf({
    type: constantFrom<ContentType>('handshake', 'alert', 'application_data'),
    length: integer({ min: 1, max: 700 }),
  });
  const streams = recordOf({
    suite: constantFrom<CipherSuite>(suite12, suite13, suites.TLS_RSA_WITH_AES_128_GCM_SHA256),
    items: array(item, { minLength: 1, maxLength: 10 }),
    sizes: array(integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 20 }),
  });

  const buffer = new Uint8Array(2000);
  const none = new Uint8Array(0);
  const ways: readonly (readonly [
    when: string,
    run: (channel: RecordChannel, pieces: readonly Bytes[]) => Plain[],
  ])[] = [
    [
      'each piece is read as it comes',
      (channel, pieces) => pieces.flatMap((piece) => readAll(channel, piece)),
    ],
    [
      'all pieces are fed before the first is read',
      (channel, pieces) => {
        for (const piece of pieces) channel.feed(piece);
        return readAll(channel, none);
      },
    ],
    [
      'two pieces are fed for each reading',
      (channel, pieces) =>
        pieces.flatMap((piece, i) => {
          channel.feed(piece);
          return i % 2 === 1 || i === pieces.length - 1 ? readAll(channel, none) : [];
        }),
    ],
    [
      'the transport reads into one buffer and detachInput() keeps the rest',
      (channel, pieces) =>
        pieces.flatMap((piece) => {
          buffer.set(piece);
          const records = readAll(channel, buffer.subarray(0, piece.length));
          channel.detachInput();
          buffer.fill(0xee);
          return records;
        }),
    ],
    [
      'detachInput() comes between feeding and reading',
      (channel, pieces) =>
        pieces.flatMap((piece, i) => {
          buffer.set(piece);
          channel.feed(buffer.subarray(0, piece.length));
          channel.detachInput();
          buffer.fill(0xee);
          return i % 3 === 2 || i === pieces.length - 1 ? readAll(channel, none) : [];
        }),
    ],
  ];

  test.each(ways)('when %s', (_when, run) => {
    assert(
      property(streams, ({ suite, items, sizes }) => {
        const clear = items.filter(({ type }) => type !== 'application_data');
        const sealer = new Sealer(protection(suite));
        const stream = concat(
          ...clear.map(({ type, length }) => plain(type, pattern(length))),
          ...items.map(({ type, length }) => sealed(sealer, type, pattern(length))),
        );
        const channel = keyedAfter(suite, clear.length);
        const records = run(channel, split(stream, sizes));
        const expected = [
          ...clear.map((one) => [one, 'initial'] as const),
          ...items.map((one) => [one, 'application'] as const),
        ];
        expect(records).toEqual(
          expected.map(([{ type, length }, epoch]) => ({ type, epoch, content: toHex(pattern(length)) })),
        );
        expect(channel.pendingInput).toBe(0);
        tally.splits++;
      }),
      { numRuns: 150 },
    );
  });

  /** A channel that gets its read keys after so many records, as a handshake would give them. */
  function keyedAfter(suite: CipherSuite, clear: number): RecordChannel {
    const channel = reader('client', suite.version);
    let left = clear;
    const install = (): void => channel.installRead('application', protection(suite));
    if (left === 0) install();
    const next = channel.next.bind(channel);
    channel.next = () => {
      const record = next();
      if (record !== undefined && --left === 0) install();
      return record;
    };
    return channel;
  }
});

describe('reading', () => {
  test('is strictly serial: keys installed between two records open the second', () => {
    const first = sealed(new Sealer(protection(suite13, 1)), 'handshake', pattern(3));
    const second = sealed(new Sealer(protection(suite13, 2)), 'application_data', pattern(4));
    const channel = reader('client', 'tls13', protection(suite13, 1));
    channel.feed(concat(plain('change_cipher_spec', Uint8Array.of(1)), first, second));
    channel.tolerateChangeCipherSpec(true);
    expect(channel.next()).toMatchObject({ type: 'handshake', epoch: 'application' });
    expect(channel.pendingInput).toBe(second.length);
    channel.installRead('application', protection(suite13, 2));
    expect(channel.next()).toMatchObject({ type: 'application_data', content: pattern(4) });
    expect(channel.next()).toBeUndefined();
  });

  test('says what a record was on the wire', () => {
    const sealer = new Sealer(protection(suite13));
    const record = sealed(sealer, 'handshake', pattern(10), 20);
    const channel = reader('client', 'tls13', protection(suite13), 'handshake');
    channel.feed(record);
    expect(channel.next()).toEqual({
      type: 'handshake',
      content: pattern(10),
      epoch: 'handshake',
      length: record.length,
      fresh: true,
      legacyVersion: 0x0303,
      outerType: 'application_data',
      padding: 20,
    });
    const clear = reader('server');
    clear.feed(plain('handshake', pattern(10), 0x0301));
    expect(clear.next()).toEqual({
      type: 'handshake',
      content: pattern(10),
      epoch: 'initial',
      length: 15,
      fresh: false,
      legacyVersion: 0x0301,
      outerType: 'handshake',
      padding: 0,
    });
  });

  test('`fresh` tells the truth: fresh content survives the input, other content is a view of it', () => {
    const record = plain('handshake', pattern(50));
    const whole = record.slice();
    const channel = reader('server');
    channel.feed(whole);
    const view = channel.next() as OpenedRecord;
    whole.fill(0);
    expect([view.fresh, view.content]).toEqual([false, new Uint8Array(50)]);
    // Two clear records that the network cut: each is put together in one array, but must not share it.
    const other = plain('handshake', new Uint8Array(50).fill(0xab));
    const halves = [record.slice(0, 20), concat(record.subarray(20), other.subarray(0, 9)), other.slice(9)];
    channel.feed(halves[0] as Bytes);
    channel.feed(halves[1] as Bytes);
    const first = channel.next() as OpenedRecord;
    channel.feed(halves[2] as Bytes);
    const second = channel.next() as OpenedRecord;
    for (const half of halves) half.fill(0);
    expect([first.fresh, second.fresh]).toEqual([true, true]);
    expect([first.content, second.content]).toEqual([pattern(50), new Uint8Array(50).fill(0xab)]);
    // What detachInput() copied is the receiver's too.
    channel.feed(record);
    channel.detachInput();
    expect(channel.next()?.fresh).toBe(true);
  });

  test('judges a header before the fragment is there', () => {
    for (const [bytes, code] of [
      [Uint8Array.of(22, 3, 3, 0x40, 0x01), 'record-overflow'],
      [Uint8Array.of(22, 2, 0, 0, 10), 'record-version'],
      [Uint8Array.of(24, 3, 3, 0, 10), 'unknown-content-type'],
    ] as const) {
      expect(refusal(reader('server'), bytes)).toMatch(code);
      // The same when the header comes in two pieces.
      const channel = reader('server');
      expect(readAll(channel, bytes.subarray(0, 3))).toEqual([]);
      expect(refusal(channel, bytes.subarray(3))).toMatch(code);
    }
  });

  test('a hundred thousand pieces of one byte are fed before the first record is read', () => {
    const record = plain('handshake', pattern(maxContent));
    const stream = concat(...Array.from({ length: 7 }, () => record));
    const channel = reader('server');
    for (let i = 0; i < stream.length; i++) channel.feed(stream.subarray(i, i + 1));
    expect(channel.pendingInput).toBe(stream.length);
    for (let i = 0; i < 7; i++) expect(channel.next()?.content).toEqual(pattern(maxContent));
    expect(channel.next()).toBeUndefined();
    expect(channel.pendingInput).toBe(0);
  });

  test('an idle channel holds neither what it was fed, nor what it returned, nor room to put records together', async () => {
    const held: WeakRef<ArrayBufferLike>[] = [];
    const { suite, iv, key } = protection(suite13);
    const channel = reader('client', 'tls13', {
      suite,
      iv,
      key: {
        seal: key.seal.bind(key),
        open: (nonce, additional, ciphertext) => {
          held.push(new WeakRef(ciphertext.buffer));
          return key.open(nonce, additional, ciphertext);
        },
        destroy: () => key.destroy(),
      },
    });
    const sealer = new Sealer(protection(suite13));
    // In a function of its own, so that no temporary of this one keeps an array alive.
    (() => {
      for (const cut of [0, 30]) {
        const record = sealed(sealer, 'application_data', pattern(5000));
        const pieces = [record.slice(0, cut), record.slice(cut)];
        held.push(...pieces.map((piece) => new WeakRef(piece.buffer)));
        for (const piece of pieces) channel.feed(piece);
        held.push(new WeakRef((channel.next() as OpenedRecord).content.buffer));
        expect(channel.next()).toBeUndefined();
      }
    })();
    await collectGarbage();
    expect(held.map((ref) => ref.deref()?.byteLength)).toEqual(Array.from({ length: 8 }, () => undefined));
    expect(channel.pendingInput).toBe(0);
  });

  test('a consumed piece is let go although a later one waits', async () => {
    const channel = reader('server');
    const record = plain('handshake', pattern(100));
    const pieces = [record.slice(), record.slice(0, 50)];
    const held = pieces.map((piece) => new WeakRef(piece.buffer));
    for (const piece of pieces.splice(0)) channel.feed(piece);
    (() => expect(channel.next()?.type).toBe('handshake'))();
    await collectGarbage();
    expect(held.map((ref) => ref.deref()?.byteLength)).toEqual([undefined, 50]);
    expect(channel.pendingInput).toBe(50);
  });

  test('after close nothing is fed or read', () => {
    const channel = reader('client', 'tls13', protection(suite13));
    channel.feed(plain('handshake', pattern(4)).subarray(0, 6));
    channel.close();
    expect(channel.pendingInput).toBe(0);
    channel.feed(plain('handshake', pattern(4)));
    expect([channel.pendingInput, channel.next()]).toEqual([0, undefined]);
    channel.close();
  });
});

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

test('a trace shows every record that was read, the dropped ones too', () => {
  const seen: RecordInfo[] = [];
  const channel = new RecordChannel({ role: 'server', onRecord: (info) => seen.push(info) });
  channel.setVersion('tls13');
  channel.tolerateChangeCipherSpec(true);
  const early = sealed(new Sealer(protection(suite13, 9)), 'application_data', pattern(30));
  const record = sealed(new Sealer(protection(suite13)), 'handshake', pattern(36), 4);
  readAll(channel, plain('handshake', pattern(70), 0x0301));
  channel.installRead('handshake', protection(suite13));
  channel.skipEarlyData(1000);
  readAll(channel, concat(plain('change_cipher_spec', Uint8Array.of(1)), early, record));
  const read = { direction: 'read', legacyVersion: 0x0303 };
  expect(seen).toEqual([
    { ...read, type: 'handshake', epoch: 'initial', length: 75, legacyVersion: 0x0301 },
    { ...read, type: 'change_cipher_spec', epoch: 'initial', length: 6, dropped: 'change_cipher_spec' },
    { ...read, type: 'application_data', epoch: 'early', length: early.length, dropped: 'early_data' },
    {
      ...read,
      type: 'application_data',
      epoch: 'handshake',
      length: record.length,
      innerType: 'handshake',
      padding: 4,
    },
  ]);
});

interface Plain {
  readonly type: ContentType;
  readonly epoch: Epoch;
  readonly content: string;
}

function reader(
  role: Role,
  version?: 'tls12' | 'tls13',
  protectedBy?: Protection,
  epoch: Epoch = 'application',
): RecordChannel {
  const channel = new RecordChannel({ role });
  channel.setVersion(version);
  if (protectedBy !== undefined) channel.installRead(epoch, protectedBy);
  return channel;
}

function protection(suite: CipherSuite, fill = 1): Protection {
  const aead = node.aeads[suite.aead.name as keyof typeof node.aeads];
  const ivLength = suite.version === 'tls13' ? 12 : suite.fixedIvLength;
  return protect(
    suite,
    aead,
    secret('key', new Uint8Array(suite.aead.keyLength).fill(fill)),
    pattern(ivLength),
  );
}

function sealed(sealer: Sealer, type: ContentType, content: Bytes, padding = 0): Bytes {
  const output = new Uint8Array(sealer.sealedLength(content.length, padding));
  sealer.seal(type, content, output, padding);
  return output;
}

function plain(type: ContentType, content: Bytes, version = 0x0303): Bytes {
  const header = [
    contentType[type],
    version >> 8,
    version & 0xff,
    content.length >> 8,
    content.length & 0xff,
  ];
  return concat(Uint8Array.from(header), content);
}

function pattern(length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => (i * 5 + 3) & 0xff);
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  // Weak references of this turn hold until it is over.
  await new Promise((resolve) => setTimeout(resolve, 0));
  (runInNewContext('gc') as () => void)();
}

/** The records that these bytes complete, copied out at once. */
function readAll(channel: RecordChannel, bytes: Bytes): Plain[] {
  channel.feed(bytes);
  const records: Plain[] = [];
  for (let record = channel.next(); record !== undefined; record = channel.next()) {
    records.push({ type: record.type, epoch: record.epoch, content: toHex(record.content) });
  }
  return records;
}

/** Row and alert with which these bytes are refused, however many pieces bring them. */
function refusal(channel: RecordChannel, ...pieces: readonly Bytes[]): string {
  try {
    for (const piece of pieces) {
      channel.feed(piece);
      if (channel.next() !== undefined) return 'accepted';
    }
    return channel.next() === undefined ? 'incomplete' : 'accepted';
  } catch (error) {
    if (!isTlsViolation(error)) throw error;
    tally.refused++;
    return `${error.code}: ${error.alert}`;
  }
}

function split(stream: Bytes, sizes: readonly number[]): Bytes[] {
  const pieces: Bytes[] = [];
  for (let at = 0, i = 0; at < stream.length; i++) {
    const size = sizes[i % sizes.length] as number;
    pieces.push(stream.slice(at, at + size));
    at += size;
  }
  return pieces;
}
