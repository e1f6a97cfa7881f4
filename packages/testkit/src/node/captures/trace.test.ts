import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { expandLabel, keyBlock, prf } from './keys.ts';
import { logged, messagesOf, openCapture } from './open.ts';
import { type CapturedHandshake, handshakeOf, hashOf, trace12 } from './trace.ts';
import { type Capture, type CaptureName, capture, captureNames, hellos, stream } from './capture.ts';

const failed: readonly CaptureName[] = ['openssl-12-client-13-server', 'openssl-13-no-common-cipher-suite'];
const finished = captureNames.filter((name) => !failed.includes(name));
// Its transcript has the inner ClientHello, which HPKE would have to open.
const clear = finished.filter((name) => name !== 'go-13-encrypted-client-hello');
const of = (version: 'tls12' | 'tls13'): CaptureName[] =>
  clear.filter((name) => handshakeOf(capture(name)).parameters.version === version);

test.each(captureNames)('%s: every record opens with the key log, and nothing is left over', (name) => {
  const one = capture(name);
  const records = openCapture(one);
  const sent = (from: 'client' | 'server'): number =>
    records.filter((record) => record.from === from).reduce((sum, { record }) => sum + record.length, 0);
  expect(sent('client')).toBe(stream(one, 'client').length);
  expect(sent('server')).toBe(stream(one, 'server').length);
  expect(records.length).toBeGreaterThanOrEqual(2);
});

test.each(failed)('%s: ends with a fatal alert of the server', (name) => {
  const last = openCapture(capture(name)).at(-1);
  expect([last?.from, last?.type, last?.content[0]]).toEqual(['server', 21, 2]);
});

test.each(of('tls12'))('%s: both verify_data are the PRF over the transcript (RFC 5246 §7.4.9)', (name) => {
  const one = capture(name);
  const { parameters, messages } = handshakeOf(one);
  const master = logged(one, 'CLIENT_RANDOM', parameters.clientRandom) as Uint8Array;
  for (const side of ['client', 'server'] as const) {
    const at = messages.findIndex(({ type, from }) => type === 20 && from === side);
    const expected = prf(
      parameters.suite.hash,
      master,
      [`${side} finished`, hashOf(parameters, messages.slice(0, at))],
      12,
    );
    expect(messages[at]?.bytes.slice(4)).toEqual(expected);
  }
});

test.each(of('tls13'))('%s: both Finished are the MAC over the transcript (RFC 9846 §4.5.3)', (name) => {
  const one = capture(name);
  const { parameters, messages } = handshakeOf(one);
  for (const side of ['client', 'server'] as const) {
    const at = messages.findIndex(({ type, from }) => type === 20 && from === side);
    const secret = logged(one, `${side.toUpperCase()}_HANDSHAKE_TRAFFIC_SECRET`) as Uint8Array;
    expect(messages[at]?.bytes.slice(4)).toEqual(
      finishedMac(parameters.suite.hash, secret, hashOf(parameters, messages.slice(0, at))),
    );
  }
});

const exporting = clear.filter((name) => capture(name).exporters.length > 0);

test.each(exporting)(
  '%s: exported keying material follows from the key log (RFC 5705 §4, RFC 9846 §7.5)',
  (name) => {
    const one = capture(name);
    const handshake = handshakeOf(one);
    for (const { label, context, value } of one.exporters) {
      const exported =
        handshake.parameters.version === 'tls12'
          ? export12(one, handshake, label, context)
          : export13(one, handshake, label, context);
      expect(value).toEqual(exported(value.length));
    }
  },
);

test('keying material was exported in both versions, with and without context', () => {
  expect(exporting).toEqual([
    'go-12',
    'go-12-resumed',
    'node-12',
    'node-12-resumed',
    'node-13',
    'node-13-resumed',
    'openssl-12-ecdhe-ecdsa',
    'openssl-12-ecdhe-rsa-client-certificate',
    'openssl-12-session-id-resumed',
    'openssl-12-ticket-resumed',
    'openssl-13-full',
    'openssl-13-resumed',
  ]);
});

