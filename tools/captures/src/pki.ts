import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './peer.ts';

/** Throw-away certificates for the name server.example, made anew by every run of the recorder. */
export interface Pki {
  readonly directory: string;
  /** Path of a PEM file: 'ca', 'ecdsa', 'rsa', 'ed25519' or 'client', with '.crt' or '.key'. */
  path(name: string): string;
  /** PKCS #8 of a private key, hexadecimal. */
  privateKey(name: string): string;
}

export const serverName = 'server.example';

/** An ECDSA authority and leaves of three kinds beneath it, and a stored OCSP answer for the ECDSA leaf. */
export function makePki(directory: string): Pki {
  const path = (name: string): string => join(directory, name);
  const key = (name: string, ...algorithm: string[]): void =>
    void run('openssl', ['genpkey', ...algorithm, '-out', path(`${name}.key`)]);
  const p256 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  key('ca', ...p256);
  run('openssl', [
    'req',
    '-x509',
    '-new',
    '-key',
    path('ca.key'),
    '-subj',
    '/CN=Throw-away Authority',
    '-days',
    '3650',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign,digitalSignature',
    '-out',
    path('ca.crt'),
  ]);
  key('ecdsa', ...p256);
  key('rsa', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
  key('ed25519', '-algorithm', 'ED25519');
  key('client', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
  for (const [index, name] of ['ecdsa', 'rsa', 'ed25519', 'client'].entries()) issue(path, name, 16 + index);
  run('openssl', ['pkey', '-in', path('ecdsa.key'), '-pubout', '-out', path('ecdsa.pub')]);
  storeOcspAnswer(path);
  return {
    directory,
    path,
    privateKey: (name) =>
      run('openssl', ['pkcs8', '-topk8', '-nocrypt', '-in', path(`${name}.key`)])
        .replace(/-----[A-Z ]+-----|\s/g, '')
        .replace(/^.*$/, (base64) => Buffer.from(base64, 'base64').toString('hex')),
  };
}

function issue(path: (name: string) => string, name: string, serial: number): void {
  const client = name === 'client';
  writeFileSync(
    path(`${name}.ext`),
    [
      'basicConstraints = critical, CA:FALSE',
      `keyUsage = critical, digitalSignature${name === 'rsa' ? ', keyEncipherment' : ''}`,
      `extendedKeyUsage = ${client ? 'clientAuth' : 'serverAuth'}`,
      `subjectAltName = ${client ? 'email:client@client.example' : `DNS:${serverName}, DNS:localhost`}`,
    ].join('\n'),
  );
  run('openssl', [
    'req',
    '-new',
    '-key',
    path(`${name}.key`),
    '-subj',
    `/CN=${client ? 'client.example' : serverName}`,
    '-out',
    path(`${name}.csr`),
  ]);
  run('openssl', [
    'x509',
    '-req',
    '-in',
    path(`${name}.csr`),
    '-CA',
    path('ca.crt'),
    '-CAkey',
    path('ca.key'),
    '-set_serial',
    String(serial),
    '-days',
    '3650',
    '-extfile',
    path(`${name}.ext`),
    '-out',
    path(`${name}.crt`),
  ]);
}

/** RFC 6960: the authority answers for itself; its index file says that serial 16 is good. */
function storeOcspAnswer(path: (name: string) => string): void {
  const end = '361231235959Z';
  writeFileSync(path('index.txt'), `V\t${end}\t\t10\tunknown\t/CN=${serverName}\n`);
  run('openssl', [
    'ocsp',
    '-index',
    path('index.txt'),
    '-rsigner',
    path('ca.crt'),
    '-rkey',
    path('ca.key'),
    '-CA',
    path('ca.crt'),
    '-issuer',
    path('ca.crt'),
    '-cert',
    path('ecdsa.crt'),
    '-no_nonce',
    '-ndays',
    '3650',
    '-respout',
    path('ocsp.der'),
  ]);
  if (readFileSync(path('ocsp.der')).length < 100) throw new Error('no OCSP answer');
}
