import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type CryptoProvider, compute } from '@tlsmith/types';
import {
  type Certificate,
  certificatesFromPem,
  crlsFromPem,
  type Profile,
  type Revocation,
  type TrustAnchor,
  trustAnchors,
  verifyChain,
} from '@tlsmith/x509';
import { sharedFile } from '@tlsmith/testkit/node';
import { type CaseResult, compared, type Outcome, outcomeOf } from './score.ts';

/** A path-validation case in x509-limbo's schema; BetterTLS comes in the same. */
export interface LimboCase {
  readonly id: string;
  readonly features: readonly string[];
  readonly description: string;
  readonly validation_kind: 'CLIENT' | 'SERVER';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  /** All CRLs that may be used, PEM; where there are some, revocation is checked. */
  readonly crls: readonly string[];
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
  readonly provider: CryptoProvider;
  readonly profile: ProfileChoice;
  readonly now: number;
  readonly publicSuffix?: (domain: string) => boolean;
}

/** Where the cases lie among the shared conformance data. */
export const limboPath = 'limbo/limbo.json.gz';

/** All cases; undefined where the data is absent. */
export function loadLimbo(): readonly LimboCase[] | undefined {
  const file = sharedFile(limboPath);
  if (file === undefined) return undefined;
  const { testcases } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
    testcases: readonly LimboCase[];
  };
  return testcases;
}

/** Whether a case is x509-limbo's own and not BetterTLS's. */
export function isCore({ id }: LimboCase): boolean {
  return !id.startsWith('bettertls::');
}

/** Verifies one case and compares the outcome with what is expected. */
export async function runCase(of: LimboCase, run: LimboRun): Promise<CaseResult> {
  return compared(of.id, of.expected_result === 'SUCCESS', await verdictOn(of, run));
}

function verdictOn(of: LimboCase, run: LimboRun): Promise<Outcome> {
  return outcomeOf(async () => {
    const chain = [of.peer_certificate, ...of.untrusted_intermediates].flatMap((pem) =>
      certificatesFromPem(pem),
    );
    const verified = await compute(
      run.provider,
      verifyChain({
        chain,
        anchors: anchorsOf(of),
        at: of.validation_time === null ? run.now : Date.parse(of.validation_time),
        purpose: of.validation_kind === 'SERVER' ? 'server' : 'client',
        profile: profileOf(of, run.profile),
        ...nameOf(of.expected_peer_name),
        ...revocationOf(of),
        ...(of.max_chain_depth === null ? {} : { maxDepth: of.max_chain_depth }),
        ...(run.publicSuffix === undefined ? {} : { publicSuffix: run.publicSuffix }),
      }),
    );
    const missing = of.expected_peer_names.filter((name) => !hasName(verified.leaf, name));
    return missing.length === 0
      ? undefined
      : `expected names missing: ${missing.map(({ value }) => value).join()}`;
  });
}

function anchorsOf({ trusted_certs }: LimboCase): readonly TrustAnchor[] {
  return trustAnchors(trusted_certs.flatMap((pem) => certificatesFromPem(pem)));
}

// The cases are about CRLs that say something: whoever asks has to get an answer.
function revocationOf({ crls }: LimboCase): { revocation?: Revocation } {
  return crls.length === 0
    ? {}
    : { revocation: { mode: 'hard', crls: crls.flatMap((pem) => crlsFromPem(pem)) } };
}

// A profile belongs to a namespace and never to a case. Those of the two texts have theirs; the suite asks of authorities
// in `online` and `cve` what browsers do, and of the rest what RFC 5280 does.
const profiles: Readonly<Record<string, Profile>> = {
  rfc5280: 'rfc5280',
  webpki: 'webpki',
  online: 'webpki',
  cve: 'webpki',
  crl: 'rfc5280',
  pathlen: 'rfc5280',
  pathological: 'rfc5280',
  invalid: 'rfc5280',
  // Not of the suite's own: what verifiers do by default.
  bettertls: 'default',
  own: 'default',
};

function profileOf({ id }: LimboCase, choice: ProfileChoice): Profile {
  return choice === 'by-namespace' ? (profiles[id.split('::', 1)[0] as string] ?? 'rfc5280') : choice;
}

function nameOf(name: PeerName | null): { name?: { dns: string } | { ip: string } } {
  if (name === null || name.kind === 'RFC822') return {};
  return { name: name.kind === 'DNS' ? { dns: name.value } : { ip: name.value } };
}

function hasName({ sans }: Certificate, { kind, value }: PeerName): boolean {
  const form = kind === 'RFC822' ? 'rfc822Name' : 'dNSName';
  return sans.some((name) => name.form === form && name.value === value);
}
