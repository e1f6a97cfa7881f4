import {
  type Bytes,
  concat,
  equal,
  hash,
  type HashAsk,
  isCertificateRejected,
  uint,
  verify,
  type VerifyAsk,
  type Work,
} from '@tlsmith/types';
import type { Certificate } from './certificate.ts';
import type { ExtensionOf } from './extension-list.ts';
import {
  certificateScts,
  ocspScts,
  readSctList,
  type SctItem,
  type SctSource,
  type SignedCertificateTimestamp,
} from './sct.ts';
import { precertificateTbs } from './sct-entry.ts';
import type { TransparencyLog } from './transparency-log.ts';
import type { TransparencyPolicy } from './transparency-policy.ts';
import type { VerifiedChain } from './verify.ts';

/** What to check about the publication of a certificate. */
export interface TransparencyRequest {
  /** The leaf and its issuer are taken from it. */
  readonly chain: VerifiedChain;
  readonly logs: readonly TransparencyLog[];
  readonly policy: TransparencyPolicy;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly at: number;
  /** The content of the TLS extension signed_certificate_timestamp, where the peer sent one. */
  readonly tls?: Bytes;
  /** The singleExtensions of a verified OCSP response about the leaf. */
  readonly ocsp?: readonly ExtensionOf<unknown>[];
}

/** What came of one timestamp. */
export type SctVerdict =
  | 'counts'
  | 'unknown-version'
  | 'unknown-log'
  | 'from-the-future'
  | 'log-not-usable'
  | 'not-of-this-log'
  | 'bad-signature';

/** One timestamp with its verdict. */
export interface CheckedSct {
  readonly source: SctSource;
  readonly sct: SctItem;
  readonly log: TransparencyLog | undefined;
  readonly verdict: SctVerdict;
  /** One sentence for a person. */
  readonly reason: string;
}

/** Whether enough logs have promised to publish a certificate, and why. */
export interface Transparency {
  readonly isCompliant: boolean;
  readonly scts: readonly CheckedSct[];
  /** Why it is not compliant; lists that cannot be read are told in either case. */
  readonly reasons: readonly string[];
}

/**
 * Checks that a certificate is in public logs as far as timestamps can show it (RFC 6962 §5.2): signatures, times and
 * the caller's policy. The timestamps of each way count by themselves. That a log kept its promise is not looked up.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { compute } from '@tlsmith/types';
 * import { browserTransparencyPolicy, checkTransparency, type TransparencyLog, type VerifiedChain } from '@tlsmith/x509';
 * const isPublic = (chain: VerifiedChain, logs: TransparencyLog[]) =>
 *   compute(node, checkTransparency({ chain, logs, policy: browserTransparencyPolicy, at: Date.now() })).isCompliant;
 * ```
 */
export function* checkTransparency(request: TransparencyRequest): Work<Transparency, VerifyAsk | HashAsk> {
  const { chain } = request;
  const scts: CheckedSct[] = [];
  const faults: string[] = [];
  const issuer = chain.path[1]?.publicKey.spki ?? chain.anchor.publicKey.spki;
  const issuerKeyHash = yield* hash('sha256', issuer);
  for (const [source, read] of sourcesOf(request)) {
    const items = attempt(read);
    if (items === undefined) faults.push(`${where[source]}: the list of timestamps cannot be read.`);
    const entry =
      source === 'certificate' ? precertificateEntry(chain.leaf, issuerKeyHash) : finalEntry(chain.leaf);
    for (const sct of items ?? []) scts.push(yield* checked(sct, { source, entry, request }));
  }
  const { isCompliant, reasons } = judged(scts, request);
  return { isCompliant, scts, reasons: [...faults, ...reasons] };
}

const where: Readonly<Record<SctSource, string>> = {
  certificate: 'In the certificate',
  tls: 'In the TLS extension',
  ocsp: 'In the OCSP response',
};

type Source = readonly [SctSource, () => readonly SctItem[]];

function sourcesOf({ chain, tls, ocsp }: TransparencyRequest): readonly Source[] {
  const sources: readonly Source[] = [
    ['certificate', () => certificateScts(chain.leaf)],
    ['tls', () => (tls === undefined ? [] : readSctList(tls))],
    ['ocsp', () => ocspScts(ocsp ?? [])],
  ];
  return sources;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCertificateRejected(error)) return undefined;
    throw error;
  }
}

// entry_type and signed_entry (RFC 6962 §3.2): a precertificate for what the certificate itself holds.
function precertificateEntry(leaf: Certificate, issuerKeyHash: Bytes): Bytes {
  const tbs = precertificateTbs(leaf);
  return concat(uint(1, 2), issuerKeyHash, uint(tbs.length, 3), tbs);
}

