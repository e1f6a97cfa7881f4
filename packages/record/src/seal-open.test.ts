import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import {
  type AeadAlgorithm,
  type AeadKey,
  type Bytes,
  type CipherSuite,
  isConnectionFailed,
  isTlsMisuse,
  isTlsViolation,
  secret,
  suites,
  toHex,
} from '@tlsmith/types';
import {
  property,
  assert,
  array,
  boolean,
  constantFrom,
  integer,
  record as recordOf,
  tuple,
} from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ContentType,
  contentType,
  deframe,
  frameLimits,
  headerLength,
  maxContent,
  Opener,
  type Protection,
  protect,
  RecordChannel,
  Sealer,
} from './index.ts';

const allSuites: readonly CipherSuite[] = Object.values(suites);
const byName = (name: string): CipherSuite => suites[name as keyof typeof suites];
const suiteNames = allSuites.map((suite) => suite.name);
const names13 = suiteNames.filter((name) => byName(name).version === 'tls13');
const names12 = suiteNames.filter((name) => byName(name).version === 'tls12');
const tally = { roundTrips: 0, bitFlips: 0, truncations: 0, nonces: 0 };

afterAll(() => {
  console.log(
    `Sealing and opening, ${allSuites.length} suites: ${tally.roundTrips} round trips over two providers, ` +
      `${tally.bitFlips} bit flips, ${tally.truncations} truncations, ${tally.nonces} nonces`,
  );
});

describe('round trips', () => {
  const lengths = [0, 1, 2, 15, 16, 17, 255, 256, 1000, maxContent - 1, maxContent];

  test.each(suiteNames)('%s: what one provider seals the other opens, of every length', (name) => {
    const suite = byName(name);
    for (const [sealing, opening] of [
      [node, noble],
      [noble, node],
    ] as const) {
      const sealer = new Sealer(protection(suite, sealing.aeads[aeadName(suite)]));
      const opener = new Opener(protection(suite, opening.aeads[aeadName(suite)]));
      for (const length of lengths) {
        for (const padding of paddings(suite, length)) {
          const content = pattern(length);
          const record = seal(sealer, 'application_data', content, padding);
          expect(opener.open(record)).toEqual({ type: 'application_data', content, padding });
          tally.roundTrips++;
        }
      }
      expect(opener.sequence).toBe(sealer.sequence);
    }
  });

  test.each(suiteNames)('%s: handshake and alert records keep their type, hidden in TLS 1.3', (name) => {
    const suite = byName(name);
    const [sealer, opener] = pair(suite);
    for (const type of ['handshake', 'alert', 'application_data'] as const) {
      const record = seal(sealer, type, pattern(40));
      expect(record[0]).toBe(suite.version === 'tls13' ? 23 : contentType[type]);
      expect([record[1], record[2]]).toEqual([3, 3]);
      expect(deframe(record, 0, frameLimits[suite.version])).toMatchObject({ start: 0, end: record.length });
      expect(opener.open(record)).toEqual({ type, content: pattern(40), padding: 0 });
    }
  });

  test('a TLS 1.2 ChangeCipherSpec under keys is sealed and opened like any record (RFC 5246 §7.1)', () => {
    const [sealer, opener] = pair(suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
    const record = seal(sealer, 'change_cipher_spec', Uint8Array.of(1));
    expect(opener.open(record)).toMatchObject({ type: 'change_cipher_spec', content: Uint8Array.of(1) });
  });

  test('records of any lengths, types and paddings open in order', () => {
    const one = recordOf({
      type: constantFrom<ContentType>('handshake', 'alert', 'application_data'),
      length: integer({ min: 1, max: 600 }),
      padding: integer({ min: 0, max: 40 }),
    });
    assert(
      property(constantFrom(...allSuites), array(one, { maxLength: 12 }), (suite, records) => {
        const [sealer, opener] = pair(suite);
        for (const { type, length, padding } of records) {
          const padded = suite.version === 'tls13' ? padding : 0;
          const sealed = seal(sealer, type, pattern(length), padded);
          expect(opener.open(sealed)).toEqual({ type, content: pattern(length), padding: padded });
          tally.roundTrips++;
        }
      }),
      { numRuns: 200 },
    );
  });

  test('the explicit nonce of TLS 1.2 GCM is the sequence number (RFC 5288 §3)', () => {
    const sealer = new Sealer(protection(suites.TLS_RSA_WITH_AES_128_GCM_SHA256), 2 ** 40 + 7);
    expect(toHex(seal(sealer, 'application_data', pattern(1)).subarray(5, 13))).toBe('0000010000000007');
  });

  test('a peer may choose its explicit nonces otherwise (RFC 5288 §3)', () => {
    const suite = suites.TLS_RSA_WITH_AES_128_GCM_SHA256;
    const explicit = Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2);
    const record = craft12(suite, 'application_data', pattern(5), explicit);
    expect(new Opener(protection(suite)).open(record).content).toEqual(pattern(5));
  });
});

