import {
  applicationLayerProtocolNegotiation,
  bindersLength,
  type ClientHello,
  cookie,
  type ExtensionList,
  ecPointFormats,
  extendedMainSecret,
  hostNameList,
  keyShare,
  type KeyShareEntry,
  type MessageOf,
  message13,
  preSharedKey,
  protocolName,
  pskKeyExchangeMode,
  pskKeyExchangeModes,
  rawExtension,
  renegotiationInfo,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  statusRequest,
  supportedGroups,
  supportedVersions,
} from '@tlsmith/codec';
import {
  pskBinder,
  type Transcript,
  transcriptBytes,
  truncatedClientHello,
  type EarlyStage,
} from '@tlsmith/key-schedule';
import {
  type Bytes,
  type ClientSession,
  concat,
  hash,
  type NamedGroup,
  noBytes,
  protocolVersion,
} from '@tlsmith/types';
import type { Work } from '../ask.ts';
import { type ClientPolicy, suites12, suites13 } from '../policy.ts';

/** What differs between two hellos of one policy. */
export interface HelloFacts {
  readonly random: Bytes;
  readonly sessionId: Bytes;
  readonly shares: readonly KeyShareEntry[];
  readonly cookie: Bytes | undefined;
  /** What extension modules say: the same in both hellos. */
  readonly modules: ExtensionList;
  readonly session: ClientSession | undefined;
  /** Early secret of the session's PSK; undefined where no PSK is offered. */
  readonly early: EarlyStage | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What the binder covers besides the hello: message_hash and HelloRetryRequest. */
  readonly log: Transcript;
}

/** A finished ClientHello (RFC 9846 §4.2.2). */
export function* clientHello(
  policy: ClientPolicy,
  facts: HelloFacts,
): Work<MessageOf<{ client_hello: ClientHello }>> {
  const listed = [...extensionsOf(policy, facts), ...pskPlaceholder(facts)];
  const hello = message13('client_hello', {
    legacyVersion: protocolVersion.tls12,
    random: facts.random,
    legacySessionId: facts.sessionId,
    cipherSuites: [...suites13(policy), ...suites12(policy)].map((suite) => suite.code),
    legacyCompressionMethods: new Uint8Array(1),
    extensions: policy.arrange?.('client_hello', listed) ?? listed,
  });
  return yield* withBinder(hello, facts);
}

/** The obfuscated age of a ticket: milliseconds since it came, plus its secret offset (RFC 9846 §4.3.11.1). */
function obfuscatedAge(session: Extract<ClientSession, { version: 'tls13' }>, now: number): number {
  return (Math.max(0, now - session.receivedAt) + session.ticketAgeAdd) % 2 ** 32;
}

// Order: what a middlebox looks at first, then by age of the extension; pre_shared_key has to be last (RFC 9846 §4.3.11).
function extensionsOf(policy: ClientPolicy, facts: HelloFacts): ExtensionList {
  const groups = usableGroups(policy).map(({ code }) => code);
  const protocols = policy.alpn.map(protocolName.bytes);
  return [
    ...(policy.serverName === undefined
      ? []
      : [rawExtension(serverName, 'client_hello', hostNameList(policy.serverName))]),
    ...(policy.certificateStatus === true ? [rawExtension(statusRequest, 'client_hello', anyStatus)] : []),
    ...legacyExtensions(policy, facts),
    ...(groups.length === 0 ? [] : [rawExtension(supportedGroups, 'client_hello', groups)]),
    rawExtension(
      signatureAlgorithms,
      'client_hello',
      policy.schemes.map((scheme) => scheme.code),
    ),
    ...(protocols.length === 0
      ? []
      : [rawExtension(applicationLayerProtocolNegotiation, 'client_hello', protocols)]),
    ...modernExtensions(policy, facts),
    ...facts.modules,
  ];
}

/** An OCSP response of whichever responder the server trusts (RFC 6066 §8). */
const anyStatus = { tag: 1, body: { responderIdList: [], requestExtensions: noBytes } };

/** We have to be able to use what we list (RFC 9846 §9.3). */
const usableGroups = ({ groups, versions }: ClientPolicy): readonly NamedGroup[] =>
  groups.filter((group) => group.versions.some((version) => versions.includes(version)));

/** What TLS 1.2 needs and TLS 1.3 ignores. */
function legacyExtensions(policy: ClientPolicy, { session }: HelloFacts): ExtensionList {
  if (!policy.versions.includes('tls12')) return [];
  const ticket = session?.version === 'tls12' ? (session.ticket ?? noBytes) : noBytes;
  return [
    rawExtension(extendedMainSecret, 'client_hello', true),
    rawExtension(renegotiationInfo, 'client_hello', noBytes),
    rawExtension(ecPointFormats, 'client_hello', [0]),
    ...(policy.resumption ? [rawExtension(sessionTicket, 'client_hello', ticket)] : []),
  ];
}

/** What TLS 1.3 needs. */
function modernExtensions(policy: ClientPolicy, facts: HelloFacts): ExtensionList {
  if (!policy.versions.includes('tls13')) return [];
  return [
    rawExtension(
      supportedVersions,
      'client_hello',
      policy.versions.map((version) => protocolVersion[version]),
    ),
    ...(facts.cookie === undefined ? [] : [rawExtension(cookie, 'client_hello', facts.cookie)]),
    ...(policy.resumption
      ? [rawExtension(pskKeyExchangeModes, 'client_hello', [pskKeyExchangeMode.psk_dhe_ke])]
      : []),
    rawExtension(keyShare, 'client_hello', facts.shares),
  ];
}

/** pre_shared_key with a binder of zeros, whose place is filled when the rest is known. */
function pskPlaceholder({ session, early, now }: HelloFacts): ExtensionList {
  if (session?.version !== 'tls13' || early === undefined) return [];
  const identity = { identity: session.ticket, obfuscatedTicketAge: obfuscatedAge(session, now) };
  const binders = [new Uint8Array(early.hash.length)];
  return [rawExtension(preSharedKey, 'client_hello', { identities: [identity], binders })];
}

/** Replaces the binder of zeros by the binder over the hello before it (RFC 9846 §4.3.11.2). */
function* withBinder(
  hello: MessageOf<{ client_hello: ClientHello }>,
  { early, log }: HelloFacts,
): Work<MessageOf<{ client_hello: ClientHello }>> {
  if (early === undefined) return hello;
  const truncated = truncatedClientHello(hello.raw, bindersLength([{ length: early.hash.length }]));
  const covered = yield* hash(early.hash.name, concat(transcriptBytes(log), truncated));
  const binder = yield* pskBinder(early.hash, early, 'resumption', covered);
  const extensions = hello.body.extensions ?? [];
  const last = extensions.at(-1) as ExtensionList[number];
  const body = concat(last.body.subarray(0, last.body.length - binder.length), binder);
  return message13('client_hello', {
    ...hello.body,
    extensions: [...extensions.slice(0, -1), { type: last.type, body }],
  });
}