const withServerKey = clear.filter((name) => capture(name).serverKey !== undefined);

test.each(withServerKey)('%s: RSA premaster, master secret, key block and verify_data agree', (name) => {
  const one = capture(name);
  const trace = trace12(one);
  const { parameters } = trace;
  expect([...trace.premasterSecret.subarray(0, 2)]).toEqual([3, 3]);
  expect(logged(one, 'RSA') ?? trace.premasterSecret).toEqual(trace.premasterSecret);
  expect(parameters.extendedMasterSecret).toBe(!name.includes('no-extended'));
  expect(trace.keyBlock).toEqual(keyBlock(trace.masterSecret, parameters).block);
  for (const side of ['client', 'server'] as const) {
    const { transcriptHash, verifyData } = trace[side];
    expect(verifyData).toEqual(
      prf(parameters.suite.hash, trace.masterSecret, [`${side} finished`, transcriptHash], 12),
    );
  }
});

test('three captures have RSA key exchange and its key, one of them without extended master secret', () => {
  expect(withServerKey).toEqual([
    'gnutls-12-no-extended-master-secret',
    'gnutls-12-rsa-key-exchange',
    'openssl-12-rsa-key-exchange',
  ]);
  expect(() => trace12(capture('openssl-12-ecdhe-ecdsa'))).toThrow('has no server key');
});

test.each(clear.filter((name) => capture(name).resumes !== undefined))(
  '%s: resumes, so no certificate is sent',
  (name) => {
    const one = capture(name);
    expect(captureNames).toContain(one.resumes);
    expect(handshakeOf(one).messages.map(({ type }) => type)).not.toContain(11);
    const { parameters } = handshakeOf(one);
    const first = handshakeOf(capture(one.resumes as CaptureName)).parameters;
    expect(parameters.suite.hash).toBe(first.suite.hash);
    const masters = [
      logged(one, 'CLIENT_RANDOM'),
      logged(capture(one.resumes as CaptureName), 'CLIENT_RANDOM'),
    ];
    expect(masters[0]).toEqual(masters[1]);
  },
);

const resumed13 = of('tls13').filter((name) => capture(name).resumes !== undefined);

test.each(resumed13)(
  '%s: offers a ticket that the capture it resumes was given (RFC 9846 §4.7.1)',
  (name) => {
    const hello = Buffer.from(hellos([name])[0]?.bytes as Uint8Array);
    const messages = messagesOf(openCapture(capture(capture(name).resumes as CaptureName)));
    const tickets = messages
      .filter(({ type }) => type === 4)
      .map(({ bytes }) => ticketOf(Buffer.from(bytes)));
    expect(tickets.filter((ticket) => hello.includes(ticket)).length).toBe(1);
  },
);

const preShared = clear.filter((name) => pskOf(capture(name)) !== undefined && name.includes('-13-'));

test.each(preShared)('%s: the binder follows from the pre-shared key (RFC 9846 §4.3.11.2)', (name) => {
  const one = capture(name);
  const { hash } = handshakeOf(one).parameters.suite;
  const hello = hellos([name])[0]?.bytes as Uint8Array;
  const early = createHmac(hash, '')
    .update(pskOf(one) as Uint8Array)
    .digest();
  const length = early.length;
  const empty = new Uint8Array(createHash(hash).digest());
  const label = one.preSharedKey === undefined ? 'res binder' : 'ext binder';
  const binderKey = expandLabel(hash, early, label, { context: empty, length });
  const truncated = new Uint8Array(
    createHash(hash)
      .update(hello.subarray(0, -3 - length))
      .digest(),
  );
  expect(hello.slice(-length)).toEqual(finishedMac(hash, binderKey, truncated));
  const wholeHello = new Uint8Array(createHash(hash).update(hello).digest());
  const earlyTraffic = logged(one, 'CLIENT_EARLY_TRAFFIC_SECRET');
  expect(earlyTraffic === undefined).toBe(name !== 'openssl-13-early-data');
  expect(earlyTraffic ?? expandLabel(hash, early, 'c e traffic', { context: wholeHello, length })).toEqual(
    expandLabel(hash, early, 'c e traffic', { context: wholeHello, length }),
  );
});

