import { node } from '@tlsmith/crypto/node';
import {
  type Bytes,
  type CryptoAsk,
  concat,
  cryptoAnswer,
  drive,
  isSecret,
  type Secret,
  secret,
  sha256,
  suites,
  toHex,
  utf8,
} from '@tlsmith/types';
import { expect, test } from 'vitest';
import * as schedule from './index.ts';

const hashed: Bytes = new Uint8Array(32).fill(4);
const random: Bytes = new Uint8Array(32).fill(5);
const early: schedule.EarlyStage = {
  stage: 'early',
  hash: sha256,
  secret: secret('stage', new Uint8Array(32).fill(3)),
};
const handshake: schedule.HandshakeStage = { ...early, stage: 'handshake' };
const main: schedule.MainStage = { ...early, stage: 'main' };
const traffic = secret('traffic', new Uint8Array(32).fill(6));
const exporter = secret('exporter', new Uint8Array(32).fill(7));
const psk = secret('psk', new Uint8Array(32).fill(8));
const premaster = secret('premaster', new Uint8Array(48).fill(9));
const master = secret('master', new Uint8Array(48).fill(10));
const given: ReadonlySet<Secret> = new Set<Secret>([early.secret, traffic, exporter, psk, premaster, master]);
const suite12 = suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;

const every: Readonly<Record<string, () => schedule.Derivation<unknown>>> = {
  hkdfExtract: () => schedule.hkdfExtract(sha256, traffic, psk),
  hkdfExpand: () => schedule.hkdfExpand(sha256, traffic, hashed, 100),
  hkdfExpandLabel: () => schedule.hkdfExpandLabel(sha256, traffic, 'label', hashed, 100),
  earlySecret: () => schedule.earlySecret(sha256, psk),
  handshakeSecret: () => schedule.handshakeSecret(early, hashed),
  mainSecret: () => schedule.mainSecret(handshake),
  binderKey: () => schedule.binderKey(early, 'external'),
  clientEarlyTrafficSecret: () => schedule.clientEarlyTrafficSecret(early, hashed),
  earlyExporterSecret: () => schedule.earlyExporterSecret(early, hashed),
  clientHandshakeTrafficSecret: () => schedule.clientHandshakeTrafficSecret(handshake, hashed),
  serverHandshakeTrafficSecret: () => schedule.serverHandshakeTrafficSecret(handshake, hashed),
  clientApplicationTrafficSecret: () => schedule.clientApplicationTrafficSecret(main, hashed),
  serverApplicationTrafficSecret: () => schedule.serverApplicationTrafficSecret(main, hashed),
  exporterSecret: () => schedule.exporterSecret(main, hashed),
  resumptionSecret: () => schedule.resumptionSecret(main, hashed),
  ticketPsk: () => schedule.ticketPsk(sha256, psk, Uint8Array.of(1)),
  exporter13: () => schedule.exporter13(sha256, exporter, 'EXPORTER-x', utf8('c'), 100),
  trafficKeys: () => schedule.trafficKeys(suites.TLS_AES_128_GCM_SHA256, traffic),
  nextTrafficSecret: () => schedule.nextTrafficSecret(sha256, traffic),
  quicTrafficKeys: () => schedule.quicTrafficKeys(suites.TLS_AES_128_GCM_SHA256, traffic),
  nextQuicTrafficSecret: () => schedule.nextQuicTrafficSecret(sha256, traffic),
  prf: () => schedule.prf(sha256, master, 'label', hashed, 100),
  masterSecret: () => schedule.masterSecret(sha256, premaster, random, random),
  extendedMasterSecret: () => schedule.extendedMasterSecret(sha256, premaster, hashed),
  keyBlock: () => schedule.keyBlock(suite12, master, random, random),
  exporter12: () => schedule.exporter12(sha256, master, 'EXPORTER-x', concat(random, random), hashed, 100),
  finishedVerifyData13: () => schedule.finishedVerifyData13(sha256, traffic, hashed),
  pskBinder: () => schedule.pskBinder(sha256, early, 'resumption', hashed),
  finishedVerifyData12: () => schedule.finishedVerifyData12(sha256, master, 'client', hashed),
  transcriptHash: () => schedule.transcriptHash(sha256, [{ label: 'client_hello', raw: hashed }]),
  retryTranscript: () => schedule.retryTranscript(sha256, [{ label: 'client_hello', raw: hashed }]),
};
const functions = Object.entries(every);

