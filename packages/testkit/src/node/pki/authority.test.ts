import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Authority, crossSign, issue, makeAuthority, rootOf, selfSigned } from './authority.ts';
import type { Issued } from './certificate.ts';
import { certificatePolicies, policyConstraints, tlsFeature } from '../../pki/extensions.ts';
import { importKey, makeKey, type TestKeyType } from './keys.ts';

const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;
if (!hasOpenssl)
  process.stderr.write('no openssl command: its opinion of the test certificates is left out\n');

const keyTypes = ['rsa', 'rsa-pss', 'p256', 'p384', 'p521', 'ed25519', 'ed448'] as const;

test.skipIf(!hasOpenssl).each(keyTypes)(
  'a leaf under an intermediate under a root of type %s is good for OpenSSL',
  (keyType) => {
    const root = makeAuthority({ name: 'Root', keyType });
    const intermediate = makeAuthority({ name: 'Intermediate', keyType, under: root, pathLength: 0 });
    const leaf = issue(intermediate, { subject: 'leaf', dns: ['server.example'], keyType });
    expect(opensslVerify(leaf, root, '-purpose', 'sslserver', '-verify_hostname', 'server.example')).toBe(
      'OK',
    );
    expect(leaf.chain).toEqual([leaf.certificate, intermediate.certificate]);
    expect(rootOf(intermediate)).toBe(root);
  },
);

test.each([
  ['rsa', 'pss', 'sha256'],
  ['rsa', 'pss', 'sha1'],
  ['rsa', 'pss', 'sha512'],
  ['rsa', 'pkcs1', 'sha1'],
  ['rsa', 'pkcs1', 'sha384'],
  ['p256', 'pkcs1', 'sha1'],
  ['p384', 'pkcs1', 'sha256'],
  ['rsa-1024', 'pkcs1', 'sha256'],
] as const)(
  'a certificate signed by %s with %s and %s verifies',
  (keyType, signaturePadding, signatureHash) => {
    const root = makeAuthority({ name: 'Root', keyType });
    const leaf = issue(root, { subject: 'leaf', signaturePadding, signatureHash });
    expect(new X509Certificate(leaf.certificate).verify(rootKey(root))).toBe(true);
  },
);

test('names of every kind are read back by Node', () => {
  const leaf = selfSigned({
    subject: [
      ['C', 'CH'],
      ['O', 'Grüße AG'],
      ['CN', 'leaf'],
    ],
    dns: ['a.example', '*.b.example'],
    ip: ['192.0.2.7', '2001:db8::1', '::'],
    email: ['a@b.example'],
    uri: ['https://c.example/'],
    directory: ['dir'],
  });
  const read = new X509Certificate(leaf.certificate);
  expect(read.subject).toBe('C=CH\nO=Grüße AG\nCN=leaf');
  // Versions of OpenSSL differ in blanks around the sign.
  expect(read.subjectAltName?.replace(' = ', '=')).toBe(
    'DNS:a.example, DNS:*.b.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1, ' +
      'IP Address:0:0:0:0:0:0:0:0, email:a@b.example, URI:https://c.example/, DirName:CN=dir',
  );
});

test('validity, serial number, usages and the authority bit are what was asked for', () => {
  const leaf = selfSigned({
    subject: 'leaf',
    notBefore: Date.UTC(1999, 11, 31, 23, 59, 58),
    notAfter: Date.UTC(2050, 0, 1),
    serial: 0x80n,
    keyUsage: ['digitalSignature', 'decipherOnly'],
    eku: ['server', 'ocsp', '1.2.3'],
  });
  const read = new X509Certificate(leaf.certificate);
  expect([read.validFrom, read.validTo]).toEqual(['Dec 31 23:59:58 1999 GMT', 'Jan  1 00:00:00 2050 GMT']);
  expect([read.serialNumber, read.ca]).toEqual(['80', false]);
  expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.9', '1.2.3']);
});

test.skipIf(!hasOpenssl).each<[string, Parameters<typeof issue>[1], readonly string[], string]>([
  ['expired', { subject: 'x', notAfter: Date.UTC(2021, 0) }, [], 'certificate has expired'],
  ['not yet valid', { subject: 'x', notBefore: Date.UTC(2049, 0) }, [], 'certificate is not yet valid'],
  [
    'for clients only',
    { subject: 'x', eku: ['client'] },
    ['-purpose', 'sslserver'],
    'unsuitable certificate purpose',
  ],
  [
    'with an unknown critical extension',
    { subject: 'x', criticalUnknown: true },
    [],
    'unhandled critical extension',
  ],
  ['with a broken signature', { subject: 'x', breakSignature: true }, [], 'certificate signature failure'],
  [
    'of another host',
    { subject: 'x', dns: ['a.example'] },
    ['-verify_hostname', 'b.example'],
    'hostname mismatch',
  ],
])('a certificate %s is refused by OpenSSL', (_, input, options, reason) => {
  const root = makeAuthority({ name: 'Root' });
  expect(opensslVerify(issue(root, input), root, ...options)).toContain(reason);
});

