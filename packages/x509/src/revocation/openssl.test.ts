import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node } from '@tlsmith/crypto/node';
import { ocspNoCheck } from '@tlsmith/testkit';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trustAnchor } from '../anchor.ts';
import { parseCertificate } from '../certificate.ts';
import { crlsFromPem } from '../crl/crl.ts';
import { revokedCertificates } from '../crl/lookup.ts';
import { checkOcspResponse } from '../ocsp/check.ts';
import { ocspRequest } from '../ocsp/request.ts';
import { parseOcspResponse } from '../ocsp/response.ts';
import { verifyChain } from '../verify.ts';

// What another implementation makes: CRLs of `openssl ca`, responses of `openssl ocsp` to requests of ours.
const root = makeAuthority({ name: 'Root', keyType: 'rsa' });
const leaves = {
  good: issue(root, { subject: 'good', serial: 0x1001 }),
  compromised: issue(root, { subject: 'compromised', serial: 0x1002 }),
  held: issue(root, { subject: 'held', serial: 0x1003 }),
};
const responder = issue(root, {
  subject: 'Responder',
  keyType: 'rsa',
  eku: ['ocsp'],
  extensions: [ocspNoCheck],
});
const now = Date.now();

let folder = '';
const path = (file: string) => join(folder, file);
const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'revocation-'));
  const line = (status: string, revoked: string, serial: string, name: string) =>
    [status, '491231000000Z', revoked, serial, 'unknown', `/CN=${name}`].join('\t');
  const index = [
    line('V', '', '1001', 'good'),
    line('R', '250101000000Z,keyCompromise', '1002', 'compromised'),
    line('R', '250201000000Z,holdInstruction,holdInstructionReject', '1003', 'held'),
  ];
  const files = {
    'ca.pem': root.certificatePem,
    'ca.key': root.privateKeyPem,
    'responder.pem': responder.certificatePem,
    'responder.key': responder.privateKeyPem,
    'index.txt': `${index.join('\n')}\n`,
    crlnumber: '0A\n',
    'ca.cnf': [
      '[ca]',
      'default_ca=own',
      '[own]',
      'database=index.txt',
      'crlnumber=crlnumber',
      'default_md=sha256',
      'default_crl_days=30',
      'crl_extensions=extensions',
      '[extensions]',
      'authorityKeyIdentifier=keyid',
      '',
    ].join('\n'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

function outcome(leaf: { readonly chain: readonly Uint8Array[] }, crl: string): string {
  try {
    const { statuses } = compute(
      node,
      verifyChain({
        chain: leaf.chain,
        anchors: [trustAnchor(root.certificate)],
        at: now,
        purpose: 'server',
        revocation: { mode: 'hard', crls: crlsFromPem(crl) },
      }),
    );
    return statuses.map(({ status }) => status).join();
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return `${error.code}: ${String(error.facts['reason'])} ${String(error.facts['revokedAt'])}`;
  }
}

test('a CRL of openssl says of each certificate what its database does', () => {
  openssl('ca', '-config', 'ca.cnf', '-gencrl', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-out', 'crl.pem');
  const crl = readFileSync(path('crl.pem'), 'utf8');
  expect(outcome(leaves.good, crl)).toBe('good');
  expect(outcome(leaves.compromised, crl)).toBe('revoked: keyCompromise 2025-01-01T00:00:00Z');
  expect(outcome(leaves.held, crl)).toBe('revoked: certificateHold 2025-02-01T00:00:00Z');
  const [list] = crlsFromPem(crl);
  expect(list === undefined ? [] : [...revokedCertificates(list)].map(({ reason }) => reason)).toEqual([
    'keyCompromise',
    'certificateHold',
  ]);
});

const request = (leaf: { readonly certificate: Uint8Array }, nonce?: Uint8Array) =>
  compute(
    node,
    ocspRequest(
      parseCertificate(leaf.certificate),
      parseCertificate(root.certificate),
      nonce === undefined ? {} : { nonce },
    ),
  );

function respond(asked: Uint8Array, signer: 'ca' | 'responder', ...options: readonly string[]): Uint8Array {
  writeFileSync(path('request.der'), asked);
  const own = ['-index', 'index.txt', '-CA', 'ca.pem', '-rsigner', `${signer}.pem`, '-rkey', `${signer}.key`];
  openssl('ocsp', ...own, '-reqin', 'request.der', '-respout', 'response.der', '-ndays', '3', ...options);
  return readFileSync(path('response.der'));
}

test.each([
  ['its own key', 'ca', []],
  ['a responder’s', 'responder', []],
  ['a responder’s, named by its key', 'responder', ['-resp_key_id']],
] as const)('openssl answers our requests, signed with %s', (_, signer, options) => {
  const nonce = Uint8Array.from({ length: 32 }, (_none, i) => i);
  const status = (leaf: { readonly certificate: Uint8Array }) => {
    const response = respond(request(leaf, nonce), signer, ...options);
    expect(parseOcspResponse(response).responseStatus).toBe('successful');
    const { certificate } = leaf;
    const check = { response, certificate, issuer: root.certificate, at: now, nonce };
    const found = compute(node, checkOcspResponse(check));
    return found.status === 'revoked' ? `revoked: ${found.reason ?? ''}` : found.status;
  };
  expect(status(leaves.good)).toBe('good');
  expect(status(leaves.compromised)).toBe('revoked: keyCompromise');
  expect(status(leaves.held)).toBe('revoked: certificateHold');
});

test('a certificate that openssl does not know is unknown', () => {
  const stranger = issue(root, { subject: 'stranger', serial: 0x2000 });
  const response = respond(request(stranger), 'ca');
  const { certificate } = stranger;
  const found = compute(
    node,
    checkOcspResponse({ response, certificate, issuer: root.certificate, at: now }),
  );
  expect(found).toMatchObject({ status: 'unknown', problems: [{ problem: 'says-unknown' }] });
});