test('this list holds every function of the package but those that ask nothing', () => {
  const asksNothing = ['append', 'keyLogLine', 'parseKeyLog', 'transcriptBytes', 'truncatedClientHello'];
  const all = Object.entries(schedule).filter(([, value]) => typeof value === 'function');
  expect([...Object.keys(every), ...asksNothing].toSorted()).toEqual(all.map(([name]) => name).toSorted());
});

test.each(functions)('%s: answers that come later give the same result', async (_, work) => {
  const atOnce = drive(work(), cryptoAnswer(node));
  const provider = cryptoAnswer(node);
  const later = await drive(work(), async (ask) => provider(ask as CryptoAsk));
  expect(shown(later)).toEqual(shown(atOnce));
});

test.each(functions)('%s: nothing derived on the way outlives it', (_, work) => {
  const { result, answers, inputs, keys } = watched(work());
  for (const { array, copy } of answers) {
    expect(array === result || isZero(array)).toBe(true);
    expect(inputs.some((input) => Buffer.from(input).includes(toHex(copy), 'hex'))).toBe(false);
  }
  for (const one of given) {
    expect(inputs.some((input) => Buffer.from(input).includes(one.use(toHex), 'hex'))).toBe(false);
  }
  for (const key of keys) expect(() => key.use(toHex)).toThrow('was wiped');
});

test.each(functions)('%s: a failing provider leaves nothing behind', (_, work) => {
  const { count } = watched(work());
  for (let failing = 0; failing < count; failing++) {
    const watch = watcher(failing);
    expect(() => drive(work(), watch.answer)).toThrow('provider is gone');
    for (const { array } of watch.answers) expect(isZero(array)).toBe(true);
    for (const key of watch.keys) expect(() => key.use(toHex)).toThrow('was wiped');
  }
});

const inSteps = functions.filter(([, work]) => watched(work()).count > 1);

test.each(inSteps)('%s: work that is given up between two answers leaves nothing behind', (_, work) => {
  const { count } = watched(work());
  for (let answered = 1; answered < count; answered++) {
    const watch = watcher();
    const running = work();
    let step = running.next();
    for (let i = 0; i < answered; i++) step = running.next(watch.answer(step.value as CryptoAsk));
    expect(step.done).toBe(false);
    expect(running.return(undefined).done).toBe(true);
    for (const { array } of watch.answers) expect(isZero(array)).toBe(true);
    for (const key of watch.keys) expect(() => key.use(toHex)).toThrow('was wiped');
  }
});

function watched(
  work: schedule.Derivation<unknown>,
): Watch & { readonly result: unknown; readonly count: number } {
  const watch = watcher();
  const result: unknown = drive(work, watch.answer);
  return { ...watch, result, count: watch.answers.length + watch.hashes.length };
}

interface Watch {
  /** The very arrays that came back for HMACs, and what they held then. */
  readonly answers: readonly { readonly array: Bytes; readonly copy: Bytes }[];
  readonly hashes: readonly Bytes[];
  /** The very arrays that went out for HMACs. */
  readonly inputs: readonly Bytes[];
  /** Secrets used as keys that the derivation made itself. */
  readonly keys: readonly Secret[];
}

/** Answers from node:crypto until ask number `failing`, keeping what passes through. */
function watcher(failing = Number.POSITIVE_INFINITY): Watch & { answer(ask: CryptoAsk): Bytes } {
  const provider = cryptoAnswer(node);
  const answers: { array: Bytes; copy: Bytes }[] = [];
  const [hashes, inputs, keys]: [Bytes[], Bytes[], Secret[]] = [[], [], []];
  const answer = (ask: CryptoAsk): Bytes => {
    if (answers.length + hashes.length === failing) throw new Error('the provider is gone');
    const array = provider(ask) as Bytes;
    if (ask.ask !== 'hmac') {
      hashes.push(array);
      return array;
    }
    answers.push({ array, copy: array.slice() });
    inputs.push(ask.data);
    if (isSecret(ask.key) && !given.has(ask.key)) keys.push(ask.key);
    return array;
  };
  return { answers, hashes, inputs, keys, answer };
}

function isZero(bytes: Bytes): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Results as text, secrets included. */
function shown(value: unknown): unknown {
  if (isSecret(value)) return value.use(toHex);
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner)]));
}
