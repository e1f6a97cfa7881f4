import { type Bytes, TlsMisuse, type Work } from '@tlsmith/types';
import type { CertificateRevocationList } from '../crl/crl.ts';
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
  const { mode, tolerance = defaultTolerance, maximumAge = defaultMaximumAge } = wanted;
  if (mode !== 'soft' && mode !== 'hard') {
    throw new TlsMisuse('no-revocation-mode', "revocation wants a decision: mode is 'soft' or 'hard'");
  }
  const state: RevocationState = {
    search,
    mode,
    leeway: { at: search.settings.at, tolerance, maximumAge },
    nonce: wanted.nonce ?? 'none',
    crls: [...(wanted.crls ?? [])],
    fetchedCrls: new Set(),
    responses: [
      ...(wanted.stapled ?? []).flatMap((der) => (der?.length ? [{ der, source: 'stapled' as const }] : [])),
      ...(wanted.ocsp ?? []).map((der) => ({ der, source: 'ocsp' as const })),
    ],
    signers: new Map(),
    parsed: new Map(),
    statusOf: (question) => statusOf(state, question),
  };
  return state;
}

const defaultTolerance = 300_000;
const defaultMaximumAge = 86_400_000;
