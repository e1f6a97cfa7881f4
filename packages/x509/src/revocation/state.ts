import type { Bytes, Work } from '@tlsmith/types';
import type { Certificate } from '../certificate.ts';
import type { CertificateRevocationList } from '../crl/crl.ts';
import type { Search, SearchAsk } from '../search.ts';
import type { Leeway } from './currency.ts';
import type { CertificateStatus, StatusQuestion } from './status.ts';

/** What a verification knows about revocation, and how it asks for more. */
export interface RevocationState {
  readonly search: Search;
  readonly mode: 'soft' | 'hard';
  readonly leeway: Leeway;
  readonly nonce: 'none' | 'offered' | 'required';
  /** Grows where CRLs are fetched. */
  readonly crls: CertificateRevocationList[];
  readonly stapled: readonly Bytes[];
  readonly ocsp: readonly Bytes[];
  /** Signers of CRLs that are on no path of their own, once they were judged. */
  readonly signers: Map<Certificate, boolean>;
  statusOf(question: StatusQuestion): Work<CertificateStatus, SearchAsk>;
}
