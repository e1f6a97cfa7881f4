import { ClientHello, decode } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import { type DirectionKeys, keyBlock, nextTrafficSecret, trafficKeys } from '@tlsmith/key-schedule';
import {
  type AeadAlgorithm,
  type Bytes,
  type CipherSuite,
  type CipherSuite12,
  type CipherSuite13,
  compute,
  concat,
  type Epoch,
  equal,
  fromHex,
  isTlsViolation,
  type Secret,
  secret,
  suites,
} from '@tlsmith/types';
import {
  type Capture,
  type CaptureName,
  capture,
  captureNames,
  hellos,
  openCapture,
  stream,
} from '@tlsmith/testkit/node';
import { afterAll, expect, test } from 'vitest';
import { contentType, type OpenedRecord, protect, RecordChannel, Sealer } from './index.ts';
import { moreSuites } from './more-suites.test-support.ts';

// Connections between programs that are not ours, read with their key logs by channels that install keys as a
// handshake would. An opener that shares no code with this package says what every record holds.

type Side = 'client' | 'server';

const tally = { captures: 0, clear: 0, opened: 0, applicationBytes: 0, resealed: 0, sealedOtherwise: 0 };
const suitesSeen = new Set<string>();
const leftOut: string[] = [];

afterAll(() => {
  const counts = Object.entries(tally).map(([name, count]) => `${name} ${count}`);
  console.log(
    `Captures: ${counts.join(', ')}; ${suitesSeen.size} suites: ${[...suitesSeen].sort().join(' ')}`,
  );
  console.log(`Left out: ${leftOut.join('; ')}`);
});

/** Captures that a record layer for AEADs has no business with. */
const excluded: { readonly [name in CaptureName]?: string } = {
  'openssl-12-cbc-encrypt-then-mac': 'CBC',
  'openssl-12-cbc-mac-then-encrypt': 'CBC',
};

test.each(captureNames)('%s: every record opens to what an independent opener finds', (name) => {
  const reason = excluded[name];
  if (reason !== undefined) {
    leftOut.push(`${name} (${reason})`);
    expect(() => new Reading(capture(name))).toThrow('no suite');
    return;
  }
  const one = capture(name);
  const reading = new Reading(one);
  const expected = openCapture(one).filter(({ type }) => !(reading.version === 'tls13' && type === 20));
  if (name === 'openssl-12-renegotiation') {
    // Everything up to the second ChangeCipherSpec, which is refused.
    const error = thrownBy(() => reading.readAll());
    expect(isTlsViolation(error) && error.code).toBe('unexpected-change-cipher-spec');
    expect(reading.records.length).toBeGreaterThan(10);
    expected.length = reading.records.length;
  } else {
    reading.readAll();
    for (const side of ['client', 'server'] as const) {
      expect(reading.channels[side].pendingInput, 'bytes left').toBe(0);
    }
  }
  expect(reading.records.length).toBe(expected.length);
  expect(reading.wronglySealed).toEqual([]);
  for (const [i, theirs] of expected.entries()) {
    const ours = reading.records[i] as (typeof reading.records)[number];
    expect([ours.from, contentType[ours.record.type]], `record ${i}`).toEqual([theirs.from, theirs.type]);
    expect(equal(ours.record.content, theirs.content), `content of record ${i}`).toBe(true);
    if (ours.record.epoch === 'initial') tally.clear++;
    else tally.opened++;
    if (ours.record.type === 'application_data') tally.applicationBytes += ours.record.content.length;
  }
  tally.captures++;
});

/** Both directions of a capture, each read by the channel of its receiver. */
class Reading {
  readonly version: 'tls12' | 'tls13' | undefined;
  readonly records: { readonly from: Side; readonly record: OpenedRecord }[] = [];
  /** Records whose bytes our sealer does not make. */
  readonly wronglySealed: number[] = [];
  /** By sender. */
  readonly channels: Record<Side, RecordChannel> = {
    client: new RecordChannel({ role: 'server' }),
    server: new RecordChannel({ role: 'client' }),
  };
  readonly #capture: Capture;
  readonly #suite: CipherSuite | undefined;
  readonly #randoms: readonly [Bytes, Bytes];
  readonly #messages: Record<Side, Bytes> = { client: new Uint8Array(0), server: new Uint8Array(0) };
  readonly #sealers: Partial<Record<Side, Sealer>> = {};
  readonly #traffic: Partial<Record<Side, Secret<'traffic'>>> = {};
  readonly #streams: Record<Side, Bytes>;
  readonly #consumed: Record<Side, number> = { client: 0, server: 0 };

