import {
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { find, type Rfc8448Section, type Rfc8448Step, rsaKey, section } from './rfc8448.ts';

const sections: readonly Rfc8448Section[] = [3, 4, 5, 6, 7];
const rfcText = new URL('../../../../../shared/rfcs/rfc8448.txt', import.meta.url);

test('every labelled block and every step of RFC 8448 is in the data', () => {
  const steps = sections.flatMap(section);
  expect(steps.length).toBe(272);
  expect(steps.flatMap((step) => step.values).length).toBe(543);
  if (!existsSync(rfcText)) return console.log('rfc8448.txt is not here: the data is not compared with it');
  const text = readFileSync(rfcText, 'utf8');
  const printed = [...text.matchAll(/\((\d+) octets\): /g)].map((match) => Number(match[1]));
  const zeroSalts = [...text.matchAll(/^ +salt: +0 \(all zero octets\)$/gm)].length;
  expect(printed.length + zeroSalts).toBe(543);
  const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
  expect(sum(steps.flatMap((step) => step.values.map((value) => value.octets)))).toBe(
    sum(printed) + 32 * zeroSalts,
  );
  expect([...text.matchAll(/^ {3}\{(client|server)\} /gm)].length).toBe(steps.length);
});

test('every value has as many bytes as the RFC prints octets', () => {
  for (const step of sections.flatMap(section)) {
    for (const value of step.values)
      expect(value.bytes.length, `${step.action}: ${value.name}`).toBe(value.octets);
  }
});

test.each(sections)('section %i: every HKDF-Extract gives the printed secret (RFC 5869 §2.2)', (number) => {
  const steps = section(number).filter((step) => has(step, 'IKM'));
  for (const step of steps)
    expect(hmac(of(step, 'salt'), of(step, 'IKM')), step.action).toEqual(of(step, 'secret'));
  expect(steps.length).toBe(3);
});

test.each(sections)('section %i: every HKDF-Expand gives the printed octets (RFC 5869 §2.3)', (number) => {
  let checked = 0;
  for (const step of section(number).filter((one) => has(one, 'PRK'))) {
    for (const [info, expanded] of [
      ['info', 'expanded'],
      ['key info', 'key expanded'],
      ['iv info', 'iv expanded'],
    ] as const) {
      if (!has(step, info)) continue;
      const block = hmac(of(step, 'PRK'), of(step, info), Uint8Array.of(1));
      expect(block.subarray(0, of(step, expanded).length), `${step.action}: ${expanded}`).toEqual(
        of(step, expanded),
      );
      checked++;
    }
  }
  expect(checked).toBe({ 3: 20, 4: 24, 5: 19, 6: 19, 7: 19 }[number]);
});

test.each(sections)('section %i: every public key belongs to its private key', (number) => {
  const steps = section(number).filter((step) => has(step, 'private key'));
  for (const step of steps) {
    const derived = step.action.includes('x25519')
      ? x25519(of(step, 'private key'))
      : p256(of(step, 'private key'));
    expect(derived).toEqual(of(step, 'public key'));
  }
  expect(steps.length).toBe(number === 5 ? 3 : 2);
});

test.each(sections)(
  'section %i: transcript hashes are those of the sent handshake messages (RFC 9846 §4.1)',
  (number) => {
    const [hellos, server, client] = transcripts(number);
    const hash = (label: string, actor: 'client' | 'server' = 'server'): Uint8Array =>
      find(number, actor, `secret "tls13 ${label}"`, 'hash');
    expect(sha256(hellos)).toEqual(hash('s hs traffic'));
    expect(sha256(hellos, server)).toEqual(hash('s ap traffic'));
    expect(sha256(hellos, server)).toEqual(hash('exp master'));
    expect(sha256(hellos, server, client)).toEqual(hash('res master', 'client'));
  },
);

test.each(sections)(
  'section %i: both Finished are the MAC over the transcript before them (RFC 9846 §4.5.3)',
  (number) => {
    const [hellos, server, client] = transcripts(number);
    const finished = 'calculate finished "tls13 finished"';
    const key = (actor: 'client' | 'server'): Uint8Array => find(number, actor, finished, 'expanded');
    const before = (flight: Uint8Array): Uint8Array => flight.subarray(0, flight.length - 36);
    expect(hmac(key('server'), sha256(hellos, before(server)))).toEqual(
      find(number, 'server', finished, 'finished'),
    );
    expect(hmac(key('client'), sha256(hellos, server, before(client)))).toEqual(
      find(number, 'client', finished, 'finished'),
    );
    expect(server.subarray(-32)).toEqual(find(number, 'server', finished, 'finished'));
    expect(client.subarray(-32)).toEqual(find(number, 'client', finished, 'finished'));
  },
);

test.each(sections)(
  'section %i: every record holds its payload, in the clear or sealed with keys of the section',
  (number) => {
    const steps = section(number);
    const keys = steps.filter((step) => has(step, 'key expanded'));
    for (const step of steps.filter((one) => has(one, 'complete record'))) {
      const record = of(step, 'complete record');
      const payload = of(step, 'payload');
      const clear = record[0] !== 23;
      const opened = clear
        ? [concat(record.subarray(5), Uint8Array.of(22))]
        : keys.flatMap((key) => openWith(key, record));
      expect(opened.length, step.action).toBeGreaterThan(0);
      expect(opened[0]?.subarray(0, -1), step.action).toEqual(payload);
    }
  },
);

test('section 4: the binder is the Finished MAC over the truncated ClientHello (RFC 9846 §4.3.11.2)', () => {
  const value = (name: string): Uint8Array => find(4, 'client', 'calculate PSK binder', name);
  expect(sha256(value('ClientHello prefix'))).toEqual(value('binder hash'));
  expect(hmac(value('expanded'), value('binder hash'))).toEqual(value('finished'));
  const sent = find(4, 'client', 'send handshake record', ['payload', 0]);
  expect(sent.subarray(0, value('ClientHello prefix').length)).toEqual(value('ClientHello prefix'));
  expect(sent.subarray(-32)).toEqual(value('finished'));
});

test('the numbers of the RSA key fit each other and the server certificate (RFC 8017 §3.2)', () => {
  const number = (part: Parameters<typeof rsaKey>[0]): bigint =>
    BigInt(`0x${Buffer.from(rsaKey(part)).toString('hex')}`);
  const [n, e, d, p, q] = [
    number('modulus'),
    number('public exponent'),
    number('private exponent'),
    number('prime1'),
    number('prime2'),
  ];
  expect(p * q).toBe(n);
  expect((e * d) % (p - 1n)).toBe(1n);
  expect((e * d) % (q - 1n)).toBe(1n);
  expect(number('exponent1')).toBe(d % (p - 1n));
  expect(number('exponent2')).toBe(d % (q - 1n));
  expect((q * number('coefficient')) % p).toBe(1n);
  for (const one of [3, 5, 7] as const) {
    const certificate = Buffer.from(find(one, 'server', 'construct a Certificate handshake', 'Certificate'));
    expect(certificate.includes(Buffer.from(rsaKey('modulus')))).toBe(true);
  }
});

test('find throws where nothing fits, where several fit, and takes an index', () => {
  expect(() => find(3, 'server', 'extract secret "handshake"', 'PRK')).toThrow('no value fits "PRK"');
  expect(() => find(3, 'server', 'send handshake record', 'payload')).toThrow('3 values fit "payload"');
  expect(() => find(3, 'server', 'send handshake record', ['payload', 3])).toThrow('at index 3');
  expect(find(3, 'server', 'send handshake record', ['payload', 0])).toEqual(
    find(3, 'server', 'construct a ServerHello', 'ServerHello'),
  );
});

test('wiping a returned value does not change the next one', () => {
  const first = find(3, 'server', 'extract secret "early"', 'secret');
  const copy = first.slice();
  first.fill(0);
  expect(find(3, 'server', 'extract secret "early"', 'secret')).toEqual(copy);
});

/** The hellos (with message_hash after a HelloRetryRequest), the server's flight, the client's flight. */
function transcripts(number: Rfc8448Section): [Uint8Array, Uint8Array, Uint8Array] {
  const sent = section(number)
    .filter((step) => step.action === 'send handshake record')
    .map((step) => of(step, 'payload'));
  const retry = number === 5;
  const [first, second] = sent.splice(0, 2) as [Uint8Array, Uint8Array];
  const hellos = retry
    ? concat(Uint8Array.of(254, 0, 0, 32), sha256(first), second, ...sent.splice(0, 2))
    : concat(first, second);
  const server = sent.shift() as Uint8Array;
  // The tail of section 3 is a NewSessionTicket; section 4 sends EndOfEarlyData in a record of its own.
  const client = concat(...(number === 4 ? sent.slice(0, 2) : sent.slice(0, 1)));
  return [hellos, server, client];
}

/** Tries the first sequence numbers; an entry of the answer is content and content type. */
function openWith(step: Rfc8448Step, record: Uint8Array): Uint8Array[] {
  return [0, 1, 2].flatMap((n) => open(of(step, 'key expanded'), of(step, 'iv expanded'), n, record));
}

function open(key: Uint8Array, iv: Uint8Array, sequence: number, record: Uint8Array): Uint8Array[] {
  const nonce = Uint8Array.from(iv);
  nonce[11] = (nonce[11] as number) ^ sequence;
  const decipher = createDecipheriv('aes-128-gcm', key, nonce)
    .setAAD(record.subarray(0, 5))
    .setAuthTag(record.subarray(-16));
  const inner = decipher.update(record.subarray(5, -16));
  try {
    return [concat(inner, decipher.final())];
  } catch {
    return [];
  }
}

function x25519(key: Uint8Array): Uint8Array {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), key]);
  const spki = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({
    format: 'der',
    type: 'spki',
  });
  return concat(spki.subarray(-32));
}

function p256(key: Uint8Array): Uint8Array {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(key);
  return concat(ecdh.getPublicKey());
}

function has(step: Rfc8448Step, name: string): boolean {
  return step.values.some((value) => value.name === name);
}

function of(step: Rfc8448Step, name: string): Uint8Array {
  const found = step.values.find((value) => value.name === name);
  if (found === undefined) throw new Error(`${step.action} has no ${name}`);
  return found.bytes;
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function sha256(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  );
}

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHmac('sha256', key)
      .update(concat(...parts))
      .digest(),
  );
}
