import { node } from '@tlsmith/crypto/node';
import {
  type Bytes,
  type CryptoAsk,
  cryptoAnswer,
  drive,
  equal,
  noBytes,
  type Secret,
  secret,
  sha256,
  suites,
  toHex,
} from '@tlsmith/types';
import { type Rfc8448Section, type Rfc8448Step, section } from '@tlsmith/testkit/node';
import { afterAll, expect, test } from 'vitest';
import * as schedule from './index.ts';

const sections: readonly Rfc8448Section[] = [3, 4, 5, 6, 7];
const suite = suites.TLS_AES_128_GCM_SHA256;
const compared = new Map<Rfc8448Section, number>();

afterAll(() => {
  const total = [...compared.values()].reduce((sum, count) => sum + count, 0);
  const each = [...compared].map(([number, count]) => `section ${number}: ${count}`).join(', ');
  console.log(`RFC 8448: ${total} printed values compared (${each})`);
});

test.each(sections)('RFC 8448 section %i: every value of every derivation is ours', (number) => {
  const ours = derive(number);
  const steps = section(number).filter((step) => isDerivation(step) && step.values.length > 0);
  const names = steps.map(nameOf);
  expect([...ours.keys()].sort()).toEqual(names.toSorted());
  let count = 0;
  for (const step of steps) {
    const mine = ours.get(nameOf(step)) ?? {};
    expect(Object.keys(mine).sort(), step.action).toEqual(step.values.map((value) => value.name).toSorted());
    for (const value of step.values) {
      expect(toHex(mine[value.name] as Bytes), `${nameOf(step)}: ${value.name}`).toBe(toHex(value.bytes));
      count++;
    }
  }
  compared.set(number, count);
  expect(count).toBe({ 3: 79, 4: 95, 5: 75, 6: 75, 7: 75 }[number]);
});

test.each(sections)('RFC 8448 section %i: the Finished messages carry our verify_data', (number) => {
  const ours = derive(number);
  for (const actor of ['server', 'client'] as const) {
    const sent = valueOf(stepsOf(number, `${actor}: construct a Finished handshake message`)[0], 'Finished');
    expect(sent.subarray(4)).toEqual(ours.get(`${actor}: calculate finished "tls13 finished"`)?.['finished']);
  }
});

test('RFC 8448 section 4: the ClientHello on the wire ends with our binder', () => {
  const hello = clientHellos(4)[0] as Bytes;
  expect(hello.subarray(-32)).toEqual(derive(4).get('client: calculate PSK binder')?.['finished']);
  expect([...hello.subarray(-35, -32)]).toEqual([0, 33, 32]);
});

test("RFC 8448 section 4: its PSK is the one that section 3's ticket gave", () => {
  const ticket = derive(3).get('server: generate resumption secret "tls13 resumption"');
  expect(derive(4).get('client: extract secret "early"')?.['IKM']).toEqual(ticket?.['expanded']);
});

test('a wiped stage gives nothing any more', () => {
  const early = run(schedule.earlySecret(sha256)).result;
  early.secret.wipe();
  expect(() => run(schedule.handshakeSecret(early, new Uint8Array(32)))).toThrow('was wiped');
});

type Values = Readonly<Record<string, Bytes>>;
type Derived = Map<string, Values>;

/** Derives a section from its two inputs, the PSK and the shared secret, and the messages. */
function derive(number: Rfc8448Section): Derived {
  const all: Derived = new Map();
  const log = transcript(number);
  const psk = number === 4 ? secret('psk', resumptionPsk()) : undefined;
  const actor = psk === undefined ? 'server' : 'client';
  const early = run(schedule.earlySecret(sha256, psk));
  all.set(`${actor}: extract secret "early"`, extraction(early.asks[0]));
  if (psk !== undefined) deriveEarly(all, early.result, log);

  const shared = valueOf(stepsOf(number, 'server: extract secret "handshake"')[0], 'IKM');
  const handshake = run(schedule.handshakeSecret(early.result, shared));
  for (const side of ['server', 'client']) {
    all.set(`${side}: derive secret for handshake "tls13 derived"`, expansion(handshake.asks[1], emptyHash));
  }
  all.set('server: extract secret "handshake"', extraction(handshake.asks[2]));
  const traffic = deriveHandshake(all, handshake.result, log);
  if (number === 4) {
    all.set('client: derive write traffic keys for handshake data', keys(traffic.client));
  } else {
    all.set('server: derive read traffic keys for handshake data', keys(traffic.client));
  }
  const main = run(schedule.mainSecret(handshake.result));
  all.set('server: derive secret for master "tls13 derived"', expansion(main.asks[1], emptyHash));
  all.set('server: extract secret "master"', extraction(main.asks[2]));
  deriveMain(all, main.result, log);
  if (number === 3) deriveTicket(all, main.result, log);
  return all;
}