describe('what was tampered with', () => {
  test.each(suiteNames)('%s: no record with a flipped bit is accepted', (name) => {
    const suite = byName(name);
    const genuine = seal(new Sealer(protection(suite)), 'application_data', pattern(33));
    const codes = new Map<string, number>();
    for (let bit = 0; bit < genuine.length * 8; bit++) {
      const flipped = genuine.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (0x80 >> (bit & 7));
      const outcome = outcomeOf(reader(suite), flipped);
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
      // Behind the header there is one answer (RFC 9846 §6.2, RFC 5246 §7.2.2).
      if (bit >= headerLength * 8) expect(outcome, `bit ${bit}`).toBe('bad-record-mac');
      else expect(headerOutcomes, `bit ${bit}`).toContain(outcome);
      tally.bitFlips++;
    }
    expect(codes.get('bad-record-mac')).toBeGreaterThanOrEqual((genuine.length - headerLength) * 8);
  });

  const headerOutcomes = [
    'bad-record-mac',
    'record-version',
    'unknown-content-type',
    'record-overflow',
    'plaintext-record',
    'incomplete',
  ];

  test.each(suiteNames)(
    '%s: a shorter fragment is bad_record_mac, down to nothing (RFC 9846 §6.2)',
    (name) => {
      const suite = byName(name);
      const genuine = seal(new Sealer(protection(suite)), 'application_data', pattern(20));
      for (let length = genuine.length - headerLength - 1; length >= 0; length--) {
        const short = genuine.slice(0, headerLength + length);
        short[3] = 0;
        short[4] = length;
        expect(outcomeOf(reader(suite), short), `fragment of ${length}`).toBe('bad-record-mac');
        tally.truncations++;
      }
    },
  );

  test.each(suiteNames)('%s: an AEAD is not asked to open less than a tag', (name) => {
    const suite = byName(name);
    const { key, iv } = protection(suite);
    const careless: AeadKey = {
      seal: key.seal.bind(key),
      open: (nonce, additional, ciphertext) => {
        if (ciphertext.length < 16) throw new Error('no tag');
        return key.open(nonce, additional, ciphertext);
      },
      destroy: () => key.destroy(),
    };
    for (let length = 0; length < 24; length++) {
      const record = Uint8Array.from([23, 3, 3, 0, length, ...pattern(length)]);
      expect(() => new Opener({ suite, key: careless, iv }).open(record)).toThrow('bad-record-mac');
    }
  });

  test.each(suiteNames)('%s: the version in the header is authenticated, also without deframe', (name) => {
    const [sealer, opener] = pair(byName(name));
    const record = seal(sealer, 'application_data', pattern(4));
    record[2] = 1;
    expect(() => opener.open(record)).toThrow('bad-record-mac');
  });

  test.each(suiteNames)('%s: repeated, missing and reordered records do not open', (name) => {
    const [sealer, opener] = pair(byName(name));
    const [first, second, third] = [1, 2, 3].map((n) => seal(sealer, 'application_data', pattern(n)));
    opener.open(first as Bytes);
    for (const wrong of [first, third]) expect(() => opener.open(wrong as Bytes)).toThrow('bad-record-mac');
    // A failed open does not count, so what was due still opens.
    expect(opener.sequence).toBe(1);
    expect(opener.open(second as Bytes).content).toEqual(pattern(2));
  });

  test.each(suiteNames)('%s: a record of another key does not open', (name) => {
    const suite = byName(name);
    const sealer = new Sealer(protection(suite, node.aeads[aeadName(suite)], 7));
    expect(() => new Opener(protection(suite)).open(seal(sealer, 'handshake', pattern(9)))).toThrow(
      'bad-record-mac',
    );
  });
});

