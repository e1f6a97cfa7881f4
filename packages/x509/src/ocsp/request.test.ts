import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { compute, fromHex, isTlsMisuse, toHex } from '@tlsmith/types';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCertificate } from '../certificate.ts';
import { encodeCertificateId } from './certificate-id.ts';
import { ocspRequest } from './request.ts';

test('the identifier of RFC 5019 appendix A.1 is written as it stands there', () => {
  const name = fromHex('c0fe0278fc99188891b3f212e9c7e1b21ab7bfc0');
  const key = fromHex('0dfc1df0a9e0f01ce7f2b213177e6f8d157cd4f6');
  const serialNumber = fromHex('09342372e23aef467c832d07f8dc22ba');
  expect(toHex(encodeCertificateId('sha1', { serialNumber }, { name, key }))).toBe(
    [
      '3049',
      '300906052b0e03021a0500',
      `0414${toHex(name)}`,
      `0414${toHex(key)}`,
      `0210${toHex(serialNumber)}`,
    ].join(''),
  );
});

const root = makeAuthority({ name: 'Root', keyType: 'rsa' });
const leaf = issue(root, { subject: 'a.example', serial: 0x80 });
const [issuer, certificate] = [parseCertificate(root.certificate), parseCertificate(leaf.certificate)];

test.each(['sha1', 'sha256'] as const)('openssl makes the same request with %s', (hash) => {
  const folder = mkdtempSync(join(tmpdir(), 'ocsp-'));
  try {
    const [ca, cert, out] = ['ca.pem', 'leaf.pem', 'request.der'].map((file) => join(folder, file)) as [
      string,
      string,
      string,
    ];
    writeFileSync(ca, root.certificatePem);
    writeFileSync(cert, leaf.certificatePem);
    execFileSync('openssl', ['ocsp', `-${hash}`, '-issuer', ca, '-cert', cert, '-no_nonce', '-reqout', out]);
    expect(toHex(compute(node, ocspRequest(certificate, issuer, { hash })))).toBe(toHex(readFileSync(out)));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a nonce stands in the request as an OCTET STRING in the extension’s (RFC 6960 §4.4.1)', () => {
  const plain = toHex(compute(node, ocspRequest(certificate, issuer)));
  const nonce = fromHex('0011223344556677');
  const request = toHex(compute(node, ocspRequest(certificate, issuer, { nonce })));
  // [2] Extensions { Extension { id-pkix-ocsp-nonce, OCTET STRING { OCTET STRING } } }
  expect(request.endsWith('a21b3019301706092b0601050507300102040a04080011223344556677')).toBe(true);
  expect(request.slice(8, -58)).toBe(plain.slice(8));
  for (const length of [0, 33]) {
    expect(() => compute(node, ocspRequest(certificate, issuer, { nonce: new Uint8Array(length) }))).toThrow(
      expect.toSatisfy((error) => isTlsMisuse(error) && error.code === 'bad-nonce-length'),
    );
  }
});
