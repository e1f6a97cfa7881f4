import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { node } from '@tlsmith/crypto/node';
import {
  type AeadKey,
  type Bytes,
  type CipherSuite,
  compute,
  concat,
  equal,
  isConnectionFailed,
  isTlsMisuse,
  secret,
  suites,
} from '@tlsmith/types';
import { array, assert, constantFrom, integer, property, record as recordOf } from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ContentType,
  deframe,
  type Frame,
  frameLimits,
  maxContent,
  type OpenedRecord,
  Opener,
  type Protection,
  protectTraffic,
  RecordChannel,
  type RecordChannelOptions,
  type RecordInfo,
  recordLimits,
} from './index.ts';
import { protection } from './reader.test-support.ts';

const suite13 = suites.TLS_AES_256_GCM_SHA384;
const suite12 = suites.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
const tally = { conversations: 0, records: 0 };

afterAll(() => {
  console.log(
    `Writing: ${tally.conversations} conversations of ${tally.records} records between two channels`,
  );
});

describe('fragments', () => {
  test.each([
    [maxContent - 1, [maxContent - 1]],
    [maxContent, [maxContent]],
    [maxContent + 1, [maxContent, 1]],
    [3 * maxContent, [maxContent, maxContent, maxContent]],
    [0, [0]],
  ])('%i bytes of application data become records of %j', (length, expected) => {
    for (const suite of [suite12, suite13]) {
      const { writer, reader } = channels(suite);
      writer.send('application_data', pattern(length));
      const records = exchange(writer, reader);
      expect(records.map((record) => record.content.length)).toEqual(expected);
      expect(concat(...records.map((record) => record.content))).toEqual(pattern(length));
    }
  });

  test('a smaller maxFragment holds for every type, in the clear and under keys', () => {
    for (const suite of [undefined, suite12, suite13]) {
      const { writer, reader } = channels(suite, { limits: { maxFragment: 100 } });
      writer.send('handshake', pattern(350));
      const records = exchange(writer, reader);
      expect(records.map((record) => record.content.length)).toEqual([100, 100, 100, 50]);
    }
  });

  test('an alert is never fragmented (RFC 9846 §5.1)', () => {
    const { writer } = channels(suite13, { limits: { maxFragment: 1 } });
    expect(misuseOf(() => writer.send('alert', Uint8Array.of(2, 40)))).toBe('alert-fragmented');
    expect(writer.pendingOutput).toBe(0);
  });
});

describe('versions in record headers (RFC 9846 §5.1)', () => {
  test('a client writes 0x0301 on its first ClientHello, all fragments of it, and 0x0303 from then on', () => {
    const client = new RecordChannel({ role: 'client', limits: { maxFragment: 200 } });
    client.send('handshake', pattern(300));
    client.sendChangeCipherSpec();
    client.send('handshake', pattern(20));
    client.send('alert', Uint8Array.of(2, 10));
    expect(framesOf(concat(...client.takeOutput())).map(({ legacyVersion }) => legacyVersion)).toEqual([
      0x0301, 0x0301, 0x0303, 0x0303, 0x0303,
    ]);
  });

  test('an alert before any ClientHello does not use the exception up', () => {
    const client = new RecordChannel({ role: 'client' });
    client.send('alert', Uint8Array.of(2, 80));
    client.send('handshake', pattern(9));
    expect(framesOf(concat(...client.takeOutput())).map(({ legacyVersion }) => legacyVersion)).toEqual([
      0x0303, 0x0301,
    ]);
  });

  test('it is an option; a server always writes 0x0303', () => {
    for (const [options, version] of [
      [{ role: 'client', firstVersion: 0x0303 }, 0x0303],
      [{ role: 'server' }, 0x0303],
    ] as const) {
      const channel = new RecordChannel(options);
      channel.send('handshake', pattern(9));
      expect(framesOf(concat(...channel.takeOutput()))[0]?.legacyVersion).toBe(version);
    }
  });
});

