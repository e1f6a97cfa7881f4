import { type CryptoProvider } from '@tlsmith/types';
import { type Profile } from '@tlsmith/x509';
import { type CaseResult } from './score.ts';
/** A path-validation case in x509-limbo's schema; BetterTLS comes in the same. */
export interface LimboCase {
  readonly id: string;
  readonly features: readonly string[];
  readonly description: string;
  readonly validation_kind: 'CLIENT' | 'SERVER';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  /** Null means now. */
  readonly validation_time: string | null;
  readonly extended_key_usage: readonly string[];
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly expected_peer_name: PeerName | null;
  readonly expected_peer_names: readonly PeerName[];
  readonly max_chain_depth: number | null;
}
interface PeerName {
  readonly kind: 'DNS' | 'IP' | 'RFC822';
  readonly value: string;
}
/** Which profile a run uses: one for all, or the one that a case's namespace is written for. */
export type ProfileChoice = Profile | 'by-namespace';
/** How a run verifies. */
export interface LimboRun {
  readonly provider: CryptoProvider & {
    readonly synchronous: true;
  };
  readonly profile: ProfileChoice;
  readonly now: number;
  readonly publicSuffix?: (domain: string) => boolean;
}
/** Where the cases lie among the shared conformance data. */
export declare const limboPath = 'limbo/limbo.json.gz';
/** All cases; undefined where the data is absent. */
export declare function loadLimbo(): readonly LimboCase[] | undefined;
/** Whether a case is x509-limbo's own and not BetterTLS's. */
export declare function isCore({ id }: LimboCase): boolean;
/** Verifies one case and compares the outcome with what is expected. */
export declare function runCase(of: LimboCase, run: LimboRun): CaseResult;
export {};
//# sourceMappingURL=limbo.d.ts.map
