import { readFileSync } from 'node:fs';
import { compute } from '@tlsmith/types';
import { type PolicyInputs, trustAnchor, verifyChain } from '@tlsmith/x509';
import type { LimboRun } from './limbo.ts';
import { type CaseResult, compared, outcomeOf } from './score.ts';
import { sharedFile } from './shared.ts';

/** A test of NIST's Public Key Interoperability Test Suite. */
export interface PkitsTest {
  readonly number: string;
  readonly title: string;
  /** Names of certificates, trust anchor first. */
  readonly certs: readonly string[];
  readonly valid: boolean;
  readonly initialPolicySet?: readonly string[];
  readonly initialExplicitPolicy?: boolean;
  readonly initialPolicyMappingInhibit?: boolean;
  readonly initialInhibitAnyPolicy?: boolean;
  readonly userConstrainedPolicySet?: readonly string[];
}

/** The suite: tests, and certificates as base64 DER by name. */
export interface Pkits {
  readonly tests: readonly PkitsTest[];
  readonly certificates: Readonly<Record<string, string>>;
}

/** Where the suite lies among the shared conformance data. */
export const pkitsPath = 'pkits/pkits.json';

/** The suite; undefined where the data is absent. */
export function loadPkits(): Pkits | undefined {
  const file = sharedFile(pkitsPath);
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Pkits);
}

/** Verifies one test's path; the intermediates are handed over in reverse, so that order cannot help. */
export function runPkits(
  test: PkitsTest,
  { certificates }: Pkits,
  { provider }: Pick<LimboRun, 'provider'>,
): CaseResult {
  const id = `${test.number} ${test.title}`;
  if (needsRevocation(test)) {
    return {
      id,
      verdict: 'skipped',
      reason: 'needs a verdict on revocation, which is not implemented',
      facts: {},
    };
  }
  const [anchor, ...others] = test.certs.map((name) =>
    Uint8Array.from(Buffer.from(certificates[name] ?? '', 'base64')),
  );
  const outcome = outcomeOf(() => {
    const { policies } = compute(
      provider,
      verifyChain({
        chain: others.reverse(),
        anchors: [trustAnchor(anchor ?? new Uint8Array(0))],
        at: Date.UTC(2011, 3, 15),
        purpose: 'server',
        maxDepth: 20,
        policy: policyOf(test),
      }),
    );
    const wanted = test.userConstrainedPolicySet?.map(policyId);
    const same = wanted === undefined || [...wanted].sort().join() === [...policies].sort().join();
    return same ? undefined : `policies ${policies.join()} instead of ${wanted.join()}`;
  });
  return compared(id, test.valid, outcome);
}

// The sections on CRLs, and single tests elsewhere whose path is invalid for a CRL alone.
function needsRevocation({ number, valid }: PkitsTest): boolean {
  const section = number.split('.').slice(0, 2).join('.');
  if (['4.4', '4.14', '4.15'].includes(section)) return true;
  return !valid && ['4.5.2', '4.5.5', '4.5.7', '4.7.4', '4.7.5'].includes(number);
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