  constructor(one: Capture) {
    this.#capture = one;
    this.#streams = { client: stream(one, 'client'), server: stream(one, 'server') };
    const sent = hellos([one.name]);
    const clientHello = sent.find(({ type }) => type === 1)?.bytes as Bytes;
    const serverHello = sent.findLast(({ type }) => type === 2)?.bytes;
    this.#randoms = [clientHello.slice(6, 38), serverHello?.slice(6, 38) ?? new Uint8Array(32)];
    if (serverHello === undefined) return;
    this.#suite = suiteOf(serverHello);
    this.version = this.#suite.version;
    suitesSeen.add(this.#suite.name);
    for (const from of ['client', 'server'] as const) {
      this.channels[from].onRecord = ({ length }) => (this.#consumed[from] += length);
    }
  }

  readAll(): void {
    for (const { from, bytes } of this.#capture.flow) {
      const channel = this.channels[from];
      channel.feed(bytes);
      for (let record = channel.next(); record !== undefined; record = channel.next()) {
        this.records.push({ from, record });
        if (record.epoch !== 'initial') this.#sealAgain(from, record);
        if (record.type === 'change_cipher_spec') this.#installKeyBlock(from);
        if (record.type === 'handshake') this.#collect(from, record.content);
      }
    }
  }

  /** AEADs are deterministic, so our sealer has to make the very bytes that were captured. */
  #sealAgain(from: Side, { type, content, padding, length }: OpenedRecord): void {
    const sealer = this.#sealers[from] as Sealer;
    const captured = this.#streams[from].slice(this.#consumed[from] - length, this.#consumed[from]);
    const sealed = new Uint8Array(length);
    sealer.seal(type, content, sealed, padding);
    if (this.#suite?.version === 'tls12' && this.#suite.recordIvLength > 0) {
      // Where the sender counts from a random explicit nonce the bytes differ, and rightly so.
      if (!equal(sealed.subarray(5, 13), captured.subarray(5, 13))) {
        tally.sealedOtherwise++;
        return;
      }
    }
    if (equal(sealed, captured)) tally.resealed++;
    else this.wronglySealed.push(this.records.length - 1);
  }

  #collect(from: Side, content: Bytes): void {
    let pending = concat(this.#messages[from], content);
    while (pending.length >= 4) {
      const end =
        4 + (((pending[1] as number) << 16) | ((pending[2] as number) << 8) | (pending[3] as number));
      if (pending.length < end) break;
      this.#onMessage(from, pending.subarray(0, end));
      pending = pending.slice(end);
    }
    this.#messages[from] = pending;
  }

  #onMessage(from: Side, message: Bytes): void {
    const type = message[0];
    const epoch = this.channels[from].readEpoch;
    if (type === 1) this.#onClientHello(decode(ClientHello, message.subarray(4)));
    if (type === 2) this.#onServerHello(message);
    if (this.version !== 'tls13') return;
    if (type === 5) this.#installTraffic(from, 'handshake');
    if (type === 20 && epoch === 'handshake') {
      this.#installTraffic(from, 'application');
      this.channels[from].tolerateChangeCipherSpec(false);
    }
    if (type === 24) this.#updateKeys(from);
  }

  #onClientHello({ extensions }: ClientHello): void {
    for (const channel of Object.values(this.channels)) channel.tolerateChangeCipherSpec(true);
    // Some programs log the early secret although they send no early data: extension 42 tells.
    if (extensions?.some(({ type }) => type === 42)) this.#installTraffic('client', 'early');
  }

  #onServerHello(message: Bytes): void {
    for (const channel of Object.values(this.channels)) channel.setVersion(this.version);
    if (this.version === 'tls12' || equal(message.subarray(6, 38), helloRetryRequest)) return;
    this.#installTraffic('server', 'handshake');
    // After accepted early data the client changes with EndOfEarlyData.
    if (this.channels.client.readEpoch === 'initial') this.#installTraffic('client', 'handshake');
  }

  #installTraffic(from: Side, epoch: 'early' | 'handshake' | 'application'): void {
    const label = {
      early: 'EARLY_TRAFFIC_SECRET',
      handshake: 'HANDSHAKE_TRAFFIC_SECRET',
      application: 'TRAFFIC_SECRET_0',
    };
    const logged = this.#logged(`${from.toUpperCase()}_${label[epoch]}`);
    if (logged === undefined) throw new Error(`no secret of the ${from} for ${epoch}`);
    this.#useTraffic(from, epoch, secret('traffic', logged));
  }

  #updateKeys(from: Side): void {
    const { hash } = this.#suite as CipherSuite;
    this.#useTraffic(
      from,
      'application',
      compute(node, nextTrafficSecret(hash, this.#traffic[from] as Secret<'traffic'>)),
    );
  }

  #useTraffic(from: Side, epoch: Epoch, traffic: Secret<'traffic'>): void {
    this.#traffic[from] = traffic;
    this.#install(from, epoch, compute(node, trafficKeys(this.#suite as CipherSuite13, traffic)));
  }

  #installKeyBlock(from: Side): void {
    const master = secret('master', this.#logged('CLIENT_RANDOM') as Bytes);
    const keys = compute(node, keyBlock(this.#suite as CipherSuite12, master, ...this.#randoms));
    this.#install(from, 'application', keys[from]);
  }

  #install(from: Side, epoch: Epoch, { key, iv }: DirectionKeys): void {
    const suite = this.#suite as CipherSuite;
    const aead =
      suite.aead.implementation ?? (node.aeads as Readonly<Record<string, AeadAlgorithm>>)[suite.aead.name];
    this.channels[from].installRead(epoch, protect(suite, aead as AeadAlgorithm, key, iv));
    this.#sealers[from] = new Sealer(protect(suite, aead as AeadAlgorithm, key, iv));
  }

  #logged(label: string): Bytes | undefined {
    const line = this.#capture.keylog.find((entry) => entry.startsWith(`${label} `));
    return line === undefined ? undefined : fromHex(line.split(' ')[2] as string);
  }
}

// RFC 9846 §4.2.4.
const helloRetryRequest = fromHex('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c');

function suiteOf(serverHello: Bytes): CipherSuite {
  const at = 39 + (serverHello[38] as number);
  const code = ((serverHello[at] as number) << 8) | (serverHello[at + 1] as number);
  const found = [...Object.values(suites), ...moreSuites].find((suite) => suite.code === code);
  if (found === undefined) throw new Error(`no suite ${code.toString(16)}`);
  return found;
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
