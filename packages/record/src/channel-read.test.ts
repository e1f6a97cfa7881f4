import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Bytes, type CipherSuite, concat, suites, toHex } from '@tlsmith/types';
import { array, assert, constantFrom, integer, property, record as recordOf } from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ContentType,
  maxContent,
  type OpenedRecord,
  RecordChannel,
  type RecordInfo,
  Sealer,
} from './index.ts';
import {
  type Plain,
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

const tally = { splits: 0 };

afterAll(() => {
  console.log(`Reading: ${tally.splits} ways to split streams`);
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

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  // Weak references of this turn hold until it is over.
  await new Promise((resolve) => setTimeout(resolve, 0));
  (runInNewContext('gc') as () => void)();
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
