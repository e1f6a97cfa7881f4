import { readFileSync } from 'node:fs';
import { compute, isCertificateRejected } from '@tlsmith/types';
import {
  type CertificateRevocationList,
  parseCrl,
  type PolicyInputs,
  trustAnchor,
  verifyChain,
} from '@tlsmith/x509';
import type { LimboRun } from './limbo.ts';
import { type CaseResult, compared, outcomeOf } from './score.ts';
import { sharedFile } from '@tlsmith/testkit/node';

/** A test of NIST's Public Key Interoperability Test Suite. */
export interface PkitsTest {
  readonly number: string;
  readonly title: string;
  /** Names of certificates, trust anchor first. */
  readonly certs: readonly string[];
  /** Names of all CRLs that may be used. */
  readonly crls: readonly string[];
  readonly valid: boolean;
  readonly initialPolicySet?: readonly string[];
  readonly initialExplicitPolicy?: boolean;
  readonly initialPolicyMappingInhibit?: boolean;
  readonly initialInhibitAnyPolicy?: boolean;
  readonly userConstrainedPolicySet?: readonly string[];
}

/** The suite: tests, and certificates and CRLs as base64 DER by name. */
export interface Pkits {
  readonly tests: readonly PkitsTest[];
  readonly certificates: Readonly<Record<string, string>>;
  readonly crls: Readonly<Record<string, string>>;
}

/** Where the suite lies among the shared conformance data. */
export const pkitsPath = 'pkits/pkits.json';

/** The suite; undefined where the data is absent. */
export function loadPkits(): Pkits | undefined {
  const file = sharedFile(pkitsPath);
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Pkits);
}

/**
 * Verifies one test's path, with revocation as PKITS wants it: an unknown status is a failure. The intermediates are
 * handed over in reverse, so that order cannot help; paths that PKITS shows with the certificates of CRL signers among
 * them are found all the same.
 */
export async function runPkits(
  test: PkitsTest,
  { certificates, crls }: Pkits,
  { provider }: Pick<LimboRun, 'provider'>,
): Promise<CaseResult> {
  const [anchor, ...others] = test.certs.map((name) => fromBase64(certificates[name]));
  const outcome = await outcomeOf(async () => {
    const { policies } = await compute(
      provider,
      verifyChain({
        chain: others.reverse(),
        anchors: [trustAnchor(anchor ?? new Uint8Array(0))],
        at: Date.UTC(2011, 3, 15),
        purpose: 'server',
        profile: provider.supports.verify.includes('dsa-sha1') ? 'pkits' : 'default',
        maxDepth: 20,
        policy: policyOf(test),
        revocation: { mode: 'hard', crls: test.crls.flatMap((name) => readable(fromBase64(crls[name]))) },
      }),
    );
    const wanted = test.userConstrainedPolicySet?.map(policyId);
    const same = wanted === undefined || [...wanted].sort().join() === [...policies].sort().join();
    return same ? undefined : `policies ${policies.join()} instead of ${wanted.join()}`;
  });
  return compared(`${test.number} ${test.title}`, test.valid, outcome);
}

function fromBase64(text = ''): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

// A CRL that nobody can read is as good as none: one of the suite has a signature of broken form.
function readable(der: Uint8Array): readonly CertificateRevocationList[] {
  try {
    return [parseCrl(der)];
  } catch (error) {
    if (isCertificateRejected(error)) return [];
    throw error;
  }
}

function policyOf(test: PkitsTest): PolicyInputs {
  const acceptable = test.initialPolicySet?.map(policyId);
  return {
    ...(acceptable === undefined ? {} : { acceptable }),
    requireExplicitPolicy: test.initialExplicitPolicy ?? false,
    inhibitPolicyMapping: test.initialPolicyMappingInhibit ?? false,
    inhibitAnyPolicy: test.initialInhibitAnyPolicy ?? false,
  };
}

// PKITS 1.0.1 §3.2 numbers its policies below this arc.
function policyId(name: string): string {
  if (/^any-?policy$/i.test(name)) return '2.5.29.32.0';
  return name.replace(/^NIST-test-policy-/, '2.16.840.1.101.3.2.1.48.');
}
