import { type CertificateRejected, isCertificateRejected, type Role } from '@tlsmith/types';
import {
  type Certificate,
  describeName,
  describeReport,
  explainRejection,
  parseCertificate,
  type RejectionCode,
  reportOf,
} from '@tlsmith/x509';
import type { Evidence } from 'tlsmith';
import type { VerdictEvent } from './events.ts';
import { keyName } from './facts.ts';
import { other } from './trace.ts';
import type { Ended } from './wire.ts';

/**
 * What one end thinks of the other's certificate, with reasons; undefined where it never came to that.
 *
 * @param judge the end that judges
 * @param ended how the connection went for it
 */
export function verdictEvent(connection: string, judge: Role, ended: Ended): VerdictEvent | undefined {
  const base = {
    event: 'verdict',
    connection,
    of: other(judge),
    path: [],
    checks: [],
    reason: undefined,
  } as const;
  if (isCertificateRejected(ended.error)) return { ...base, ...rejected(ended.error) };
  const { negotiated } = ended;
  if (negotiated === undefined) return undefined;
  const [first] = negotiated.peerChain;
  if (negotiated.resumed && first !== undefined) {
    const sentence = `${subjectOf(first)} was verified when the session was made; no certificate was sent again`;
    return { ...base, verdict: 'from-session', sentence };
  }
  const evidence = negotiated.peer?.evidence as Evidence | undefined;
  if (evidence?.kind !== 'chain') return undefined;
  const { leaf, path, anchor, report } = evidence.verified;
  const anchorLine = `${describeName(anchor.subject)} (trust anchor)`;
  return {
    ...base,
    verdict: 'accepted',
    sentence: `${describeName(leaf.subject)} is whom it claims to be`,
    path: [...path.map(certificateLine), anchorLine],
    checks: describeReport(report),
  };
}

function rejected(
  error: CertificateRejected,
): Pick<VerdictEvent, 'verdict' | 'sentence' | 'checks' | 'reason'> {
  const code = error.code as RejectionCode;
  const { section, sentence, browser } = explainRejection(code, error.facts);
  const reason = { code, alert: error.alert, section, browser };
  return { verdict: 'rejected', sentence, checks: describeReport(reportOf(error)), reason };
}

function certificateLine({ subject, publicKey, notAfter }: Certificate): string {
  const key = publicKey.type === 'unusable' ? 'unusable key' : keyName(publicKey.type, publicKey.bits);
  return `${describeName(subject)} (${key}, until ${new Date(notAfter).toISOString().slice(0, 10)})`;
}

const subjectOf = (der: Uint8Array): string => describeName(parseCertificate(der).subject);
