import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { compute } from '@tlsmith/types';
import { certificatesFromPem, trustAnchors, verifyChain } from '@tlsmith/x509';
import { sharedFile } from './shared.js';
import { compared, outcomeOf } from './score.js';
/** Where the cases lie among the shared conformance data. */
export const limboPath = 'limbo/limbo.json.gz';
/** All cases; undefined where the data is absent. */
export function loadLimbo() {
  const file = sharedFile(limboPath);
  if (file === undefined) return undefined;
  const { testcases } = JSON.parse(gunzipSync(readFileSync(file)).toString());
  return testcases;
}
/** Whether a case is x509-limbo's own and not BetterTLS's. */
export function isCore({ id }) {
  return !id.startsWith('bettertls::');
}
/** Verifies one case and compares the outcome with what is expected. */
export function runCase(of, run) {
  const skipped = reasonToSkip(of);
  if (skipped !== undefined) return { id: of.id, verdict: 'skipped', reason: skipped, facts: {} };
  return compared(of.id, of.expected_result === 'SUCCESS', verdictOn(of, run));
}
function reasonToSkip({ features }) {
  return features.includes('has-crl') ? 'needs a verdict on revocation, which is not implemented' : undefined;
}
function verdictOn(of, run) {
  return outcomeOf(() => {
    const chain = [of.peer_certificate, ...of.untrusted_intermediates].flatMap((pem) =>
      certificatesFromPem(pem),
    );
    const verified = compute(
      run.provider,
      verifyChain({
        chain,
        anchors: anchorsOf(of),
        at: of.validation_time === null ? run.now : Date.parse(of.validation_time),
        purpose: of.validation_kind === 'SERVER' ? 'server' : 'client',
        profile: profileOf(of, run.profile),
        ...nameOf(of.expected_peer_name),
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
function anchorsOf({ trusted_certs }) {
  return trustAnchors(trusted_certs.flatMap((pem) => certificatesFromPem(pem)));
}
// The namespaces say which text a case is written to; all others are for what verifiers do by default.
function profileOf({ id }, choice) {
  if (choice !== 'by-namespace') return choice;
  const namespace = id.split('::', 1)[0];
  return namespace === 'rfc5280' || namespace === 'webpki' ? namespace : 'default';
}
function nameOf(name) {
  if (name === null || name.kind === 'RFC822') return {};
  return { name: name.kind === 'DNS' ? { dns: name.value } : { ip: name.value } };
}
function hasName({ sans }, { kind, value }) {
  const form = kind === 'RFC822' ? 'rfc822Name' : 'dNSName';
  return sans.some((name) => name.form === form && name.value === value);
}
//# sourceMappingURL=limbo.js.map