function deriveEarly(all: Derived, early: schedule.EarlyStage, log: schedule.Transcript): void {
  const prefix = schedule.truncatedClientHello(log[0]?.raw as Bytes, 35);
  const binderHash = node.hash('sha256', prefix) as Bytes;
  const binder = run(schedule.pskBinder(sha256, early, 'resumption', binderHash));
  all.set('client: calculate PSK binder', {
    'ClientHello prefix': prefix,
    'binder hash': binderHash,
    ...expansion(binder.asks.at(-2), noBytes),
    finished: binder.result,
  });
  const hello = hashOf(log, 'client_hello');
  const traffic = run(schedule.clientEarlyTrafficSecret(early, hello));
  all.set('client: derive secret "tls13 c e traffic"', expansion(traffic.asks[0], hello));
  const exporter = run(schedule.earlyExporterSecret(early, hello));
  all.set('client: derive secret "tls13 e exp master"', expansion(exporter.asks[0], hello));
  all.set('client: derive write traffic keys for early application data', keys(traffic.result));
}

function deriveHandshake(
  all: Derived,
  handshake: schedule.HandshakeStage,
  log: schedule.Transcript,
): { client: Secret<'traffic'> } {
  const hello = hashOf(log, 'server_hello');
  const client = run(schedule.clientHandshakeTrafficSecret(handshake, hello));
  const server = run(schedule.serverHandshakeTrafficSecret(handshake, hello));
  all.set('server: derive secret "tls13 c hs traffic"', expansion(client.asks[0], hello));
  all.set('server: derive secret "tls13 s hs traffic"', expansion(server.asks[0], hello));
  all.set('server: derive write traffic keys for handshake data', keys(server.result));
  for (const [actor, base] of [
    ['server', server.result],
    ['client', client.result],
  ] as const) {
    const covered = hashOf(
      log.slice(
        0,
        log.findIndex((entry) => entry.label === `${actor}_finished`),
      ),
    );
    const finished = run(schedule.finishedVerifyData13(sha256, base, covered));
    all.set(`${actor}: calculate finished "tls13 finished"`, {
      ...expansion(finished.asks[0], noBytes),
      finished: finished.result,
    });
  }
  return { client: client.result };
}

function deriveMain(all: Derived, main: schedule.MainStage, log: schedule.Transcript): void {
  const server = hashOf(log, 'server_finished');
  const writeKeys = 'derive write traffic keys for application data';
  const clientTraffic = run(schedule.clientApplicationTrafficSecret(main, server));
  const serverTraffic = run(schedule.serverApplicationTrafficSecret(main, server));
  all.set('server: derive secret "tls13 c ap traffic"', expansion(clientTraffic.asks[0], server));
  all.set('server: derive secret "tls13 s ap traffic"', expansion(serverTraffic.asks[0], server));
  all.set(`client: ${writeKeys}`, keys(clientTraffic.result));
  all.set(`server: ${writeKeys}`, keys(serverTraffic.result));
  const exporter = run(schedule.exporterSecret(main, server));
  all.set('server: derive secret "tls13 exp master"', expansion(exporter.asks[0], server));
  const client = hashOf(log, 'client_finished');
  const resumption = run(schedule.resumptionSecret(main, client));
  all.set('client: derive secret "tls13 res master"', expansion(resumption.asks[0], client));
}

function deriveTicket(all: Derived, main: schedule.MainStage, log: schedule.Transcript): void {
  // The ticket of section 3 has the nonce 00 00, after header, lifetime, age_add and its own length.
  const nonce = valueOf(
    stepsOf(3, 'server: construct a NewSessionTicket handshake message')[0],
    'NewSessionTicket',
  ).slice(13, 15);
  const resumption = run(schedule.resumptionSecret(main, hashOf(log, 'client_finished'))).result;
  const psk = run(schedule.ticketPsk(sha256, resumption, nonce));
  all.set('server: generate resumption secret "tls13 resumption"', expansion(psk.asks[0], nonce));
}

function keys(traffic: Secret<'traffic'>): Values {
  const { result, asks } = run(schedule.trafficKeys(suite, traffic));
  const iv = expansion(
    asks.find((ask) => equal(ask.answer.subarray(0, 12), result.iv)),
    noBytes,
  );
  const key = expansion(
    asks.find((ask) => !equal(ask.answer.subarray(0, 12), result.iv)),
    noBytes,
  );
  return {
    PRK: key['PRK'] as Bytes,
    'key info': key['info'] as Bytes,
    'key expanded': result.key.use((bytes) => bytes.slice()),
    'iv info': iv['info'] as Bytes,
    'iv expanded': result.iv,
  };
}

