import type { Work } from '@tlsmith/types';
import { spend } from '../budget.ts';
import { unknownCritical } from '../extension-list.ts';
import { describeName } from '../name.ts';
import { oidName } from '../oid.ts';
import { exhausted, isExhausted } from '../report.ts';
import { currencyOf } from '../revocation/currency.ts';
import type { RevocationState } from '../revocation/state.ts';
import {
  type CertificateStatus,
  problem,
  type StatusProblem,
  type StatusQuestion,
} from '../revocation/status.ts';
import { type SearchAsk, stop } from '../search.ts';
import { signatureFault } from '../signed.ts';
import { formatTime } from '../time.ts';
import type { CertificateRevocationList } from './crl.ts';
import type { RevokedCertificate } from './entry.ts';
import { findRevoked } from './lookup.ts';
import { brokenCrlRule } from './profile.ts';
import { allReasons } from './reason.ts';
import { comparisonsOf, isDeltaOf, pointsOf, reasonsCovered } from './scope.ts';
import { signerKey } from './signer.ts';

/**
 * The status of a certificate according to the CRLs at hand (RFC 5280 §6.3.3): looked up list by list until one has it
 * or all reasons for revocation are covered.
 */
export function* crlStatus(
  state: RevocationState,
  question: StatusQuestion,
): Work<CertificateStatus, SearchAsk> {
  const { search } = state;
  const views = new Map<CertificateRevocationList, View | StatusProblem>();
  const lists = completeCrls(state);
  let covered = 0;
  for (const point of pointsOf(question.certificate)) {
    for (const crl of lists) {
      const cost = comparisonsOf(crl, point);
      if (!spend(search.purse, 'comparisons', cost)) {
        throw stop(search, exhausted('comparisons', search.purse.budget));
      }
      const reasons = reasonsCovered(crl, point, question.certificate);
      if ((reasons & ~covered) === 0) continue;
      const view = views.get(crl) ?? (yield* viewOf(state, crl, question));
      views.set(crl, view);
      if ('problem' in view) continue;
      if (view.entry !== undefined) return revoked(view.entry);
      covered |= reasons;
    }
  }
  const all = [...views.values()];
  if (covered === allReasons) return good(all.filter(isView));
  const problems = all.filter((view): view is StatusProblem => !isView(view));
  if (covered !== 0) problems.push(problem('crl', 'some-reasons-only'));
  return { status: 'unknown', problems };
}

/** What a CRL, with its delta where there is one, says about a certificate. */
interface View {
  readonly entry: RevokedCertificate | undefined;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

function isView(view: View | StatusProblem): view is View {
  return !('problem' in view);
}

// The newest first: it knows most.
function completeCrls({ crls }: RevocationState): readonly CertificateRevocationList[] {
  return crls.filter(({ baseCrlNumber }) => baseCrlNumber === undefined).sort(newestFirst);
}

function newestFirst(a: CertificateRevocationList, b: CertificateRevocationList): number {
  return b.thisUpdate - a.thisUpdate;
}

function* viewOf(
  state: RevocationState,
  crl: CertificateRevocationList,
  question: StatusQuestion,
): Work<View | StatusProblem, SearchAsk> {
  const { search, leeway } = state;
  const unusable = faultOf(crl, state);
  if (unusable !== undefined) return unusable;
  const deltas = currentDeltas(state, crl);
  const currency = currencyOf(crl, leeway);
  // A current delta brings a stale list up to date (RFC 5280 §6.3.3 a 1 i).
  if (currency === 'not-yet-valid' || (currency === 'stale' && deltas.length === 0)) {
    return problem('crl', currency, periodOf(crl));
  }
  const key = yield* signerKey(state, crl, question);
  if ('problem' in key) return key;
  for (const delta of deltas) {
    const fault = yield* signatureFault(search, delta, key);
    if (isExhausted(fault)) throw stop(search, fault);
    if (fault === undefined) return combined(crl, delta, question);
  }
  return currency === 'current'
    ? { entry: findRevoked(crl, question.certificate), ...periodIn(crl) }
    : problem('crl', currency, periodOf(crl));
}

// RFC 5280 §6.3.3 i to k: what the delta says goes first.
function combined(
  complete: CertificateRevocationList,
  delta: CertificateRevocationList,
  { certificate }: StatusQuestion,
): View {
  const changed = findRevoked(delta, certificate);
  const entry = changed ?? findRevoked(complete, certificate);
  return { entry: entry?.reason === 'removeFromCRL' ? undefined : entry, ...periodIn(delta) };
}

function currentDeltas(
  state: RevocationState,
  complete: CertificateRevocationList,
): readonly CertificateRevocationList[] {
  return state.crls
    .filter((crl) => isDeltaOf(crl, complete) && currencyOf(crl, state.leeway) === 'current')
    .filter((crl) => faultOf(crl, state) === undefined)
    .sort(newestFirst);
}

// RFC 5280 §5.2, §5.3: a CRL with critical extensions that are not understood tells nothing about anybody.
function faultOf(crl: CertificateRevocationList, { search }: RevocationState): StatusProblem | undefined {
  const critical = unknownCritical(crl.extensions) ?? crl.summary.unknownCritical;
  const facts = { issuer: describeName(crl.issuer) };
  if (critical !== undefined) {
    return problem('crl', 'unknown-critical-extension', { ...facts, extension: oidName(critical) });
  }
  const broken = brokenCrlRule(crl, search.settings.profile);
  return broken && problem('crl', 'profile-violation', { ...facts, ...broken });
}

function revoked({ revocationDate, reason }: RevokedCertificate): CertificateStatus {
  return { status: 'revoked', source: 'crl', revokedAt: revocationDate, reason };
}

// Several lists, each about some reasons, hold together as long as the first of them to expire.
function good(views: readonly View[]): CertificateStatus {
  const ends = views.flatMap(({ nextUpdate }) => nextUpdate ?? []);
  return {
    status: 'good',
    source: 'crl',
    thisUpdate: Math.min(...views.map(({ thisUpdate }) => thisUpdate)),
    nextUpdate: ends.length === 0 ? undefined : Math.min(...ends),
  };
}

function periodIn({ thisUpdate, nextUpdate }: CertificateRevocationList): Omit<View, 'entry'> {
  return { thisUpdate, nextUpdate };
}

function periodOf({ issuer, thisUpdate, nextUpdate }: CertificateRevocationList): StatusProblem['facts'] {
  return {
    issuer: describeName(issuer),
    thisUpdate: formatTime(thisUpdate),
    ...(nextUpdate === undefined ? {} : { nextUpdate: formatTime(nextUpdate) }),
  };
}
