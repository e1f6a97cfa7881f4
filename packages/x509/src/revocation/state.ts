import type { Bytes, Work } from '@tlsmith/types';
import type { Certificate } from '../certificate.ts';
import type { CertificateRevocationList } from '../crl/crl.ts';
import type { OcspResponse } from '../ocsp/response.ts';
import type { Search, SearchAsk } from '../search.ts';
import type { Leeway } from './currency.ts';
import type { CertificateStatus, StatusQuestion } from './status.ts';

/** An OCSP response and where it is from. */
export interface SourcedResponse {
  readonly der: Bytes;
  readonly source: 'ocsp' | 'stapled';
  /** The nonce that was sent for it. */
  readonly nonce?: Bytes | undefined;
}

/** What a verification knows about revocation, and how it asks for more. */
export interface RevocationState {
  readonly search: Search;
  readonly mode: 'soft' | 'hard';
  readonly leeway: Leeway;
  readonly nonce: 'none' | 'offered' | 'required';
  /** Grows where CRLs are fetched. */
  readonly crls: CertificateRevocationList[];
  /** Those of them that were fetched, as they came, and others that came but could not be read. */
  readonly fetchedCrls: Set<Bytes>;
  /** OCSP responses at hand, those that the peer stapled first. */
  readonly responses: readonly SourcedResponse[];
  /** Signers of CRLs that are on no path of their own, once they were judged. */
  readonly signers: Map<Certificate, boolean>;
  /** Responses that were read before; undefined for those that cannot be. */
  readonly parsed: Map<Bytes, OcspResponse | undefined>;
  statusOf(question: StatusQuestion): Work<CertificateStatus, SearchAsk>;
}