describe('output', () => {
  test('one send of any size makes one array', () => {
    for (const suite of [suite12, suite13]) {
      for (const length of [1, 300, maxContent, 10 * maxContent + 5]) {
        const { writer } = channels(suite);
        writer.send('application_data', pattern(length));
        const [only, ...more] = writer.takeOutput();
        expect(more).toEqual([]);
        // Nothing reserved in vain: a large array has no slack.
        if (length >= 300) expect(only?.length).toBe(only?.buffer.byteLength);
      }
    }
  });

  test('the flight of a handshake makes one array', () => {
    const { writer, reader } = channels(undefined);
    writer.send('handshake', pattern(122));
    writer.sendChangeCipherSpec();
    writer.installWrite('handshake', protection(suite13, 3));
    writer.send('handshake', pattern(1800));
    writer.send('handshake', pattern(36));
    writer.installWrite('application', protection(suite13, 4));
    writer.send('application_data', pattern(5));
    const output = writer.takeOutput();
    expect(output.length).toBe(1);
    reader.feed(output[0] as Bytes);
    reader.setVersion('tls13');
    reader.tolerateChangeCipherSpec(true);
    expect(reader.next()?.epoch).toBe('initial');
    reader.installRead('handshake', protection(suite13, 3));
    expect([reader.next()?.content.length, reader.next()?.content.length]).toEqual([1800, 36]);
    reader.installRead('application', protection(suite13, 4));
    expect(reader.next()).toMatchObject({ epoch: 'application', content: pattern(5) });
    expect(reader.pendingInput).toBe(0);
  });

  test('many small sends make few arrays', () => {
    const { writer, reader } = channels(suite13);
    for (let i = 0; i < 500; i++) writer.send('application_data', pattern(20));
    const pending = writer.pendingOutput;
    const output = writer.takeOutput();
    expect(output.length).toBeLessThanOrEqual(4);
    expect(concat(...output).length).toBe(pending);
    for (const bytes of output) reader.feed(bytes);
    for (let i = 0; i < 500; i++) expect(reader.next()?.content).toEqual(pattern(20));
  });

  test('belongs to the caller: nothing written later changes it, and changing it changes nothing', () => {
    const { writer, reader } = channels(suite13);
    writer.send('application_data', pattern(30));
    const [first] = writer.takeOutput() as [Bytes];
    const copy = first.slice();
    writer.send('application_data', pattern(31));
    const [second] = writer.takeOutput() as [Bytes];
    expect(first).toEqual(copy);
    new Uint8Array(first.buffer).fill(0);
    reader.feed(concat(copy, second));
    expect([reader.next()?.content.length, reader.next()?.content.length]).toEqual([30, 31]);
  });

  test('content may be reused as soon as send returns', () => {
    for (const suite of [undefined, suite12, suite13]) {
      const { writer, reader } = channels(suite);
      const content = pattern(80);
      writer.send('handshake', content);
      content.fill(0);
      expect(exchange(writer, reader)[0]?.content).toEqual(pattern(80));
    }
  });

  test('pendingOutput counts what takeOutput returns, and then 0', () => {
    const { writer } = channels(suite12);
    expect([writer.pendingOutput, writer.takeOutput()]).toEqual([0, []]);
    writer.send('application_data', pattern(2 * maxContent));
    writer.send('alert', Uint8Array.of(1, 0));
    expect(writer.pendingOutput).toBe(2 * (maxContent + 29) + 2 + 29);
    expect(concat(...writer.takeOutput()).length).toBe(2 * (maxContent + 29) + 2 + 29);
    expect([writer.pendingOutput, writer.takeOutput()]).toEqual([0, []]);
  });

  test('a channel holds nothing of what was taken', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { writer } = channels(suite13);
    const taken = (() => {
      writer.send('application_data', pattern(50_000));
      return writer.takeOutput().map((bytes) => new WeakRef(bytes.buffer));
    })();
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
    expect(taken.map((ref) => ref.deref()?.byteLength)).toEqual([undefined]);
    expect(writer.writeEpoch).toBe('application');
  });

  test('a record whose sealing fails leaves no trace, and its nonce is not used again', () => {
    const nonces: string[] = [];
    const key: AeadKey = {
      seal(nonce, _additional, _content, _suffix, output) {
        nonces.push(nonce.join());
        output.fill(0xaa);
        if (nonces.length === 2) throw new Error('the provider fails');
      },
      open: () => undefined,
      destroy: () => undefined,
    };
    const channel = new RecordChannel({ role: 'client' });
    channel.installWrite('application', { suite: suite13, key, iv: new Uint8Array(12) });
    expect(() => channel.send('application_data', pattern(3 * maxContent))).toThrow('the provider fails');
    expect(channel.pendingOutput).toBe(5 + maxContent + 17);
    channel.send('alert', Uint8Array.of(2, 80));
    expect(channel.pendingOutput).toBe(5 + maxContent + 17 + 5 + 2 + 17);
    expect(new Set(nonces).size).toBe(3);
  });
});

