import { type Bytes, TlsMisuse, type Work } from '@tlsmith/types';
import type { CertificateRevocationList } from '../crl/crl.ts';
import { amountOf, bytesOf, listOf, objectOf, wordOf } from '../input.ts';
import type { Search, SearchAsk } from '../search.ts';
import type { RevocationState } from './state.ts';
import type { CertificateStatus, StatusQuestion } from './status.ts';

/** Whether and how revocation is checked. */
export interface Revocation {
  /**
   * What an unknown status means. `hard` refuses: whoever can keep an answer from the verifier can then keep it from
   * its peers. `soft` lets pass all but what is known to be revoked: whoever can keep an answer back can then use a
   * revoked certificate. Neither is right for everybody, so there is no default.
   */
  readonly mode: 'soft' | 'hard';
  /** Whether all certificates of the path are looked at, which is the default, or the leaf alone. */
  readonly scope?: 'chain' | 'leaf';
  /** Complete and delta CRLs; which is about whom is found out. */
  readonly crls?: readonly CertificateRevocationList[];
  /**
   * OCSP responses that the peer stapled, for any certificates of its chain, undefined or empty where one is missing
   * (RFC 6961 §2.2). To be given, empty if need be, where the peer was asked for them: a leaf that promises to
   * staple (RFC 7633) is then held to it in either mode.
   */
  readonly stapled?: readonly (Bytes | undefined)[];
  /** OCSP responses from elsewhere, such as a cache. */
  readonly ocsp?: readonly Bytes[];
  /** By how much clocks may disagree, in milliseconds; five minutes when left out. */
  readonly tolerance?: number;
  /** How old a CRL or response without nextUpdate may be, in milliseconds; one day when left out. */
  readonly maximumAge?: number;
  /**
   * Whether OCSP requests have a nonce of 32 bytes (RFC 6960 §4.4.1, RFC 8954): `none` is the default, since
   * responders prepare their answers (RFC 5019 §4); `offered` accepts an answer without; `required` does not.
   */
  readonly nonce?: 'none' | 'offered' | 'required';
}

/** Reads the caller's wishes. */
export function openRevocation(
  wanted: Revocation,
  search: Search,
  statusOf: (state: RevocationState, question: StatusQuestion) => Work<CertificateStatus, SearchAsk>,
): RevocationState {
  const {
    mode,
    tolerance = defaultTolerance,
    maximumAge = defaultMaximumAge,
  } = objectOf(wanted, 'revocation');
  if (mode !== 'soft' && mode !== 'hard') {
    throw new TlsMisuse('no-revocation-mode', "revocation wants a decision: mode is 'soft' or 'hard'");
  }
  const state: RevocationState = {
    search,
    mode,
    leeway: {
      at: search.settings.at,
      tolerance: amountOf(tolerance, 'revocation.tolerance'),
      maximumAge: amountOf(maximumAge, 'revocation.maximumAge'),
    },
    nonce: wordOf(wanted.nonce ?? 'none', 'revocation.nonce', ['none', 'offered', 'required']),
    crls: [...listOf(wanted.crls ?? [], 'revocation.crls', crlOf)],
    fetchedCrls: new Set(),
    responses: [
      ...listOf(wanted.stapled ?? [], 'revocation.stapled', stapleOf).flatMap((der) =>
        der?.length ? [{ der, source: 'stapled' as const }] : [],
      ),
      ...listOf(wanted.ocsp ?? [], 'revocation.ocsp', bytesOf).map((der) => ({
        der,
        source: 'ocsp' as const,
      })),
    ],
    signers: new Map(),
    parsed: new Map(),
    statusOf: (question) => statusOf(state, question),
  };
  return state;
}

function stapleOf(value: Bytes | undefined, what: string): Bytes | undefined {
  return value === undefined ? undefined : bytesOf(value, what);
}

function crlOf(value: CertificateRevocationList, what: string): CertificateRevocationList {
  const { der } = objectOf(value, what);
  if (der instanceof Uint8Array) return value;
  throw new TlsMisuse('not-a-crl', `${what} is a CRL as parseCrl returns it`);
}

const defaultTolerance = 300_000;
const defaultMaximumAge = 86_400_000;
