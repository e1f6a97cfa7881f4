import {
  type Certificate12,
  type Certificate13,
  certificateAuthorities,
  type CertificateRequest12,
  type CertificateRequest13,
  type CertificateVerify,
  type ClientKeyExchange,
  type Message,
  type NewSessionTicket12,
  type NewSessionTicket13,
  readExtension,
  type ServerKeyExchange,
  signatureAlgorithms,
} from '@tlsmith/codec';
import type { Bytes, Role } from '@tlsmith/types';
import { nameOf, namedGroups } from '@tlsmith/types/explain';
import { describeName, parseCertificate } from '@tlsmith/x509';
import type { Fact } from './events.ts';
import { bytes, extensionNames, fact, scheme } from './fact.ts';
import { clientHello, encryptedExtensions, helloRetryRequest, serverHello } from './hello-facts.ts';

/** The facts of a handshake message that matter to a reader, the most telling first. */
export function factsOf(message: Message, from: Role): readonly Fact[] {
  switch (message.type) {
    case 'client_hello':
      return clientHello(message.body);
    case 'server_hello':
      return serverHello(message.body);
    case 'hello_retry_request':
      return helloRetryRequest(message.body);
    case 'encrypted_extensions':
      return encryptedExtensions(message.body);
    case 'certificate':
      return certificate(message.body, from);
    case 'certificate_request':
      return certificateRequest(message.body);
    case 'certificate_verify':
      return certificateVerify(message.body, from);
    case 'server_key_exchange':
      return serverKeyExchange(message.body);
    case 'server_hello_done':
      return [fact('says', 'the server has said all it has to say for now')];
    case 'client_key_exchange':
      return clientKeyExchange(message.body);
    case 'finished':
      return [
        fact('verify_data', bytes(message.body.verifyData)),
        fact('covers', 'every handshake message before it'),
      ];
    case 'new_session_ticket':
      return newSessionTicket(message.body);
    case 'key_update':
      return [fact('request', message.body.requestUpdate)];
    case 'hello_request':
    case 'end_of_early_data':
    case 'certificate_status':
    case 'unknown':
      return [];
  }
}

/** ClientHello for `client_hello`. */
export const figureName = (type: string): string =>
  type
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

function certificate({ certificateList }: Certificate12 | Certificate13, from: Role): readonly Fact[] {
  if (certificateList.length === 0) return [fact('chain', `empty: the ${from} has none to show`)];
  return [
    fact(
      'chain',
      certificateList.map((entry) => certificateLine(entry instanceof Uint8Array ? entry : entry.certData)),
    ),
  ];
}

function certificateLine(der: Bytes): string {
  const { subject, publicKey } = parseCertificate(der);
  const key = publicKey.type === 'unusable' ? 'unusable key' : keyName(publicKey.type, publicKey.bits);
  return `${describeName(subject)} (${key}, ${bytes(der)})`;
}

/** A key as people call it: `RSA 2048`, `ECDSA P-256`, `Ed25519`. */
export function keyName(type: string, bits: number): string {
  if (type.startsWith('rsa')) return `RSA ${bits}`;
  return type.startsWith('p') ? `ECDSA P-${bits}` : type.replace('ed', 'Ed');
}

function certificateVerify({ algorithm }: CertificateVerify, from: Role): readonly Fact[] {
  const proof = fact('proves', `the ${from} holds the private key of its certificate`);
  return [fact('signed with', scheme(algorithm)), proof];
}

function certificateRequest(body: CertificateRequest12 | CertificateRequest13): readonly Fact[] {
  if ('certificateTypes' in body) {
    return [
      fact('signatures', body.supportedSignatureAlgorithms.map(scheme)),
      ...authorities(body.certificateAuthorities.length),
    ];
  }
  const schemes = readExtension(body.extensions, signatureAlgorithms, 'certificate_request') ?? [];
  const issuers = readExtension(body.extensions, certificateAuthorities, 'certificate_request') ?? [];
  return [
    fact('signatures', schemes.map(scheme)),
    ...authorities(issuers.length),
    ...extensionNames(body.extensions),
  ];
}

const authorities = (count: number): readonly Fact[] =>
  count === 0 ? [] : [fact('names', count === 1 ? '1 authority' : `${count} authorities`)];

function serverKeyExchange({ params, algorithm }: ServerKeyExchange): readonly Fact[] {
  return [
    fact('group', nameOf(namedGroups, params.namedCurve)),
    fact('public point', bytes(params.publicPoint)),
    fact('signed with', scheme(algorithm)),
  ];
}

function clientKeyExchange(body: ClientKeyExchange): readonly Fact[] {
  if ('ecdhYc' in body) return [fact('public point', bytes(body.ecdhYc))];
  return [
    fact('encrypted premaster secret', bytes(body.encryptedPremasterSecret)),
    fact('readable', "only with the server's private RSA key"),
  ];
}

function newSessionTicket(body: NewSessionTicket12 | NewSessionTicket13): readonly Fact[] {
  const lifetime = 'ticketLifetime' in body ? body.ticketLifetime : body.ticketLifetimeHint;
  const nonce = 'ticketNonce' in body ? [fact('nonce', bytes(body.ticketNonce))] : [];
  return [fact('lifetime', `${lifetime} s`), fact('ticket', bytes(body.ticket)), ...nonce];
}