describe('inner plaintexts of TLS 1.3 (RFC 9846 §5.4)', () => {
  const zeros = (length: number): number[] => Array.from({ length }, () => 0);
  const cases: readonly (readonly [what: string, inner: readonly number[], code: string])[] = [
    ['nothing at all', [], 'no-content-type'],
    ['one zero', [0], 'no-content-type'],
    ['as many zeros as fit', zeros(maxContent + 1), 'no-content-type'],
    ['a type from no registry', [1, 2, 3, 99], 'unknown-content-type'],
    ['heartbeat, never negotiated', [1, 0, 0, 24, 0], 'unknown-content-type'],
    ['a protected ChangeCipherSpec', [1, 20], 'unexpected-change-cipher-spec'],
    ['a handshake record without content', [22], 'empty-handshake-record'],
    ['a handshake record of padding only', [22, 0, 0, 0], 'empty-handshake-record'],
    ['an alert record without content', [21], 'empty-alert-record'],
    ['an alert record of padding only', [21, ...zeros(500)], 'empty-alert-record'],
    ['content of 2^14 + 1 bytes', [...zeros(maxContent).fill(7), 7, 23], 'record-overflow'],
    [
      'content and padding of 2^14 + 1 bytes',
      [...zeros(8192).fill(7), 23, ...zeros(8193)],
      'record-overflow',
    ],
    ['zeros for 2^14 + 2 bytes', zeros(maxContent + 2), 'record-overflow'],
    ['a fragment of exactly 2^14 + 256 bytes', zeros(maxContent + 240).fill(23), 'record-overflow'],
  ];

  for (const name of names13) {
    test.each(cases)(`${name}: %s is refused`, (_what, inner, code) => {
      const suite = byName(name);
      const error = thrownBy(() => read(reader(suite), craft13(suite, Uint8Array.from(inner))));
      expect(isTlsViolation(error) && error.code).toBe(code);
      expect(() => new Opener(protection(suite)).open(craft13(suite, Uint8Array.from(inner)))).toThrow(code);
      expect(isTlsViolation(error) && error.alert).toBe(
        code === 'record-overflow' ? 'record_overflow' : 'unexpected_message',
      );
    });
  }

  test.each(names13)('%s: exactly 2^14 + 1 bytes are accepted, as content or as padding', (name) => {
    const suite = byName(name);
    for (const [length, padding] of [
      [maxContent, 0],
      [0, maxContent],
      [8192, 8192],
    ] as const) {
      const inner = Uint8Array.from([...pattern(length), 23, ...zeros(padding)]);
      expect(new Opener(protection(suite)).open(craft13(suite, inner))).toEqual({
        type: 'application_data',
        content: pattern(length),
        padding,
      });
    }
  });
});

describe('contents of TLS 1.2 (RFC 5246 §6.2)', () => {
  const cases: readonly (readonly [type: ContentType, length: number, code: string, alert: string])[] = [
    ['handshake', 0, 'empty-handshake-record', 'unexpected_message'],
    ['alert', 0, 'empty-alert-record', 'unexpected_message'],
    ['change_cipher_spec', 0, 'bad-change-cipher-spec', 'unexpected_message'],
    ['change_cipher_spec', 1, 'unexpected-change-cipher-spec', 'unexpected_message'],
    ['application_data', maxContent + 1, 'record-overflow', 'record_overflow'],
    ['handshake', maxContent + 2000, 'record-overflow', 'record_overflow'],
  ];

  for (const name of names12) {
    test.each(cases)(`${name}: %s of %i bytes is refused under keys`, (type, length, code, alert) => {
      const suite = byName(name);
      const error = thrownBy(() => read(reader(suite), craft12(suite, type, pattern(length))));
      expect(isTlsViolation(error) && [error.code, error.alert]).toEqual([code, alert]);
    });
  }

  test.each(names12)('%s: 2^14 bytes and none at all are accepted as application data', (name) => {
    const suite = byName(name);
    for (const length of [0, maxContent]) {
      const record = craft12(suite, 'application_data', pattern(length));
      expect(new Opener(protection(suite)).open(record).content).toEqual(pattern(length));
    }
  });
});