test.skipIf(!hasOpenssl)(
  'path length, name constraints and a missing authority bit are refused by OpenSSL',
  () => {
    const root = makeAuthority({ name: 'Root', pathLength: 0 });
    const below = makeAuthority({ name: 'Below', under: root });
    expect(opensslVerify(issue(below, { subject: 'x' }), root)).toContain('path length constraint exceeded');
    const constrained = makeAuthority({
      name: 'Constrained',
      nameConstraints: { permitted: { dns: ['good.example'], ip: ['10.0.0.0/8', '2001:db8::/33'] } },
    });
    const bad = issue(constrained, { subject: 'x', dns: ['www.bad.example'] });
    expect(opensslVerify(bad, constrained)).toContain('permitted subtree violation');
    const good = issue(constrained, {
      subject: 'x',
      dns: ['www.good.example'],
      ip: ['10.1.2.3', '2001:db8:7fff::1'],
    });
    expect(opensslVerify(good, constrained)).toBe('OK');
    const beyond = issue(constrained, { subject: 'x', ip: ['2001:db8:8000::1'] });
    expect(opensslVerify(beyond, constrained)).toContain('permitted subtree violation');
    const plain = makeAuthority({ name: 'Plain', isCa: false, under: makeAuthority({ name: 'Top' }) });
    expect(opensslVerify(issue(plain, { subject: 'x' }), plain.under as Authority)).toContain(
      'invalid CA certificate',
    );
  },
);

test.skipIf(!hasOpenssl)('a cross-signed authority has the same name and key under another root', () => {
  const [first, second] = [makeAuthority({ name: 'First' }), makeAuthority({ name: 'Second' })];
  const intermediate = makeAuthority({ name: 'Between', under: first });
  const crossed = crossSign(intermediate, second, { name: 'Between' });
  const leaf = issue(intermediate, { subject: 'leaf' });
  expect(opensslVerify({ ...leaf, chain: [leaf.certificate, crossed.certificate] }, second)).toBe('OK');
  expect(opensslVerify(leaf, second)).toContain('unable to get');
});

test.skipIf(!hasOpenssl)('rarer extensions and version 1 are understood by OpenSSL', () => {
  const rare = selfSigned({
    subject: 'rare',
    extensions: [
      certificatePolicies(['1.2.3.4']),
      policyConstraints({ requireExplicitPolicy: 0, inhibitPolicyMapping: 2 }),
      tlsFeature(),
    ],
    keyUsage: ['digitalSignature', 'decipherOnly'],
  });
  const text = openssl(rare, 'x509', '-noout', '-text');
  expect(text).toContain('Digital Signature, Decipher Only');
  expect(text).toContain('Policy: 1.2.3.4');
  expect(text).toContain('Require Explicit Policy:0, Inhibit Policy Mapping:2');
  expect(text).toMatch(/TLS Feature:\s+status_request/);
  expect(openssl(selfSigned({ subject: 'old', version: 1 }), 'x509', '-noout', '-text')).toContain(
    'Version: 1',
  );
});

test.skipIf(!hasOpenssl)('extensions can be left out', () => {
  const text = openssl(
    selfSigned({ subject: 'bare', keyUsage: [], eku: [], omit: ['2.5.29.19', '2.5.29.14'] }),
    'x509',
    '-noout',
    '-text',
  );
  expect(text).not.toContain('X509v3');
});

test.each<[TestKeyType, string]>([
  ['rsa', 'rsa'],
  ['rsa-pss', 'rsa-pss'],
  ['p521', 'ec'],
  ['ed448', 'ed448'],
])('a key of type %s survives its PEM', (type, nodeType) => {
  const key = makeKey(type);
  expect(key.privateKey.asymmetricKeyType).toBe(nodeType);
  expect(importKey(type, key.privateKeyPem).spki).toEqual(key.spki);
});

function rootKey(root: Authority): X509Certificate['publicKey'] {
  return new X509Certificate(root.certificate).publicKey;
}

/** 'OK', or what `openssl verify` complains about. */
function opensslVerify(leaf: Issued, root: Authority, ...options: readonly string[]): string {
  return inFolder((folder) => {
    const rest = leaf.chain.slice(1).map((der) => new X509Certificate(der).toString());
    writeFileSync(join(folder, 'root.pem'), root.certificatePem);
    writeFileSync(join(folder, 'rest.pem'), rest.join(''));
    writeFileSync(join(folder, 'leaf.pem'), leaf.certificatePem);
    const files = [...(rest.length === 0 ? [] : ['-untrusted', 'rest.pem']), 'leaf.pem'];
    const trust = ['-no-CApath', '-no-CAstore', '-CAfile', 'root.pem'];
    const { stdout, stderr } = run(folder, ['verify', '-x509_strict', ...trust, ...options, ...files]);
    return stdout.trim() === 'leaf.pem: OK' ? 'OK' : stderr;
  });
}

function openssl(issued: Issued, ...options: readonly string[]): string {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'leaf.pem'), issued.certificatePem);
    return run(folder, [...options, '-in', 'leaf.pem']).stdout;
  });
}

function run(cwd: string, options: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const { error, stdout, stderr } = spawnSync('openssl', options, { cwd, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { stdout, stderr };
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'pki-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
