import { existsSync, readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { isCertificateRejected } from '@tlsmith/types';
import { certificatesFromPem, type TrustAnchor, trustAnchor } from '@tlsmith/x509';

let found: readonly TrustAnchor[] | undefined;

/**
 * The machine's trusted roots, read once: SSL_CERT_FILE if it is set, else the system's bundle, else the Mozilla list that
 * Node carries. Certificates that are no well-formed trust anchors are left out.
 */
export function systemRoots(): readonly TrustAnchor[] {
  found ??= ders().flatMap(anchorOf);
  return found;
}

// Debian, Fedora, OpenSUSE, Alpine and the BSDs, macOS with Homebrew's OpenSSL.
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
  '/opt/homebrew/etc/openssl@3/cert.pem',
];

function ders(): readonly Uint8Array[] {
  const named = process.env['SSL_CERT_FILE'];
  const file = named !== undefined && named !== '' ? named : bundles.find((path) => existsSync(path));
  const pem = file === undefined ? rootCertificates.join('\n') : readFileSync(file, 'utf8');
  return certificatesFromPem(pem);
}

function anchorOf(der: Uint8Array): readonly TrustAnchor[] {
  try {
    return [trustAnchor(der)];
  } catch (error) {
    if (isCertificateRejected(error)) return [];
    throw error;
  }
}