describe('sequence numbers (RFC 9846 §5.3, §5.5)', () => {
  const limited = {
    ...suites.TLS_AES_128_GCM_SHA256,
    aead: { ...suites.TLS_AES_128_GCM_SHA256.aead, recordLimit: 32 },
  };

  test.each(suiteNames)('%s: the record with number 2^48 - 1 is the last, in both directions', (name) => {
    const suite = byName(name);
    const [sealer, opener] = pair(suite, 2 ** 48 - 1);
    const last = seal(sealer, 'alert', pattern(2));
    expect(opener.open(last).content).toEqual(pattern(2));
    for (const type of ['alert', 'application_data'] as const) {
      const error = thrownBy(() => seal(sealer, type, pattern(2)));
      expect(isConnectionFailed(error) && error.code).toBe('limit');
    }
    expect(sealer.sequence).toBe(2 ** 48);
    const late = thrownBy(() => opener.open(last));
    expect(isTlsViolation(late) && [late.code, late.alert]).toEqual([
      'sequence-number-overflow',
      'internal_error',
    ]);
  });

  test('TLS 1.3: a new key is asked for at 15/16 of the AEAD limit, and application data ends at the limit', () => {
    const sealer = new Sealer(protection(limited));
    const asked: boolean[] = [];
    for (let i = 0; i < 32; i++) {
      asked.push(sealer.needsKeyUpdate);
      seal(sealer, 'application_data', pattern(1));
    }
    expect(asked.lastIndexOf(false)).toBe(29);
    expect(() => seal(sealer, 'application_data', pattern(1))).toThrow('may protect no more');
    // KeyUpdate and close_notify still go out: they are how the use of a key ends.
    seal(sealer, 'handshake', pattern(5));
    seal(sealer, 'alert', pattern(2));
    expect(sealer.sequence).toBe(34);
    expect(sealer.needsKeyUpdate).toBe(true);
  });

  test('TLS 1.2 has no key update, so its limit is a hint only', () => {
    const suite = suites.TLS_RSA_WITH_AES_128_GCM_SHA256;
    const sealer = new Sealer(protection({ ...suite, aead: { ...suite.aead, recordLimit: 4 } }));
    for (let i = 0; i < 8; i++) seal(sealer, 'application_data', pattern(1));
    expect([sealer.needsKeyUpdate, sealer.sequence]).toEqual([true, 8]);
  });

  test('the built-in limits are those of RFC 9846 §5.5', () => {
    const [gcm, chacha] = [suites.TLS_AES_256_GCM_SHA384, suites.TLS_CHACHA20_POLY1305_SHA256];
    expect(new Sealer(protection(gcm), 22_243_655).needsKeyUpdate).toBe(false);
    expect(new Sealer(protection(gcm), 22_243_656).needsKeyUpdate).toBe(true);
    expect(22_243_656).toBeLessThan(2 ** 24.5);
    expect(new Sealer(protection(chacha), 22_243_656).needsKeyUpdate).toBe(false);
    expect(() => seal(new Sealer(protection(gcm), 23_726_566), 'application_data', pattern(1))).toThrow(
      'may protect no more',
    );
  });
});

describe('nonces', () => {
  test.each(suiteNames)('%s: the nonce is the IV XOR the sequence number, beyond 32 bits too', (name) => {
    const suite = byName(name);
    for (const start of [0, 1, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 47 + 3]) {
      const spy = spying(suite);
      seal(new Sealer(spy.protection, start), 'handshake', pattern(3));
      const iv =
        BigInt(`0x${toHex(spy.protection.iv)}`) << (suite.version === 'tls12' ? gcmShift(suite) : 0n);
      expect(BigInt(`0x${spy.nonces[0]}`)).toBe(iv ^ BigInt(start));
      // RFC 9846 §5.2 takes the header, RFC 5246 §6.2.3.3 the sequence number and what the header would be.
      const number = start.toString(16).padStart(16, '0');
      expect(spy.additional[0]).toBe(suite.version === 'tls13' ? '1703030014' : `${number}1603030003`);
      tally.nonces++;
    }
  });

  test.each(suiteNames)('%s: no nonce repeats, whatever is refused and whenever the AEAD throws', (name) => {
    const suite = byName(name);
    const attempt = tuple(
      boolean(),
      constantFrom<ContentType>('handshake', 'alert', 'application_data'),
      integer({ min: 0, max: 3 }),
    );
    assert(
      property(array(attempt, { maxLength: 40 }), (attempts) => {
        const spy = spying(suite);
        const sealer = new Sealer(spy.protection);
        for (const [fails, type, length] of attempts) {
          spy.failing = fails;
          // Some are refused (an empty alert), some fail in the AEAD, some succeed.
          try {
            seal(sealer, type, pattern(length));
          } catch {}
        }
        expect(new Set(spy.nonces).size).toBe(spy.nonces.length);
        expect(sealer.sequence).toBe(spy.nonces.length);
        tally.nonces += spy.nonces.length;
      }),
      { numRuns: 50 },
    );
  });

  test('a second sealer on one protection is misuse, in a channel too', () => {
    const one = protection(suites.TLS_AES_128_GCM_SHA256);
    const channel = new RecordChannel({ role: 'client' });
    channel.installWrite('application', one);
    expect(misuseOf(() => new Sealer(one))).toBe('protection-in-use');
    expect(misuseOf(() => channel.installWrite('application', one))).toBe('protection-in-use');
    // The refused installation left the channel as it was.
    channel.send('application_data', pattern(4));
    expect(channel.pendingOutput).toBe(5 + 4 + 17);
  });
});