/** What the RFC prints of an HKDF-Extract, read off the HMAC that it is. */
function extraction(asked: Asked | undefined): Values {
  if (asked === undefined) throw new Error('no HMAC was asked for');
  return { salt: asked.key, IKM: asked.data, secret: asked.answer };
}

/** What the RFC prints of an HKDF-Expand of one block: HMAC(PRK, info || 1). */
function expansion(asked: Asked | undefined, context: Bytes): Values {
  if (asked?.data.at(-1) !== 1) throw new Error('no HKDF-Expand was asked for');
  return { PRK: asked.key, hash: context, info: asked.data.slice(0, -1), expanded: asked.answer };
}

interface Asked {
  readonly key: Bytes;
  readonly data: Bytes;
  readonly answer: Bytes;
}

/** Runs work and keeps copies of what it asked and was answered; a hash is an ask without a key. */
function run<T>(work: schedule.Derivation<T>): { result: T; asks: readonly Asked[] } {
  const asks: Asked[] = [];
  const provider = cryptoAnswer(node);
  const answer = (ask: CryptoAsk): Bytes => {
    const answered = provider(ask) as Bytes;
    if (ask.ask !== 'hash' && ask.ask !== 'hmac') throw new Error(`unexpected ask ${ask.ask}`);
    const key = ask.ask === 'hash' ? noBytes : bytesOf(ask.key);
    asks.push({ key, data: ask.data.slice(), answer: answered.slice() });
    return answered;
  };
  return { result: drive(work, answer) as T, asks };
}

function bytesOf(value: Secret | Bytes): Bytes {
  return value instanceof Uint8Array ? value.slice() : value.use((bytes) => bytes.slice());
}

const emptyHash: Bytes = node.hash('sha256', noBytes) as Bytes;

function hashOf(log: schedule.Transcript, upTo?: schedule.TranscriptLabel): Bytes {
  return run(schedule.transcriptHash(sha256, log, upTo)).result;
}

/** The handshake messages of a section as they were sent, ClientHello1 rewritten after a HelloRetryRequest. */
function transcript(number: Rfc8448Section): schedule.Transcript {
  let log: schedule.Transcript = [];
  const hellos = clientHellos(number);
  for (const { actor, action, values } of section(number)) {
    const message = /^construct an? (\w+) handshake message$/.exec(action)?.[1];
    if (message === undefined || message === 'NewSessionTicket') continue;
    const retry = number === 5 && message === 'ServerHello' && log.length === 1;
    const raw = message === 'ClientHello' ? (hellos.shift() as Bytes) : (values[0]?.bytes as Bytes);
    log = schedule.append(log, retry ? 'hello_retry_request' : labelOf(message, actor), raw);
    if (retry) log = run(schedule.retryTranscript(sha256, log)).result;
  }
  return log;
}

/** From the records: section 4 constructs its ClientHello without the binders. */
function clientHellos(number: Rfc8448Section): Bytes[] {
  return stepsOf(number, 'client: send handshake record')
    .map((step) => valueOf(step, 'payload'))
    .filter((payload) => payload[0] === 1);
}

function labelOf(message: string, actor: 'client' | 'server'): schedule.TranscriptLabel {
  const snake = message.replace(/\B[A-Z]/g, '_$&').toLowerCase();
  const sided = ['certificate', 'certificate_verify', 'finished'].includes(snake);
  return (sided ? `${actor}_${snake}` : snake) as schedule.TranscriptLabel;
}

function resumptionPsk(): Bytes {
  return derive(3).get('server: generate resumption secret "tls13 resumption"')?.['expanded'] as Bytes;
}

function isDerivation(step: Rfc8448Step): boolean {
  return /^(extract|derive|calculate|generate) /.test(step.action);
}

function nameOf(step: Rfc8448Step): string {
  return `${step.actor}: ${step.action}`;
}

function stepsOf(number: Rfc8448Section, name: string): readonly Rfc8448Step[] {
  return section(number).filter((step) => nameOf(step) === name);
}

function valueOf(step: Rfc8448Step | undefined, name: string): Bytes {
  const value = step?.values.find((one) => one.name === name);
  if (value === undefined) throw new Error(`${step?.action ?? 'a missing step'} has no ${name}`);
  return value.bytes;
}
