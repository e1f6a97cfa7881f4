import {
  type ClientHello,
  cookie,
  earlyData,
  type ExtensionList,
  helloRetryRequestRandom,
  keyShare,
  message13,
  padding,
  preSharedKey,
  rawExtension,
  readExtension,
  supportedVersions,
} from '@tlsmith/codec';
import { append, retryTranscript } from '@tlsmith/key-schedule';
import {
  type Bytes,
  type CipherSuite13,
  equal,
  protocolVersion,
  violation,
  violations,
} from '@tlsmith/types';
import { type Effect, send, sendChangeCipherSpec, tolerateChangeCipherSpec } from '../effect.ts';
import type { ServerPolicy } from '../policy.ts';
import type { ClientOffer } from '../server/offer.ts';
import { go, type Landing } from '../server/states.ts';
import type { Candidates } from './narrow.ts';

/** Asks for a share in a group that both sides have (RFC 9846 §4.2.4). */
export function* retry(
  offer: ClientOffer,
  { suites, group }: Candidates,
  raw: Bytes,
  policy: ServerPolicy,
): Landing<'server13/wait-second-client-hello'> {
  const suite = suites[0] as CipherSuite13;
  const listed = [
    rawExtension(supportedVersions, 'hello_retry_request', protocolVersion.tls13),
    rawExtension(keyShare, 'hello_retry_request', group.code),
  ];
  const request = message13('hello_retry_request', {
    legacyVersion: protocolVersion.tls12,
    random: helloRetryRequestRandom,
    legacySessionIdEcho: offer.hello.legacySessionId,
    cipherSuite: suite.code,
    legacyCompressionMethod: 0,
    extensions: policy.arrange?.('hello_retry_request', listed) ?? listed,
  });
  const rewritten = yield* retryTranscript(suite.hash, append([], 'client_hello', raw));
  const facts = {
    first: offer.hello,
    suite,
    group,
    cookie: readExtension(request.body.extensions, cookie, 'hello_retry_request'),
    log: append(rewritten, 'hello_retry_request', request.raw),
  };
  return go(
    'server13/wait-second-client-hello',
    facts,
    send(request),
    ...(offer.hello.legacySessionId.length > 0 ? [sendChangeCipherSpec] : []),
    tolerateChangeCipherSpec(true),
    ...skipEarlyData(offer, policy),
  );
}

/** 0-RTT data that comes although we take none is skipped, up to a limit (RFC 9846 §4.3.10). */
export function skipEarlyData(offer: ClientOffer, policy: ServerPolicy): readonly Effect[] {
  return offer.earlyData ? [{ effect: 'skip-early-data', bytes: policy.limits.skippedEarlyData }] : [];
}

// What may differ between the two hellos (RFC 9846 §4.2.2).
const mayChange: ReadonlySet<number> = new Set(
  [keyShare, earlyData, cookie, preSharedKey, padding].map(({ type }) => type),
);

/**
 * The second hello, known to be the first but for what may change.
 *
 * @throws {TlsViolation} `second-hello-changed`.
 */
export function sameHello(first: ClientHello, second: ClientHello): ClientHello {
  const fields =
    first.legacyVersion === second.legacyVersion &&
    equal(first.random, second.random) &&
    equal(first.legacySessionId, second.legacySessionId) &&
    equal(Uint8Array.from(first.legacyCompressionMethods), second.legacyCompressionMethods) &&
    first.cipherSuites.join() === second.cipherSuites.join();
  if (!fields) throw violation(violations.secondHelloChanged, { field: 'hello' });
  const before = fixedExtensions(first.extensions);
  const after = fixedExtensions(second.extensions);
  const same = before.every(({ type, body }, i) => after[i]?.type === type && equal(body, after[i].body));
  if (!same || before.length !== after.length)
    throw violation(violations.secondHelloChanged, { field: 'extensions' });
  if (second.extensions?.some(({ type }) => type === earlyData.type) === true) {
    throw violation(violations.secondHelloChanged, { field: 'early_data' });
  }
  return second;
}

const fixedExtensions = (extensions: ExtensionList | undefined): ExtensionList =>
  (extensions ?? []).filter(({ type }) => !mayChange.has(type));