describe('misuse', () => {
  const suite13 = suites.TLS_AES_128_GCM_SHA256;
  const suite12 = suites.TLS_RSA_WITH_AES_128_GCM_SHA256;
  const key = secret('key', new Uint8Array(16));
  const aead = node.aeads['aes-128-gcm'];

  test('keys, IVs and AEADs of the wrong length are refused', () => {
    for (const make of [
      () => protect(suite13, aead, secret('key', new Uint8Array(32)), new Uint8Array(12)),
      () => protect(suite13, aead, key, new Uint8Array(4)),
      () => protect(suite12, aead, key, new Uint8Array(12)),
      () => protect(suite13, node.aeads['aes-256-gcm'], key, new Uint8Array(12)),
      () => protect(suite13, { ...aead, tagLength: 8 }, key, new Uint8Array(12)),
      () => protect(suite13, { ...aead, nonceLength: 13 }, key, new Uint8Array(12)),
    ]) {
      expect(misuseOf(make)).toBe('protection-lengths');
    }
  });

  test('the IV is copied', () => {
    const iv = new Uint8Array(12);
    const made = protect(suite13, aead, key, iv);
    iv.fill(9);
    expect(made.iv).toEqual(new Uint8Array(12));
  });

  test('contents that may not be sent are refused and cost no sequence number', () => {
    const [sealer13, sealer12] = [new Sealer(protection(suite13)), new Sealer(protection(suite12))];
    for (const refused of [
      () => seal(sealer13, 'handshake', pattern(0)),
      () => seal(sealer13, 'alert', pattern(0), 4),
      () => seal(sealer13, 'change_cipher_spec', pattern(1)),
      () => seal(sealer13, 'application_data', pattern(maxContent + 1)),
      () => seal(sealer13, 'application_data', pattern(maxContent), 1),
      () => seal(sealer13, 'application_data', pattern(1), -1),
      () => seal(sealer13, 'application_data', pattern(1), 0.5),
      () => seal(sealer12, 'application_data', pattern(1), 1),
      () => seal(sealer12, 'handshake', pattern(0)),
      () => seal(sealer12, 'application_data', pattern(maxContent + 1)),
    ]) {
      expect(misuseOf(refused)).toBe('record-content');
    }
    expect(misuseOf(() => sealer13.seal('alert', pattern(2), new Uint8Array(23)))).toBe('record-output');
    expect([sealer13.sequence, sealer12.sequence]).toEqual([0, 0]);
  });

  test('only exactly one record can be opened', () => {
    const [sealer, opener] = pair(suite13);
    const record = seal(sealer, 'handshake', pattern(9));
    for (const wrong of [new Uint8Array(0), record.subarray(0, 4), record.subarray(0, -1), twice(record)]) {
      expect(misuseOf(() => opener.open(wrong))).toBe('not-a-record');
    }
    expect(opener.open(record).content).toEqual(pattern(9));
  });

  test('a TLS 1.3 opener takes protected records only, a TLS 1.2 opener known types only', () => {
    const record = Uint8Array.from([22, 3, 3, 0, 20, ...pattern(20)]);
    expect(() => new Opener(protection(suite13)).open(record)).toThrow('plaintext-record');
    record[0] = 24;
    expect(() => new Opener(protection(suite12)).open(record)).toThrow('unknown-content-type');
  });

  test('after destroy nothing is sealed or opened', () => {
    const [sealer, opener] = pair(suite13);
    const record = seal(sealer, 'handshake', pattern(9));
    sealer.destroy();
    opener.destroy();
    expect(misuseOf(() => seal(sealer, 'handshake', pattern(9)))).toBe('aead-key-destroyed');
    expect(misuseOf(() => opener.open(record))).toBe('aead-key-destroyed');
  });
});

