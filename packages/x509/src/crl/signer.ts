import { equal, type Work } from '@tlsmith/types';
import type { Certificate } from '../certificate.ts';
import { signerChecks } from '../checks.ts';
import { fetchIssuers } from '../issuer-fetch.ts';
import { describeName, sameName } from '../name.ts';
import { extend } from '../path.ts';
import { type Failure, isExhausted } from '../report.ts';
import type { RevocationState } from '../revocation/state.ts';
import {
  type Issuer,
  problem,
  questionAt,
  type StatusProblem,
  type StatusQuestion,
} from '../revocation/status.ts';
import { passesAll, type SearchAsk, stop } from '../search.ts';
import { signatureFault } from '../signed.ts';
import type { CertificateKey } from '../spki.ts';
import type { CertificateRevocationList } from './crl.ts';

/**
 * The key that a CRL is signed with (RFC 5280 §6.3.3 f and g): of its issuer, who may sign CRLs and has a valid path to
 * the trust anchor of the certificate in question. Mostly that is the issuer of the certificate.
 */
export function* signerKey(
  state: RevocationState,
  crl: CertificateRevocationList,
  question: StatusQuestion,
): Work<CertificateKey | StatusProblem, SearchAsk> {
  const { search } = state;
  const facts = { issuer: describeName(crl.issuer) };
  // The first candidates are the likeliest: what is wrong with one of them helps most.
  const problems: StatusProblem[] = [];
  for (const candidate of yield* candidates(state, crl, question)) {
    const { holder } = candidate;
    if (holder.certificate?.keyUsage?.includes('cRLSign') === false) {
      const { keyUsage } = holder.certificate;
      problems.push(problem('crl', 'signer-not-authorized', { ...facts, keyUsage }));
      continue;
    }
    const fault = yield* signatureFault(search, crl, holder.publicKey);
    if (isExhausted(fault)) throw stop(search, fault);
    if (fault !== undefined) {
      problems.push(problem('crl', 'bad-signature', { ...facts, ...(fault as Failure).facts }));
      continue;
    }
    if (candidate.isValid || (yield* isValid(state, holder.certificate as Certificate, question))) {
      return holder.publicKey;
    }
    problems.push(problem('crl', 'signer-not-valid', facts));
  }
  const isNotValid = problems.find(({ problem: code }) => code === 'signer-not-valid');
  return isNotValid ?? problems[0] ?? problem('crl', 'signer-unknown', facts);
}

interface Candidate {
  readonly holder: Issuer;
  /** Whether it stands on the path in question, which is valid. */
  readonly isValid: boolean;
}

// Those of the path first, then those whose key the CRL names; one key is tried once.
function* candidates(
  { search }: RevocationState,
  crl: CertificateRevocationList,
  { issuer, above, anchor, pending, certificate }: StatusQuestion,
): Work<readonly Candidate[], SearchAsk> {
  const own = [issuer, anchor, ...above.map(holderOf)].map((holder) => ({ holder, isValid: true }));
  const others = [...search.intermediates, ...(yield* fetchIssuers(search.fetching, crl))].map((other) => ({
    holder: holderOf(other),
    // A CRL that covers its own signer: that one's path was found valid before its status was asked for.
    isValid: other === certificate && pending.includes(other),
  }));
  const wanted = crl.authorityKeyIdentifier?.keyIdentifier;
  const isNamed = ({ holder }: Candidate) => {
    const present = holder.certificate?.subjectKeyIdentifier;
    return wanted !== undefined && present !== undefined && equal(wanted, present);
  };
  return [...own, ...others]
    .filter(({ holder }) => sameName(holder.subject, crl.issuer))
    .filter((candidate, place, all) => all.findIndex((other) => sameHolder(candidate, other)) === place)
    .sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)));
}

function sameHolder({ holder: a }: Candidate, { holder: b }: Candidate): boolean {
  return equal(a.publicKey.spki, b.publicKey.spki) && a.certificate?.keyUsage === b.certificate?.keyUsage;
}

function holderOf(certificate: Certificate): Issuer {
  return { subject: certificate.subject, publicKey: certificate.publicKey, certificate };
}

// Signers of indirect CRLs may have such CRLs about them in turn; nobody needs a third.
const maximumPending = 3;

function* isValid(
  state: RevocationState,
  signer: Certificate,
  question: StatusQuestion,
): Work<boolean, SearchAsk> {
  if (question.pending.length >= maximumPending) return false;
  const known = state.signers.get(signer);
  if (known !== undefined) return known;
  const valid = yield* judge(state, signer, question);
  // A no on the way to another signer may be due to that way.
  if (valid || question.pending.length === 0) state.signers.set(signer, valid);
  return valid;
}

function* judge(
  state: RevocationState,
  signer: Certificate,
  { anchor, above, pending }: StatusQuestion,
): Work<boolean, SearchAsk> {
  const { search } = state;
  const sub = {
    ...search,
    settings: { ...search.settings, purpose: 'any' as const, reference: undefined },
    policy: {},
    anchors: [anchor],
    report: [],
    accepts: undefined,
  };
  if (!passesAll(sub, { certificate: signer, part: 'leaf', below: [] }, signerChecks)) return false;
  const found = yield* extend(sub, [signer]);
  if (found === undefined) return false;
  for (const [place, certificate] of found.path.entries()) {
    if (above.includes(certificate)) continue;
    const { status } = yield* state.statusOf(questionAt(found.path, place, anchor, [...pending, signer]));
    if (status === 'revoked' || (status === 'unknown' && state.mode === 'hard')) return false;
  }
  return true;
}