describe('padding (RFC 9846 §5.4)', () => {
  const lengths = (records: readonly OpenedRecord[]): number[][] =>
    records.map(({ content, padding }) => [content.length, padding]);

  test('a policy pads every protected record of TLS 1.3, none of TLS 1.2 and none in the clear', () => {
    for (const [suite, padded] of [
      [suite13, 28],
      [suite12, 0],
      [undefined, 0],
    ] as const) {
      const { writer, reader } = channels(suite, { padding: (length) => 64 - (length % 64) });
      writer.send('handshake', pattern(100));
      expect(lengths(exchange(writer, reader))).toEqual([[100, padded]]);
    }
  });

  test('is cut to what a record holds, and to a smaller maxFragment', () => {
    const wide = channels(suite13, { padding: () => 1e6 });
    wide.writer.send('application_data', pattern(maxContent + 10));
    expect(lengths(exchange(wide.writer, wide.reader))).toEqual([
      [maxContent, 0],
      [10, maxContent - 10],
    ]);
    const narrow = channels(suite13, { padding: () => 1e6, limits: { maxFragment: 512 } });
    narrow.writer.send('application_data', pattern(600));
    expect(lengths(exchange(narrow.writer, narrow.reader))).toEqual([
      [512, 0],
      [88, 424],
    ]);
  });

  test('empty application data can be padded too', () => {
    const { writer, reader } = channels(suite13, { padding: () => 256 });
    writer.send('application_data', pattern(0));
    expect(lengths(exchange(writer, reader))).toEqual([[0, 256]]);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('an answer of %d is misuse', (answer) => {
    const { writer, reader } = channels(suite13, { padding: () => answer });
    expect(misuseOf(() => writer.send('application_data', pattern(3)))).toBe('padding');
    expect(exchange(writer, reader)).toEqual([]);
  });
});

describe('ChangeCipherSpec', () => {
  test.each(['tls13', undefined] as const)(
    'version %s: in the clear, whatever keys there are (RFC 9846 §5)',
    (version) => {
      const { writer } = channels(suite13);
      writer.setVersion(version);
      writer.sendChangeCipherSpec();
      expect(writer.takeOutput()).toEqual([Uint8Array.of(20, 3, 3, 0, 1, 1)]);
    },
  );

  test('TLS 1.2: in the clear before keys', () => {
    const { writer } = channels(undefined);
    writer.setVersion('tls12');
    writer.sendChangeCipherSpec();
    expect(writer.takeOutput()).toEqual([Uint8Array.of(20, 3, 3, 0, 1, 1)]);
  });

  test('TLS 1.2: sealed under keys, as a renegotiation would', () => {
    const { writer } = channels(suite12);
    writer.sendChangeCipherSpec();
    const [record] = writer.takeOutput() as [Bytes];
    expect(new Opener(protection(suite12)).open(record)).toMatchObject({ type: 'change_cipher_spec' });
  });
});

describe('keys', () => {
  test('a client goes back to the clear when a HelloRetryRequest meets its early data', () => {
    const { writer } = channels(undefined);
    writer.send('handshake', pattern(50));
    writer.installWrite('early', protection(suite13));
    writer.send('application_data', pattern(10));
    writer.installWrite('initial', undefined);
    writer.send('handshake', pattern(60));
    const frames = framesOf(concat(...writer.takeOutput()));
    expect(frames.map(({ type, legacyVersion }) => [type, legacyVersion])).toEqual([
      ['handshake', 0x0301],
      ['application_data', 0x0303],
      ['handshake', 0x0303],
    ]);
    expect(misuseOf(() => writer.send('application_data', pattern(1)))).toBe('record-content');
  });

  test('are destroyed when others take their place, and by close', () => {
    const destroyed: string[] = [];
    const watched = (name: string, fill: number): Protection => {
      const { suite, key, iv } = protection(suite13, fill);
      const destroy = (): void => {
        destroyed.push(name);
        key.destroy();
      };
      return { suite, iv, key: { seal: key.seal.bind(key), open: key.open.bind(key), destroy } };
    };
    const channel = new RecordChannel({ role: 'server' });
    channel.installWrite('handshake', watched('write 1', 1));
    channel.installRead('early', watched('read 1', 2));
    channel.installWrite('application', watched('write 2', 3));
    expect(destroyed).toEqual(['write 1']);
    channel.installRead('handshake', watched('read 2', 4));
    expect(destroyed).toEqual(['write 1', 'read 1']);
    expect([channel.readEpoch, channel.writeEpoch]).toEqual(['handshake', 'application']);
    channel.close();
    expect(destroyed).toEqual(['write 1', 'read 1', 'read 2', 'write 2']);
    channel.close();
    expect(destroyed).toHaveLength(4);
  });

  test('writeNeedsKeyUpdate follows the sealer, and new keys clear it', () => {
    const suite = { ...suite13, aead: { ...suite13.aead, recordLimit: 16 } };
    const channel = new RecordChannel({ role: 'client' });
    expect(channel.writeNeedsKeyUpdate).toBe(false);
    channel.installWrite('application', protection(suite));
    for (let i = 0; i < 15; i++) channel.send('application_data', pattern(1));
    expect(channel.writeNeedsKeyUpdate).toBe(true);
    channel.send('application_data', pattern(1));
    const failed = thrownBy(() => channel.send('application_data', pattern(1)));
    expect(isConnectionFailed(failed) && failed.code).toBe('limit');
    channel.send('handshake', pattern(5));
    channel.installWrite('application', protection(suite, 2));
    expect(channel.writeNeedsKeyUpdate).toBe(false);
    channel.send('application_data', pattern(1));
  });

  test('protectTraffic derives what RFC 9846 §7.3 says and wipes the key it derived', () => {
    const traffic = secret('traffic', pattern(48));
    const made = [0, 1].map(() => compute(node, protectTraffic(suite13, node.aeads['aes-256-gcm'], traffic)));
    const channel = new RecordChannel({ role: 'client' });
    channel.installWrite('application', made[0]);
    channel.send('application_data', pattern(7));
    const opener = new Opener(made[1] as Protection);
    expect(opener.open(concat(...channel.takeOutput())).content).toEqual(pattern(7));
    expect(traffic.use((bytes) => bytes.slice())).toEqual(pattern(48));
    let lent = new Uint8Array(0);
    const bind = (key: Bytes): AeadKey => {
      lent = key as typeof lent;
      expect(lent.some((byte) => byte !== 0)).toBe(true);
      return node.aeads['aes-256-gcm'].bind(key);
    };
    compute(node, protectTraffic(suite13, { ...node.aeads['aes-256-gcm'], bind }, traffic));
    expect(lent).toEqual(new Uint8Array(32));
  });
});

describe('misuse', () => {
  test('what may not be sent', () => {
    const { writer } = channels(undefined);
    for (const refused of [
      () => writer.send('application_data', pattern(4)),
      () => writer.send('application_data', pattern(0)),
      () => writer.send('handshake', pattern(0)),
      () => writer.send('alert', pattern(0)),
      () => writer.send('change_cipher_spec', Uint8Array.of(1)),
    ]) {
      expect(misuseOf(refused)).toBe('record-content');
    }
    expect(writer.pendingOutput).toBe(0);
  });

  test('limits out of their range', () => {
    for (const limits of [
      { maxFragment: 0 },
      { maxFragment: maxContent + 1 },
      { maxFragment: 512.5 },
      { emptyRecords: -1 },
      { changeCipherSpecs: Number.NaN },
    ]) {
      expect(misuseOf(() => new RecordChannel({ role: 'client', limits }))).toBe('record-limits');
    }
    expect(recordLimits).toEqual({ maxFragment: 2 ** 14, emptyRecords: 32, changeCipherSpecs: 32 });
  });

  test('a closed channel drops its output and takes nothing more', () => {
    const { writer } = channels(suite13);
    writer.send('application_data', pattern(10));
    writer.close();
    expect([writer.pendingOutput, writer.takeOutput()]).toEqual([0, []]);
    for (const refused of [
      () => writer.send('application_data', pattern(10)),
      () => writer.sendChangeCipherSpec(),
      () => writer.installWrite('application', protection(suite13)),
      () => writer.installRead('application', protection(suite13)),
    ]) {
      expect(misuseOf(refused)).toBe('channel-closed');
    }
  });
});

test('whatever is sent, in whatever batches, arrives', () => {
  const item = recordOf({
    type: constantFrom<ContentType>('handshake', 'application_data'),
    length: integer({ min: 1, max: 20_000 }),
    padding: integer({ min: 0, max: 300 }),
    batch: integer({ min: 1, max: 4 }),
  });
  const suiteOf = constantFrom<CipherSuite>(...Object.values(suites));
  assert(
    property(suiteOf, integer({ min: 1, max: 7 }), array(item, { maxLength: 8 }), (suite, divisor, items) => {
      const maxFragment = Math.floor(maxContent / divisor);
      let padding = 0;
      const { writer, reader } = channels(suite, { limits: { maxFragment }, padding: () => padding });
      const received: OpenedRecord[] = [];
      for (const [i, one] of items.entries()) {
        padding = one.padding;
        writer.send(one.type, pattern(one.length));
        if (i % one.batch === 0) received.push(...exchange(writer, reader));
      }
      received.push(...exchange(writer, reader));
      for (const { type, length } of items) {
        const content = pattern(length);
        for (let at = 0; at < length; at += maxFragment) {
          const record = received.shift() as OpenedRecord;
          expect(record.type).toBe(type);
          expect(equal(record.content, content.subarray(at, at + maxFragment))).toBe(true);
        }
      }
      expect(received.length).toBe(0);
      tally.conversations++;
    }),
    { numRuns: 100 },
  );
});

test('a trace shows every record that was written', () => {
  const seen: RecordInfo[] = [];
  const { writer } = channels(undefined, { padding: () => 3 });
  expect(writer.onRecord).toBeUndefined();
  writer.onRecord = (info) => seen.push(info);
  writer.send('handshake', pattern(20));
  writer.sendChangeCipherSpec();
  writer.installWrite('handshake', protection(suite13));
  writer.setVersion('tls13');
  writer.send('handshake', pattern(36));
  writer.installWrite('application', protection(suite12));
  writer.setVersion('tls12');
  writer.send('alert', Uint8Array.of(1, 0));
  const write = { direction: 'write', legacyVersion: 0x0303 };
  expect(seen).toEqual([
    { ...write, type: 'handshake', epoch: 'initial', length: 25, legacyVersion: 0x0301 },
    { ...write, type: 'change_cipher_spec', epoch: 'initial', length: 6 },
    {
      ...write,
      type: 'application_data',
      epoch: 'handshake',
      length: 5 + 36 + 3 + 17,
      innerType: 'handshake',
      padding: 3,
    },
    { ...write, type: 'alert', epoch: 'application', length: 5 + 8 + 2 + 16, innerType: 'alert', padding: 0 },
  ]);
  expect(seen.reduce((sum, { length }) => sum + length, 0)).toBe(writer.pendingOutput);
});

/** A client's channel and the server's that reads it, under keys where a suite is given. */
function channels(
  suite: CipherSuite | undefined,
  options: Omit<RecordChannelOptions, 'role'> = {},
): { readonly writer: RecordChannel; readonly reader: RecordChannel } {
  const writer = new RecordChannel({ role: 'client', ...options });
  const reader = new RecordChannel({ role: 'server' });
  for (const channel of [writer, reader]) channel.setVersion(suite?.version);
  if (suite !== undefined) {
    writer.installWrite('application', protection(suite));
    reader.installRead('application', protection(suite));
  }
  return { writer, reader };
}

function exchange(writer: RecordChannel, reader: RecordChannel): OpenedRecord[] {
  for (const bytes of writer.takeOutput()) reader.feed(bytes);
  const records: OpenedRecord[] = [];
  for (let record = reader.next(); record !== undefined; record = reader.next()) records.push(record);
  expect(reader.pendingInput).toBe(0);
  tally.records += records.length;
  return records;
}

function framesOf(bytes: Bytes): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at = (frames.at(-1) as Frame).end) {
    frames.push(deframe(bytes, at, { fragment: frameLimits.tls12.fragment }) as Frame);
  }
  return frames;
}

function pattern(length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => (i * 11 + 5) & 0xff);
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function misuseOf(run: () => unknown): string | undefined {
  const error = thrownBy(run);
  return isTlsMisuse(error) ? error.code : undefined;
}