function aeadName(suite: CipherSuite): keyof typeof node.aeads {
  return suite.aead.name as keyof typeof node.aeads;
}

/** The same keys for every call with the same `fill`. */
function protection(
  suite: CipherSuite,
  aead: AeadAlgorithm = node.aeads[aeadName(suite)],
  fill = 1,
): Protection {
  const key = secret('key', new Uint8Array(suite.aead.keyLength).fill(fill));
  return protect(suite, aead, key, ivOf(suite));
}

function ivOf(suite: CipherSuite): Bytes {
  return pattern(suite.version === 'tls13' ? 12 : suite.fixedIvLength).map((byte) => byte + 0x91);
}

function pair(suite: CipherSuite, sequence = 0): [Sealer, Opener] {
  return [new Sealer(protection(suite), sequence), new Opener(protection(suite), sequence)];
}

function seal(sealer: Sealer, type: ContentType, content: Bytes, padding = 0): Bytes {
  const output = new Uint8Array(sealer.sealedLength(content.length, padding));
  expect(sealer.seal(type, content, output, padding)).toBe(output.length);
  return output;
}

function paddings(suite: CipherSuite, length: number): number[] {
  if (suite.version === 'tls12') return [0];
  return [...new Set([0, 1, 100, maxContent - length])].filter((padding) => length + padding <= maxContent);
}

function pattern(length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + 1) & 0xff);
}

function twice(record: Bytes): Bytes {
  return Uint8Array.from([...record, ...record]);
}

/** A channel that reads under keys. */
function reader(suite: CipherSuite): RecordChannel {
  const channel = new RecordChannel({ role: 'client' });
  channel.setVersion(suite.version);
  channel.installRead('application', protection(suite));
  return channel;
}

function read(channel: RecordChannel, bytes: Bytes): unknown {
  channel.feed(bytes);
  return channel.next();
}

function outcomeOf(channel: RecordChannel, bytes: Bytes): string {
  try {
    return read(channel, bytes) === undefined ? 'incomplete' : 'accepted';
  } catch (error) {
    return isTlsViolation(error) ? error.code : String(error);
  }
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

/** A record of the first sequence number, made with the AEAD alone and so without our sealer's refusals. */
function craft13(suite: CipherSuite, inner: Bytes): Bytes {
  const record = new Uint8Array(headerLength + inner.length + 16);
  record.set([23, 3, 3, (inner.length + 16) >> 8, (inner.length + 16) & 0xff]);
  const { key } = protection(suite);
  key.seal(ivOf(suite), record.subarray(0, 5), inner, new Uint8Array(0), record.subarray(5));
  return record;
}

function craft12(
  suite: CipherSuite,
  type: ContentType,
  content: Bytes,
  part: Bytes = new Uint8Array(8),
): Bytes {
  const explicit = suite.version === 'tls12' && suite.recordIvLength > 0 ? part : new Uint8Array(0);
  const fragment = explicit.length + content.length + 16;
  const record = new Uint8Array(headerLength + fragment);
  record.set([contentType[type], 3, 3, fragment >> 8, fragment & 0xff]);
  record.set(explicit, headerLength);
  const additional = new Uint8Array(13);
  additional.set([contentType[type], 3, 3, content.length >> 8, content.length & 0xff], 8);
  const nonce = Uint8Array.from([...ivOf(suite), ...explicit]);
  const output = record.subarray(headerLength + explicit.length);
  protection(suite).key.seal(nonce, additional, content, new Uint8Array(0), output);
  return record;
}

function gcmShift(suite: CipherSuite): bigint {
  return suite.version === 'tls12' && suite.recordIvLength > 0 ? 64n : 0n;
}

interface Spy {
  readonly protection: Protection;
  readonly nonces: string[];
  readonly additional: string[];
  failing: boolean;
}

/** A protection whose AEAD notes its nonces and fails on demand. */
function spying(suite: CipherSuite): Spy {
  const nonces: string[] = [];
  const additional: string[] = [];
  const spy = { nonces, additional, failing: false };
  const key: AeadKey = {
    seal(nonce, data) {
      nonces.push(toHex(nonce));
      additional.push(toHex(data));
      if (spy.failing) throw new Error('the provider fails');
    },
    open: () => undefined,
    destroy: () => undefined,
  };
  return Object.assign(spy, { protection: { suite, key, iv: ivOf(suite) } });
}
