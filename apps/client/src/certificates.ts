import { node } from '@tlsmith/crypto/node';
import type { Negotiated } from '@tlsmith/handshake';
import { type Bytes, compute, hash, isCertificateRejected, toHex } from '@tlsmith/types';
import {
  type Certificate,
  describeGeneralName,
  describeName,
  describeReport,
  explainRejection,
  formatTime,
  parseCertificate,
  type RejectionCode,
  referenceIdentity,
  reportOf,
  type TrustAnchor,
  verifyChain,
} from '@tlsmith/x509';
import type { Evidence } from 'tlsmith';

/** A certificate as a summary shows it. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: string;
  /** Of the whole certificate, as `--pin` takes it. */
  readonly sha256: string;
}

/** What became of the peer's certificates. */
export interface Verdict {
  readonly verdict: 'trusted' | 'pinned' | 'resumed' | 'unverified';
  readonly sentence: string;
  /** Every check, one line for each certificate on each path that was tried. */
  readonly checks: readonly string[];
}

/** Certificates in the order in which they came; one that cannot be read stands as such. */
export function summarizeChain(chain: readonly Bytes[]): readonly CertificateSummary[] {
  return chain.map((der) => {
    const sha256 = toHex(compute(node, hash('sha256', der)));
    const certificate = readable(der);
    return certificate === undefined ? { ...unreadable, sha256 } : { ...summarize(certificate), sha256 };
  });
}

/** Says why the peer is believed, or what a client that believes nobody lightly would have said. */
export function judge(
  negotiated: Negotiated,
  serverName: string,
  opinion: () => readonly TrustAnchor[],
): Verdict {
  const evidence = negotiated.peer?.evidence as Evidence | undefined;
  if (evidence === undefined) return resumed;
  if (evidence.kind === 'pin') return pinned;
  if (evidence.kind === 'none') return secondOpinion(negotiated.peerChain, serverName, opinion());
  const { anchor, report } = evidence.verified;
  return {
    verdict: 'trusted',
    sentence: `${serverName} is vouched for by ${describeName(anchor.subject)}`,
    checks: describeReport(report),
  };
}

/** What would have come of verifying, for a connection that goes on in any case. */
function secondOpinion(
  chain: readonly Bytes[],
  serverName: string,
  anchors: readonly TrustAnchor[],
): Verdict {
  const request = { chain, anchors, at: Date.now(), purpose: 'server' } as const;
  try {
    const name = referenceIdentity(serverName);
    const { report } = compute(node, verifyChain({ ...request, name }));
    const sentence = 'nothing was verified; the certificate would have been accepted';
    return { verdict: 'unverified', sentence, checks: describeReport(report) };
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    const { sentence } = explainRejection(error.code as RejectionCode, error.facts);
    return {
      verdict: 'unverified',
      sentence: `nothing was verified; it would have been refused as ${error.code}: ${sentence}`,
      checks: describeReport(reportOf(error)),
    };
  }
}

function readable(der: Bytes): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (isCertificateRejected(error)) return undefined;
    throw error;
  }
}

function summarize({ subject, issuer, sans, notBefore, notAfter, publicKey }: Certificate) {
  return {
    subject: describeName(subject),
    issuer: describeName(issuer),
    names: sans.map(describeGeneralName),
    notBefore: formatTime(notBefore),
    notAfter: formatTime(notAfter),
    key: publicKey.type === 'unusable' ? publicKey.detail : `${publicKey.type}, ${publicKey.bits} bits`,
  };
}

const unreadable = { subject: '(unreadable)', issuer: '', names: [], notBefore: '', notAfter: '', key: '' };

const resumed: Verdict = {
  verdict: 'resumed',
  sentence: 'the session proves the server; its certificate was accepted when the session was made',
  checks: [],
};

const pinned: Verdict = {
  verdict: 'pinned',
  sentence: 'the certificate or its key is one of the pinned ones',
  checks: [],
};
