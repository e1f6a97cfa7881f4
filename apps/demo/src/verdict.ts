import { type CertificateRejected, isCertificateRejected, type Role } from '@tlsmith/types';
import {
  type Certificate,
  type Check,
  describeName,
  explainRejection,
  parseCertificate,
  type RejectionCode,
  reportOf,
} from '@tlsmith/x509';
import type { Evidence } from 'tlsmith';
import type { CertificateChecks, Fact, VerdictEvent } from './events.ts';
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
  const of = other(judge);
  const base = { event: 'verdict', connection, of, path: [], checks: [], reason: undefined } as const;
  if (isCertificateRejected(ended.error)) return { ...base, ...rejected(ended.error, of) };
  const { negotiated } = ended;
  if (negotiated === undefined) return undefined;
  const [first] = negotiated.peerChain;
  if (negotiated.resumed && first !== undefined) {
    const subject = describeName(parseCertificate(first).subject);
    const sentence = `${subject} was verified when the session was made, and no certificate was sent again`;
    return { ...base, verdict: 'from-session', sentence };
  }
  const evidence = negotiated.peer?.evidence as Evidence | undefined;
  if (evidence?.kind !== 'chain') return undefined;
  const { path, anchor, report } = evidence.verified;
  const what = of === 'server' ? `valid for ${negotiated.serverName}` : 'valid';
  return {
    ...base,
    verdict: 'accepted',
    sentence: `${what}, and issued by an authority that the ${judge} trusts`,
    path: [...path.map(certificateLine), `${describeName(anchor.subject)} (trust anchor)`],
    checks: checksOf(report),
  };
}

type Refusal = Pick<VerdictEvent, 'verdict' | 'sentence' | 'checks' | 'reason'>;

function rejected(error: CertificateRejected, of: Role): Refusal {
  const code = error.code as RejectionCode;
  const { section, sentence, browser } = explainRejection(code, error.facts);
  const reason = { code, alert: error.alert, section, browser: of === 'server' ? browser : undefined };
  return { verdict: 'rejected', sentence, checks: checksOf(reportOf(error)), reason };
}

function certificateLine({ subject, publicKey, notAfter }: Certificate): string {
  const key = publicKey.type === 'unusable' ? 'unusable key' : keyName(publicKey.type, publicKey.bits);
  return `${describeName(subject)} (${key}, until ${new Date(notAfter).toISOString().slice(0, 10)})`;
}

/** The checks of one certificate after another, in the order in which they were made. */
function checksOf(report: readonly Check[]): readonly CertificateChecks[] {
  const certificates: CertificateChecks[] = [];
  for (const check of report) {
    const subject = check.subject === undefined ? '(unreadable)' : describeName(check.subject);
    const last = certificates.at(-1);
    const same = last?.subject === subject && last.depth === check.depth ? last : undefined;
    const before = same ?? { depth: check.depth, subject, passed: [], failed: [] };
    if (same !== undefined) certificates.pop();
    certificates.push(withCheck(before, check));
  }
  return certificates;
}

function withCheck(before: CertificateChecks, { check, failure }: Check): CertificateChecks {
  if (failure === undefined) return { ...before, passed: [...before.passed, check] };
  const facts = Object.entries(failure.facts).map(
    ([name, value]): Fact => ({ name, value: factValue(value) }),
  );
  return { ...before, failed: [...before.failed, { check, code: failure.reason.code, facts }] };
}

function factValue(value: unknown): Fact['value'] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'number' ? value : String(value);
}
