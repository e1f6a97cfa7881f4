import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import { leaves } from '@tlsmith/codec';
import { type CryptoProvider, isCertificateRejected } from '@tlsmith/types';
import { certificatesFromPem, inspectCertificate } from '@tlsmith/x509';
import { expect, test } from 'vitest';
import { expectedScores } from './expected.ts';
import { isCore, type LimboCase, limboPath, loadLimbo, type ProfileChoice, runCase } from './limbo.ts';
import { type CaseResult, scoreLine, scoreOf } from './score.ts';
import { absence } from '@tlsmith/testkit/node';

const cases = loadLimbo();
if (cases === undefined) console.log(absence('x509-limbo and BetterTLS', limboPath));
const core = cases?.filter(isCore) ?? [];
const better = cases?.filter((of) => !isCore(of)) ?? [];
const absent = cases === undefined;
const now = Date.now();

async function run(
  of: readonly LimboCase[],
  profile: ProfileChoice,
  provider: CryptoProvider = node,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of of) results.push(await runCase(one, { provider, profile, now }));
  return results;
}

test.skipIf(absent).each(['by-namespace', 'default', 'rfc5280', 'webpki'] as const)(
  'x509-limbo scores with the profile %s what is written down',
  async (profile) => {
    const results = await run(core, profile);
    console.log(scoreLine(`x509-limbo, profile ${profile}`, results));
    expect(scoreOf(results)).toEqual(expectedScores[`x509-limbo ${profile}`]);
  },
);

test.skipIf(absent)('noble agrees with node on every case of x509-limbo', async () => {
  const briefly = (results: readonly CaseResult[]) =>
    results.map(({ id, verdict, reason }) => `${id} ${verdict} ${reason}`);
  const ours = briefly(await run(core, 'by-namespace', noble));
  expect(ours).toEqual(briefly(await run(core, 'by-namespace')));
});

test.skipIf(absent)('the default profile accepts every chain of a real site', async () => {
  const online = (await run(core, 'default')).filter(({ id }) => id.startsWith('online::'));
  expect(online.map(({ id, verdict, reason }) => [id, verdict, reason])).toEqual(
    online.map(({ id }) => [id, 'right', 'accepted']),
  );
  expect(online).toHaveLength(14);
});

test.skipIf(absent)('cases that a single rule decides are refused for that rule', async () => {
  const reasons = new Map((await run(core, 'by-namespace')).map(({ id, reason }) => [id, reason]));
  expect(Object.fromEntries(Object.keys(telling).map((id) => [id, reasons.get(id)]))).toEqual(telling);
});

test.skipIf(absent)(
  'chains that are made to cost time end with the budget in the default profile',
  async () => {
    const wanted = new Set(costly);
    const results = await run(
      core.filter(({ id }) => wanted.has(id)),
      'default',
    );
    expect(results.map(({ id, reason }) => [id, reason])).toEqual(
      results.map(({ id }) => [id, 'budget-exceeded']),
    );
    expect(results).toHaveLength(costly.length);
  },
);

test.skipIf(absent)(
  'BetterTLS scores with the default profile what is written down',
  async () => {
    const results = await run(better, 'default');
    console.log(scoreLine('BetterTLS, profile default', results));
    expect(scoreOf(results)).toEqual(expectedScores['BetterTLS']);
  },
  60_000,
);

test.skipIf(absent)('spans cover every byte of every certificate of x509-limbo that can be read', () => {
  const texts = new Set(
    core.flatMap((of) => [...of.trusted_certs, ...of.untrusted_intermediates, of.peer_certificate]),
  );
  const outcomes = [...texts].flatMap((pem) => certificatesFromPem(pem)).map(coverage);
  const count = (of: string) => outcomes.filter((outcome) => outcome === of).length;
  console.log(
    `certificates of x509-limbo: ${count('whole')} covered by spans, ${count('malformed')} malformed`,
  );
  expect(outcomes.filter((outcome) => outcome !== 'whole' && outcome !== 'malformed')).toEqual([]);
  expect(count('malformed')).toBe(11);
});

function coverage(der: Uint8Array): string {
  try {
    let at = 0;
    for (const { start, end } of leaves(inspectCertificate(der).span)) {
      if (start !== at) return `a gap at ${at}`;
      at = end;
    }
    return at === der.length ? 'whole' : `the end at ${at}`;
  } catch (error) {
    return isCertificateRejected(error) ? error.code : String(error);
  }
}

const costly = [
  'pathological::nc-dos-1',
  'pathological::nc-dos-2',
  'pathological::pathological-chain-same-subject-distinct-key',
];

const telling = {
  'cve::cve-2025-61727': 'name-constraint-violated',
  'pathlen::intermediate-violates-pathlen-0': 'path-too-long',
  'pathlen::max-chain-depth-0-exhausted': 'path-too-long',
  'crl::revoked-certificate-with-crl': 'revoked',
  'crl::crlnumber-missing': 'revocation-unknown',
  'crl::issuer-missing-crlsign': 'revocation-unknown',
  'rfc5280::eku::ee-wrong-eku': 'wrong-purpose',
  'rfc5280::nc::excluded-ipv4-match': 'name-constraint-violated',
  'rfc5280::nc::invalid-ipv6-address': 'malformed-name-constraint',
  'rfc5280::nc::nc-forbids-othername': 'name-constraint-violated',
  'rfc5280::validity::expired-1-second': 'expired',
  'rfc5280::validity::not-yet-valid-1-second': 'not-yet-valid',
  'rfc5280::unknown-critical-extension-root': 'unknown-critical-extension',
  'rfc5280::intermediate-ca-without-ca-bit': 'not-a-certification-authority',
  'rfc5280::duplicate-extensions': 'malformed',
  'webpki::explicit-curve': 'unsupported-key',
  'webpki::forbidden-p192-leaf': 'weak-key',
  'webpki::forbidden-weak-rsa-in-leaf': 'weak-key',
  'webpki::san::wildcard-match-across-labels-san': 'wrong-name',
  'webpki::cryptographydotio-chain-missing-intermediate': 'unknown-issuer',
} as const;