function finalEntry({ der }: Certificate): Bytes {
  return concat(uint(0, 2), uint(der.length, 3), der);
}

interface Context {
  readonly source: SctSource;
  readonly entry: Bytes;
  readonly request: TransparencyRequest;
}

function* checked(sct: SctItem, { source, entry, request }: Context): Work<CheckedSct, VerifyAsk> {
  const log = request.logs.find(({ id }) => sct.logId !== undefined && equal(id, sct.logId));
  const of = { source, sct, log };
  if (sct.logId === undefined) {
    return {
      ...of,
      verdict: 'unknown-version',
      reason: `A timestamp of version ${sct.version + 1} is passed over.`,
    };
  }
  if (log === undefined) return { ...of, verdict: 'unknown-log', reason: 'No log of the list has this key.' };
  const refused = untimely(sct, log, request);
  if (refused !== undefined) return { ...of, ...refused };
  return (yield* isSigned(sct, log, entry))
    ? { ...of, verdict: 'counts', reason: `${log.name} promised to publish the certificate.` }
    : { ...of, verdict: 'bad-signature', reason: `${log.name} did not sign this certificate.` };
}

function untimely(
  { timestamp }: SignedCertificateTimestamp,
  { name, windows: { usableFrom = 0, endsAt = Number.POSITIVE_INFINITY, notAfter } }: TransparencyLog,
  { at, chain }: TransparencyRequest,
): Pick<CheckedSct, 'verdict' | 'reason'> | undefined {
  if (timestamp > at) return { verdict: 'from-the-future', reason: 'The timestamp lies in the future.' };
  if (timestamp < usableFrom || timestamp >= endsAt) {
    return { verdict: 'log-not-usable', reason: `${name} did not count at the time of the timestamp.` };
  }
  const [from, until] = notAfter ?? [0, Number.POSITIVE_INFINITY];
  const { notAfter: ends } = chain.leaf;
  if (ends >= from && ends < until) return undefined;
  return { verdict: 'not-of-this-log', reason: `${name} is for certificates that end at another time.` };
}

// RFC 6962 §3.2 for what is signed, §2.1.4 for the two algorithms, both with SHA-256 (4).
function* isSigned(
  { timestamp, extensions, signature, ...sct }: SignedCertificateTimestamp,
  { key }: TransparencyLog,
  entry: Bytes,
): Work<boolean, VerifyAsk> {
  const isRsa = key.type === 'rsa';
  if (sct.hash !== 4 || sct.signatureAlgorithm !== (isRsa ? 1 : 3)) return false;
  const time = concat(uint(Math.floor(timestamp / 2 ** 32), 4), uint(timestamp % 2 ** 32, 4));
  const version1 = 0;
  const certificateTimestamp = 0;
  const kind = Uint8Array.of(version1, certificateTimestamp);
  const content = concat(kind, time, entry, uint(extensions.length, 2), extensions);
  return yield* verify(isRsa ? 'rsa-pkcs1-sha256' : 'ecdsa-sha256', key, content, signature);
}

function judged(
  scts: readonly CheckedSct[],
  { chain, policy }: TransparencyRequest,
): Pick<Transparency, 'isCompliant' | 'reasons'> {
  if (scts.length === 0) return { isCompliant: false, reasons: ['There is no timestamp at all.'] };
  const { notBefore, notAfter } = chain.leaf;
  const reasons: string[] = [];
  for (const source of new Set(scts.map((one) => one.source))) {
    const logs = new Set(scts.flatMap((one) => (counts(one, source) ? [one.log as TransparencyLog] : [])));
    const operators = new Set([...logs].map(({ operator }) => operator)).size;
    const wanted = policy.logs(source, notAfter - notBefore + 1000);
    const isAlive = [...logs].some(({ windows }) => windows.isRetired !== true);
    if (logs.size >= wanted && operators >= policy.operators && isAlive)
      return { isCompliant: true, reasons: [] };
    reasons.push(`${where[source]}: ${shortcoming({ logs: logs.size, wanted, operators, isAlive }, policy)}`);
  }
  return { isCompliant: false, reasons };
}

function counts(one: CheckedSct, source: SctSource): boolean {
  return one.verdict === 'counts' && one.source === source;
}

interface Count {
  readonly logs: number;
  readonly wanted: number;
  readonly operators: number;
  readonly isAlive: boolean;
}

function shortcoming({ logs, wanted, operators, isAlive }: Count, policy: TransparencyPolicy): string {
  if (logs < wanted) return `timestamps of ${logs} logs count, ${wanted} are wanted.`;
  if (operators < policy.operators)
    return `the logs have ${operators} operators, ${policy.operators} are wanted.`;
  return isAlive ? '' : 'all logs are retired.';
}