test('pre-shared keys are known for these captures', () => {
  expect(preShared).toEqual([
    'openssl-13-client-certificate-resumed',
    'openssl-13-early-data',
    'openssl-13-external-psk',
    'openssl-13-resumed',
  ]);
});

test('early data is opened as such, before EndOfEarlyData', () => {
  const records = openCapture(capture('openssl-13-early-data'));
  const early = records.filter(({ epoch }) => epoch === 'early');
  expect(early.map(({ type, content }) => [type, Buffer.from(content).toString()])).toEqual([
    [23, 'early ping\n'],
    [22, '\x05\0\0\0'],
  ]);
});

test('a KeyUpdate of each side is followed by data under new keys', () => {
  const messages = messagesOf(openCapture(capture('openssl-13-key-update')));
  expect(messages.filter(({ type }) => type === 24).map(({ from, bytes }) => [from, bytes.at(-1)])).toEqual([
    ['client', 1],
    ['server', 0],
  ]);
});

test('max_fragment_length cuts messages over records of at most 512 octets (RFC 6066 §4)', () => {
  for (const name of ['openssl-12-max-fragment-length', 'openssl-13-max-fragment-length'] as const) {
    const records = openCapture(capture(name)).filter(({ type, from }) => type === 22 && from === 'server');
    expect(Math.max(...records.map(({ content }) => content.length))).toBe(512);
    expect(messagesOf(records).some(({ bytes }) => bytes.length > 512)).toBe(true);
  }
});

test('record padding makes inner plaintexts multiples of 256 octets (RFC 9846 §5.4)', () => {
  const sealed = openCapture(capture('openssl-13-record-padding')).filter(
    ({ from, epoch }) => from === 'server' && epoch !== 'clear',
  );
  expect(sealed.length).toBeGreaterThan(5);
  for (const { record } of sealed) expect((record.length - 5 - 16) % 256).toBe(0);
});

/** Header 4, lifetime 4, age add 4, then the nonce and the ticket. */
function ticketOf(message: Buffer): Buffer {
  const at = 13 + (message[12] as number);
  return message.subarray(at + 2, at + 2 + message.readUInt16BE(at));
}

function pskOf({ resumptionKey, preSharedKey }: Capture): Uint8Array | undefined {
  return resumptionKey ?? preSharedKey?.key;
}

function finishedMac(hash: string, secret: Uint8Array, transcriptHash: Uint8Array): Uint8Array {
  const key = expandLabel(hash, secret, 'finished', { length: transcriptHash.length });
  return new Uint8Array(createHmac(hash, key).update(transcriptHash).digest());
}

function export12(
  one: Capture,
  { parameters }: CapturedHandshake,
  label: string,
  context?: Uint8Array,
): (length: number) => Uint8Array {
  const { clientRandom, serverRandom, suite } = parameters;
  const master = logged(one, 'CLIENT_RANDOM', clientRandom) as Uint8Array;
  const more = context === undefined ? [] : [Uint8Array.of(0, context.length), context];
  return (length) => prf(suite.hash, master, [label, clientRandom, serverRandom, ...more], length);
}

function export13(
  one: Capture,
  { parameters }: CapturedHandshake,
  label: string,
  context?: Uint8Array,
): (length: number) => Uint8Array {
  const { hash } = parameters.suite;
  const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash(hash).update(bytes).digest());
  const master = logged(one, 'EXPORTER_SECRET') as Uint8Array;
  const derived = expandLabel(hash, master, label, {
    context: digest(new Uint8Array(0)),
    length: master.length,
  });
  return (length) =>
    expandLabel(hash, derived, 'exporter', { context: digest(context ?? new Uint8Array(0)), length });
}
